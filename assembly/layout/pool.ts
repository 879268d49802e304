// The windows of a pool over [N, D, H, W, C], clipped to the input.
//
//   along one axis, output o covers inputs  o · stride − pad + t · dilation,  t = 0 … kernel − 1
//   of which the taps t = first … first + count − 1 lie inside [0, extent)
//
// ts-host/wasm/kernels/execute/pool.ts writes the block word by word. The host guarantees kernel, stride and dilation >= 1,
// pads >= 0, and that the padded extent fits in 31 bits.

@unmanaged
export class PoolAxis {
  extent: i32;
  outputs: i32;
  kernel: i32;
  stride: i32;
  dilation: i32;
  pad: i32;
  padEnd: i32;
}

/** One axis after the other; D = H = 1 for a pool over one axis. */
@unmanaged
export class PoolGeometry {
  channels: i32;
  /** max: 1 = start from the first tap; average: 1 = padding counts; lp: the exponent; max with indices: the order. */
  option: i32;
}

const HEAD_BYTES: usize = 8;
const AXIS_BYTES: usize = 28;

@inline
export function depthAxis(geometry: PoolGeometry): PoolAxis {
  return changetype<PoolAxis>(changetype<usize>(geometry) + HEAD_BYTES);
}

@inline
export function heightAxis(geometry: PoolGeometry): PoolAxis {
  return changetype<PoolAxis>(changetype<usize>(geometry) + HEAD_BYTES + AXIS_BYTES);
}

@inline
export function widthAxis(geometry: PoolGeometry): PoolAxis {
  return changetype<PoolAxis>(changetype<usize>(geometry) + HEAD_BYTES + 2 * AXIS_BYTES);
}

/** Where the window of output `o` starts, in the padding perhaps. */
@inline
export function windowStart(axis: PoolAxis, o: i32): i32 {
  return o * axis.stride - axis.pad;
}

/** The first tap inside the input; may be `kernel` when none is. */
@inline
export function firstTap(axis: PoolAxis, start: i32): i32 {
  if (start >= 0) return 0;
  return min(axis.kernel, (axis.dilation - 1 - start) / axis.dilation);
}

/** Taps inside the input. */
@inline
export function tapCount(axis: PoolAxis, start: i32, first: i32): i32 {
  const room = axis.extent - start;
  const end = room <= 0 ? 0 : min(axis.kernel, (room + axis.dilation - 1) / axis.dilation);
  return max(0, end - first);
}

/** Taps inside the padded input: what an average counts when padding counts. */
@inline
export function paddedTapCount(axis: PoolAxis, start: i32): i32 {
  const room = axis.extent + axis.padEnd - start;
  return min(axis.kernel, (room + axis.dilation - 1) / axis.dilation);
}
