// Typed arrays of the element types that elementwise kernels know, and values of all kinds to put into them.

import type { ElementType } from '../../../ts-host/wasm/kernels/execute/types.js';
import type { Rng } from '../../support/rng.js';

const ARRAYS = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  uint64: BigUint64Array,
  int64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
} as const;

export type Typed = InstanceType<(typeof ARRAYS)[ElementType]>;

export function bytesOf(type: ElementType): number {
  return ARRAYS[type].BYTES_PER_ELEMENT;
}

/** `length` elements, all 0; halves are bits. */
export function zeros(type: ElementType, length: number): Typed {
  return new ARRAYS[type](length);
}

/** Elements given as numbers of their type (bigint for 64-bit integers). */
export function typed(type: ElementType, values: readonly (number | bigint)[]): Typed {
  const array = zeros(type, values.length);
  values.forEach((value, i) => {
    array[i] = value as never;
  });
  return array;
}

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const FLOATS = [
  nan,
  inf,
  -inf,
  0,
  -0,
  1e-45,
  -1e-42,
  3.4e38,
  -3.4e38,
  1,
  -1,
  0.5,
  -2.5,
  1e10,
  2147483648,
  -129.7,
];
const INTEGERS = [0n, 1n, -1n, 2n, -2n, 3n, 7n, -7n, 63n, 64n, 127n, 128n, 255n, 256n, 32767n, 65535n];
const WIDE = [
  2n ** 31n - 1n,
  -(2n ** 31n),
  2n ** 32n - 1n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  2n ** 64n - 1n,
];

/** `length` elements: small numbers, the ends of the type's range, and for floats what is no number. */
export function mixed(rng: Rng, type: ElementType, length: number): Typed {
  const bits = BigInt(8 * bytesOf(type));
  const integer = (): bigint => {
    const list = rng.int(0, 3) === 0 ? WIDE : INTEGERS;
    const value = rng.int(0, 1) === 0 ? list[rng.int(0, list.length - 1)]! : BigInt(rng.int(-300, 300));
    return type.startsWith('u') || type === 'bool'
      ? BigInt.asUintN(Number(bits), value)
      : BigInt.asIntN(Number(bits), value);
  };
  const value = (): number | bigint => {
    if (type === 'bool') return rng.int(0, 1);
    if (type.includes('float') && bits === 16n) return rng.int(0, 65535);
    if (type.startsWith('float')) return rng.int(0, 2) === 0 ? FLOATS[rng.int(0, 15)]! : rng.normal(1, 3)[0]!;
    return bits === 64n ? integer() : Number(integer());
  };
  return typed(type, Array.from({ length }, value));
}
