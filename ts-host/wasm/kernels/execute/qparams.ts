// Scales and zero points as kernels read them, and codes to and from float32, at addresses.

import type { ExecutionEngine } from '../../execution.js';
import type { KernelExports } from '../../kernel-exports.js';
import type { ScaleLayout } from '../../layout.js';
import { kernelLayout } from '../scales.js';
import { writeInts } from './ints.js';

/** Element types of zero points and biases; the kernel's numbers for them. */
const WIDEN_KINDS = { uint8: 0, int8: 1, uint16: 2, int16: 3, int32: 4 } as const;
export type WidenDType = keyof typeof WIDEN_KINDS;

/** Bytes of the block that {@link writeScaleParams} writes. */
export const SCALE_PARAMS_BYTES = 32;

/** out[i] = codes[i · step] + shift as 32-bit numbers; step 0 repeats one, address 0 stands for zeros. */
export function widenCodes(
  k: KernelExports,
  dtype: WidenDType,
  codes: number,
  out: number,
  count: number,
  step: 0 | 1,
  shift = 0,
): void {
  k.widen_codes_i32!(codes, out, count, step, WIDEN_KINDS[dtype], shift);
}

/** out[i] = fl(fl(alpha · a) · b[i · step]) / y, float32; y = 0 leaves the division out. */
export function multipliers(
  k: KernelExports,
  out: number,
  count: number,
  alpha: number,
  [a, b, y]: readonly [number, number, number],
  step: 0 | 1,
): void {
  k.multipliers_f32!(out, count, alpha, a, b, step, y);
}

/** Writes the argument block of the quantizing kernels (assembly/abi/scales.ts) at `address`. */
export function writeScaleParams(
  engine: ExecutionEngine,
  address: number,
  layout: ScaleLayout,
  scales: number,
  zeroPoints: number,
  [qmin, qmax]: readonly [number, number],
): void {
  const { scaleCount, depth, inner, block } = kernelLayout(layout);
  writeInts(engine, address, [scaleCount, depth, inner, block, scales, zeroPoints, qmin, qmax]);
}

/** How a storage type is called in the names of kernels. */
export type CodeStorage = 'i8' | 'u8' | 'i16' | 'u16';

/** Codes of `count` float32 elements, the first of which is element `start` of the tensor. NaN gives the zero point. */
export function quantizeCodes(
  k: KernelExports,
  storage: CodeStorage,
  x: number,
  codes: number,
  count: number,
  start: number,
  params: number,
): void {
  k[`quantize_f32_${storage}`]!(x, codes, count, start, params);
}

/** float32 of `count` codes, likewise. */
export function dequantizeCodes(
  k: KernelExports,
  storage: CodeStorage | 'i32',
  codes: number,
  x: number,
  count: number,
  start: number,
  params: number,
): void {
  k[`dequantize_${storage}_f32`]!(codes, x, count, start, params);
}

/** Packs `count` codes of one byte to 4 or 2 bits, low bits first. */
export function packSmall(k: KernelExports, bits: 2 | 4, codes: number, out: number, count: number): void {
  k[`pack_u8_u${bits}`]!(codes, out, count);
}

/** The inverse of {@link packSmall}; signed codes extend their sign. */
export function unpackSmall(
  k: KernelExports,
  bits: 2 | 4,
  signed: boolean,
  packed: number,
  out: number,
  count: number,
): void {
  k[signed ? `unpack_i${bits}_i8` : `unpack_u${bits}_u8`]!(packed, out, count);
}

/** Floating-point types of scales and values. */
export type ScaleDType = 'float32' | 'float16' | 'bfloat16';

const SHORT = { float32: 'f32', float16: 'f16', bfloat16: 'bf16' } as const;

/** Converts `count` numbers between float32 and a half type; the address itself when nothing has to be converted. */
export function toFloat32(k: KernelExports, from: ScaleDType, x: number, out: number, count: number): number {
  if (from === 'float32') return x;
  k[`convert_${SHORT[from]}_f32`]!(x, out, count);
  return out;
}

/** Rounds `count` float32 numbers to a half type. */
export function fromFloat32(
  k: KernelExports,
  to: 'float16' | 'bfloat16',
  x: number,
  out: number,
  count: number,
): void {
  k[`convert_f32_${SHORT[to]}`]!(x, out, count);
}
