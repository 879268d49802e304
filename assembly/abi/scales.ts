// Blocks of arguments for kernels over scaled tensors, written word by word by ts-host/wasm/kernels/scales.ts.
// What the layout means is drawn in ts-host/wasm/layout.ts.
//
//   offset  0 scaleCount    multiple of inner        16 scalePtr      f32[scaleCount]
//           4 depth         >= 1                     20 zeroPointPtr  i32[scaleCount]
//           8 inner         >= 1                     24 qmin          smallest and largest code,
//          12 block         >= 1                     28 qmax          within [-32768, 65535]
//
// Pointers to per-scale arrays give the place of scale 0. Kernels touch only the entries that the elements at hand
// use, and the host copies in only those: scale 0 itself need not be there.

@unmanaged
export class ScaleLayout {
  scaleCount: u32;
  depth: u32;
  inner: u32;
  block: u32;
}

@unmanaged
export class ScaleParams extends ScaleLayout {
  scalePtr: usize;
  zeroPointPtr: usize;
  qmin: i32;
  qmax: i32;
}
