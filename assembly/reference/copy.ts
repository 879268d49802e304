// Strided copy, scalar and normative: out[Σ i·outStride] = x[Σ i·xStride] for all indices of a box. The table is that of
// kernels/copy/simd128.ts; scratch memory is a parameter of the variants, here it is not used.

export function copy_strided_u8(tablePtr: usize, xPtr: usize, outPtr: usize, scratchPtr: usize): void {
  loop<u8>(tablePtr, 0, xPtr, outPtr);
}

export function copy_strided_u16(tablePtr: usize, xPtr: usize, outPtr: usize, scratchPtr: usize): void {
  loop<u16>(tablePtr, 0, xPtr, outPtr);
}

export function copy_strided_u32(tablePtr: usize, xPtr: usize, outPtr: usize, scratchPtr: usize): void {
  loop<u32>(tablePtr, 0, xPtr, outPtr);
}

export function copy_strided_u64(tablePtr: usize, xPtr: usize, outPtr: usize, scratchPtr: usize): void {
  loop<u64>(tablePtr, 0, xPtr, outPtr);
}

function loop<T>(tablePtr: usize, depth: usize, x: usize, out: usize): void {
  if (depth == load<u32>(tablePtr)) {
    store<T>(out, load<T>(x));
    return;
  }
  const entry = tablePtr + 4 + depth * 12;
  const n: usize = load<u32>(entry);
  for (let i: usize = 0; i < n; i++) {
    loop<T>(tablePtr, depth + 1, x + i * load<u32>(entry, 4), out + i * load<u32>(entry, 8));
  }
}
