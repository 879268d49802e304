// Tensors of operator cases: as typed arrays with a dtype and dims, made at random or by hand.

import type { Elements } from '../../ts-host/execute/node.js';
import type { DType } from '../../ts-host/ir/dtype.js';
import { byteLengthOf } from '../../ts-host/ir/tensor.js';
import { bfloatValue, halfValue, nearestBfloat, nearestHalf } from '../support/float-oracle.js';
import type { Rng } from '../support/rng.js';

/** A tensor in JavaScript. float16 and bfloat16 are bits in a Uint16Array, bool is 0 and 1 in a Uint8Array, 4- and 2-bit
 *  integers are packed bytes, low bits first. */
export interface Feed {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly data: Elements;
}

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

const RANGES: Partial<Record<DType, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-1000, 1000],
  uint32: [0, 1000],
  int64: [-1000, 1000],
  uint64: [0, 1000],
  bool: [0, 1],
};

const SPECIALS = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  0,
  1e-40,
  -1e-42,
  1.1754943508222875e-38,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  1,
  -1,
];

export function countOf(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1);
}

/** Bytes as the elements of a dtype; the bytes must start at a multiple of 8. */
export function elementsOf(dtype: DType, buffer: ArrayBufferLike, offset = 0, length?: number): Elements {
  const Make = dtype in ARRAYS ? ARRAYS[dtype as keyof typeof ARRAYS] : Uint8Array;
  const bytes = length ?? buffer.byteLength - offset;
  return new Make(buffer as ArrayBuffer, offset, bytes / Make.BYTES_PER_ELEMENT);
}

/** Elements as numbers: halves decoded, 64-bit integers as bigint. */
export function numbersOf({ dtype, data }: Feed): (number | bigint)[] {
  if (dtype === 'float16') return Array.from(data as Uint16Array, halfValue);
  if (dtype === 'bfloat16') return Array.from(data as Uint16Array, bfloatValue);
  return Array.from(data as Iterable<number | bigint>);
}

/** A tensor of the given values, rounded to the dtype. */
export function feed(dtype: DType, dims: readonly number[], values: Iterable<number | bigint>): Feed {
  const list = Array.from(values);
  const floats = (): number[] => list.map(Number);
  if (list.length !== countOf(dims)) throw new Error(`${list.length} values for [${dims.join(', ')}]`);
  if (dtype === 'float16') return { dtype, dims, data: Uint16Array.from(floats(), nearestHalf) };
  if (dtype === 'bfloat16') return { dtype, dims, data: Uint16Array.from(floats(), nearestBfloat) };
  if (dtype === 'int64') return { dtype, dims, data: BigInt64Array.from(list, (v) => BigInt(v)) };
  if (dtype === 'uint64') return { dtype, dims, data: BigUint64Array.from(list, (v) => BigInt(v)) };
  if (!(dtype in ARRAYS)) throw new Error(`feed() makes no ${dtype}: give packed bytes by hand`);
  const Make = ARRAYS[dtype as 'float32'];
  return { dtype, dims, data: Make.from(floats()) };
}

/** An int64 tensor of one dim: axes, shapes, pads. */
export function ints(...values: number[]): Feed {
  return feed('int64', [values.length], values);
}

/** A float32 scalar tensor (no dims). */
export function scalar(value: number, dtype: DType = 'float32'): Feed {
  return feed(dtype, [], [value]);
}

export interface RandomOptions {
  /** Bounds of the values; default: -3 … 3 for floats, the dtype's range (at most ±1000) for integers. */
  readonly low?: number;
  readonly high?: number;
  /** Share of elements that are NaN, infinities, -0, denormals or the largest floats; default 0. Floats only. */
  readonly specials?: number;
}

/** A tensor of uniform random values. Sub-byte and float8 types get random bytes. */
export function random(
  rng: Rng,
  dtype: DType,
  dims: readonly number[],
  { low, high, specials = 0 }: RandomOptions = {},
): Feed {
  const count = countOf(dims);
  const range = RANGES[dtype];
  if (range !== undefined) {
    const [from, to] = [low ?? range[0], high ?? range[1]];
    return feed(
      dtype,
      dims,
      Array.from({ length: count }, () => rng.int(from, to)),
    );
  }
  if (!(dtype in ARRAYS)) return { dtype, dims, data: rng.bytes(byteLengthOf(dtype, count)) };
  const [from, to] = [low ?? -3, high ?? 3];
  const pick = (): number =>
    specials > 0 && rng.float() < specials
      ? SPECIALS[rng.int(0, SPECIALS.length - 1)]!
      : from + rng.float() * (to - from);
  return feed(dtype, dims, Array.from({ length: count }, pick));
}

/** `rank` random dims in [low, high]. */
export function shape(rng: Rng, rank: number, low = 1, high = 6): number[] {
  return Array.from({ length: rank }, () => rng.int(low, high));
}

/** One element of a list. */
export function pick<T>(rng: Rng, list: readonly T[]): T {
  return list[rng.int(0, list.length - 1)]!;
}

/** The numbers 0 … count - 1 in random order. */
export function shuffled(rng: Rng, count: number): number[] {
  const list = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = rng.int(0, i);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}

/** Dims that broadcast to `dims`: some of them 1, some leading ones left out. */
export function broadcastable(rng: Rng, dims: readonly number[]): number[] {
  const kept = dims.map((dim) => (rng.float() < 0.35 ? 1 : dim));
  return kept.slice(rng.float() < 0.3 ? rng.int(0, kept.length) : 0);
}
