// Inputs for measuring: the same for a seed everywhere. A short pattern is drawn and repeated, since time hardly depends on
// values. Its length is prime, so that rows, channels and kernel taps see different parts of it.

import { OctavoError } from '../errors.js';
import type { DType } from '../ir/dtype.js';
import { byteLengthOf, elementCount } from '../ir/tensor.js';
import { asElements } from './elements.js';
import type { CheckedFeed } from './tensor.js';

const PATTERN = 509;

/** Floats in [-1, 1), bytes over their whole range, wider integers 0 or 1, which suit indices and masks too.
 *  @throws OctavoError `UNSUPPORTED_DTYPE` */
export function patternFeed(name: string, dtype: DType, dims: readonly number[], seed: number): CheckedFeed {
  const pattern = drawn(dtype, generator(seed));
  if (pattern === undefined) {
    throw new OctavoError('UNSUPPORTED_DTYPE', `${dtype} inputs are not made up: give data`, {
      tensor: name,
    });
  }
  const bytes = new Uint8Array(byteLengthOf(dtype, elementCount(dims, name)));
  bytes.set(new Uint8Array(pattern.buffer).subarray(0, bytes.length));
  for (let filled = pattern.byteLength; filled < bytes.length; filled *= 2) {
    bytes.copyWithin(filled, 0, Math.min(filled, bytes.length - filled));
  }
  return { dtype, dims: [...dims], data: asElements(dtype, bytes) };
}

/** The upper bits of a linear congruential generator (Numerical Recipes), which are the good ones. */
function generator(seed: number): (bits: number) => number {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  return (bits) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> (32 - bits);
  };
}

interface Drawable {
  readonly buffer: ArrayBufferLike;
  readonly byteLength: number;
}

function drawn(dtype: DType, random: (bits: number) => number): Drawable | undefined {
  const length = PATTERN;
  const real = () => random(24) / 2 ** 23 - 1;
  const flag = () => random(1);
  switch (dtype) {
    case 'float32':
      return Float32Array.from({ length }, real);
    case 'float64':
      return Float64Array.from({ length }, real);
    case 'float16': // sign, exponent of 0.5, ten bits: ±[0.5, 1)
      return Uint16Array.from({ length }, () => (flag() << 15) | 0x3800 | random(10));
    case 'bfloat16':
      return Uint16Array.from({ length }, () => (flag() << 15) | 0x3f00 | random(7));
    case 'uint8':
    case 'int8':
      return Uint8Array.from({ length }, () => random(8));
    case 'bool':
      return Uint8Array.from({ length }, flag);
    case 'int16':
    case 'uint16':
      return Uint16Array.from({ length }, flag);
    case 'int32':
    case 'uint32':
      return Uint32Array.from({ length }, flag);
    case 'int64':
    case 'uint64':
      return BigUint64Array.from({ length }, () => BigInt(flag()));
    default:
      return undefined;
  }
}
