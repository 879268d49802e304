// Casts between every two element types: both engines equal the definition in JavaScript's numbers and bigints, at every
// length around the runs, misaligned, and in place where widths are equal.

import { describe, it } from 'node:test';
import { castElements } from '../../../ts-host/wasm/kernels/execute/cast.js';
import { ELEMENT_TYPES, type ElementType } from '../../../ts-host/wasm/kernels/execute/types.js';
import { bfloatValue, halfValue, nearestBfloat, nearestHalf } from '../../support/float-oracle.js';
import { Rng } from '../../support/rng.js';
import { ENGINES } from './engines.js';
import { withHeapGuards } from './guarded-heap.js';
import { sameFloats } from './stated-bounds.js';
import { bytesOf, mixed, type Typed, typed, zeros } from './typed.js';

const isFloat = (type: ElementType): boolean => type.includes('float');

/** The float32 nearest to an integer, ties to even: in one rounding, where Math.fround(Number(x)) makes two. */
function nearestFloat32(x: bigint): number {
  const size = x < 0n ? -x : x;
  const excess = Math.max(0, size.toString(2).length - 24);
  const unit = 1n << BigInt(excess);
  const [whole, twice] = [size / unit, 2n * (size % unit)];
  const up = twice > unit || (twice === unit && whole % 2n === 1n) ? 1n : 0n;
  return Number((x < 0n ? -1n : 1n) * (whole + up) * unit);
}

/** x truncated to a signed integer; the lowest one where it does not fit. */
function truncated(x: number, bits: number): bigint {
  const edge = 2 ** (bits - 1);
  const whole = Math.trunc(x);
  return whole >= -edge && whole < edge ? BigInt(whole) : -BigInt(edge);
}

/** As C++ compiled for x86-64 does it. */
function integerOf(x: number, type: ElementType): bigint {
  if (type === 'uint64' && x >= 2 ** 63) return truncated(x - 2 ** 63, 64) + (1n << 63n);
  return truncated(x, bytesOf(type) === 8 || type === 'uint32' ? 64 : 32);
}

function cast(value: number | bigint, from: ElementType, to: ElementType): number | bigint {
  const number =
    from === 'float16' ? halfValue(Number(value)) : from === 'bfloat16' ? bfloatValue(Number(value)) : value;
  if (to === 'bool') return Number(Number(number) !== 0);
  if (to === 'float64') return Number(number);
  if (isFloat(to)) {
    const single = isFloat(from) ? Math.fround(Number(number)) : nearestFloat32(BigInt(number));
    return to === 'float16' ? nearestHalf(single) : to === 'bfloat16' ? nearestBfloat(single) : single;
  }
  const integer = isFloat(from) ? integerOf(Number(number), to) : BigInt(number);
  const bits = 8 * bytesOf(to);
  const wrapped = to.startsWith('u') ? BigInt.asUintN(bits, integer) : BigInt.asIntN(bits, integer);
  return bits === 64 ? wrapped : Number(wrapped);
}

describe('cast_elements', () => {
  for (const from of ELEMENT_TYPES) {
    it(`${from} to every type -> the definition, in both engines`, () => {
      const rng = new Rng(from.length + bytesOf(from));
      for (const to of ELEMENT_TYPES) {
        for (const [n, length] of [0, 1, 5, 255, 256, 257, 600].entries()) {
          const x = mixed(rng, from, length);
          const expected = typed(
            to,
            Array.from(x as ArrayLike<number>, (each) => cast(each, from, to)),
          );
          for (const [name, engine] of ENGINES) {
            const check = (out: Typed, message: string): void =>
              sameFloats(
                out as ArrayLike<number>,
                expected as ArrayLike<number>,
                `${name}: ${from} to ${to}${message}`,
              );
            const out = zeros(to, length);
            const shift = n % 2 === 0 ? 0 : Math.max(bytesOf(from), bytesOf(to)) * n;
            withHeapGuards(engine, [x.slice(), out], shift, (a, b) =>
              castElements(engine.kernels, from, to, a!, b!, length),
            );
            check(out, '');
            if (bytesOf(from) !== bytesOf(to)) continue;
            const over = new (expected.constructor as Float32ArrayConstructor)(
              x.slice().buffer as ArrayBuffer,
            );
            withHeapGuards(engine, [over], 0, (a) => castElements(engine.kernels, from, to, a!, a!, length));
            check(over, ' in place');
          }
        }
      }
    });
  }
});
