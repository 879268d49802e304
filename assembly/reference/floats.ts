// Float format conversions, scalar and normative: out[i] = the nearest value of the other format (num/half.ts).

import { bf16FromF32, f16FromF32, f32FromBf16, f32FromF16, f32FromF64 } from '../num/half';

export function convert_f32_f16(xPtr: usize, outPtr: usize, len: usize): void {
  for (let i: usize = 0; i < len; i++) {
    store<u16>(outPtr + (i << 1), <u16>f16FromF32(load<u32>(xPtr + (i << 2))));
  }
}

export function convert_f16_f32(xPtr: usize, outPtr: usize, len: usize): void {
  for (let i: usize = 0; i < len; i++) {
    store<u32>(outPtr + (i << 2), f32FromF16(<u32>load<u16>(xPtr + (i << 1))));
  }
}

export function convert_f32_bf16(xPtr: usize, outPtr: usize, len: usize): void {
  for (let i: usize = 0; i < len; i++) {
    store<u16>(outPtr + (i << 1), <u16>bf16FromF32(load<u32>(xPtr + (i << 2))));
  }
}

export function convert_bf16_f32(xPtr: usize, outPtr: usize, len: usize): void {
  for (let i: usize = 0; i < len; i++) {
    store<u32>(outPtr + (i << 2), f32FromBf16(<u32>load<u16>(xPtr + (i << 1))));
  }
}

export function convert_f64_f32(xPtr: usize, outPtr: usize, len: usize): void {
  for (let i: usize = 0; i < len; i++) {
    store<u32>(outPtr + (i << 2), f32FromF64(load<f64>(xPtr + (i << 3))));
  }
}
