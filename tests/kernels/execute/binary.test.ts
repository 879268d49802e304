// Binary operators over broadcast tensors: SIMD equals the scalar reference bit for bit, and both the definition in
// JavaScript's numbers and bigints, for every type, misaligned, in place and in pieces.

import { describe, it } from 'node:test';
import { type Binary, binaryBroadcast } from '../../../ts-host/wasm/kernels/execute/binary.js';
import type { ElementType } from '../../../ts-host/wasm/kernels/execute/types.js';
import { Rng } from '../../support/rng.js';
import { type Broadcast, broadcasts, countOf, runWalk, sources, type WalkRun } from './broadcasting.js';
import { ENGINES } from './engines.js';
import { sameFloats } from './stated-bounds.js';
import { bytesOf, mixed, type Typed, typed, zeros } from './typed.js';

const INTEGERS = ['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'] as const;
const FLOAT_OPERATORS = ['add', 'sub', 'mul', 'div', 'fmod', 'min', 'max', 'prelu'] as const;
const INTEGER_OPERATORS: readonly Binary[] = [
  ...(['add', 'sub', 'mul', 'div', 'mod', 'fmod', 'min', 'max', 'and', 'or', 'xor', 'prelu'] as const),
];
const UNSIGNED_OPERATORS: readonly Binary[] = ['shiftLeft', 'shiftRight'];

/** Operators and the types they are used on. */
const CASES: readonly (readonly [ElementType, readonly Binary[]])[] = [
  ['float32', FLOAT_OPERATORS],
  ['float64', FLOAT_OPERATORS],
  ['bool', ['and', 'or', 'xor']],
  ...INTEGERS.map((type): [ElementType, readonly Binary[]] => [
    type,
    type.startsWith('u') ? [...INTEGER_OPERATORS, ...UNSIGNED_OPERATORS] : INTEGER_OPERATORS,
  ]),
];

function ofFloats(op: Binary, a: number, b: number): number {
  switch (op) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'div':
      return a / b;
    case 'fmod':
      return a % b;
    case 'min':
      return Math.min(a, b);
    case 'max':
      return Math.max(a, b);
    default:
      return a < 0 ? a * b : a;
  }
}

/** Of unbounded integers, whose low bits are the result. */
function ofIntegers(op: Binary, a: bigint, b: bigint, bits: number): bigint {
  const rest = b === 0n ? 0n : a % b;
  switch (op) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'div':
      return b === 0n ? 0n : a / b;
    case 'fmod':
      return rest;
    case 'mod':
      return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
    case 'min':
      return a < b ? a : b;
    case 'max':
      return a > b ? a : b;
    case 'and':
      return a & b;
    case 'or':
      return a | b;
    case 'xor':
      return a ^ b;
    case 'shiftLeft':
      return b < bits ? a << b : 0n;
    case 'shiftRight':
      return b < bits ? a >> b : 0n;
    default:
      return a < 0n ? a * b : a;
  }
}

function oracle(op: Binary, type: ElementType, { out, operands }: Broadcast, a: Typed, b: Typed): Typed {
  const [from, and] = operands.map((dims) => sources(out, dims)) as [number[], number[]];
  const bits = 8 * bytesOf(type);
  const wrap = type.startsWith('u') || type === 'bool' ? BigInt.asUintN : BigInt.asIntN;
  const values = from.map((at, i): number | bigint => {
    const [x, y] = [a[at]!, b[and[i]!]!];
    if (type.startsWith('float')) return ofFloats(op, Number(x), Number(y));
    const value = wrap(bits, ofIntegers(op, BigInt(x), BigInt(y), bits));
    return bits === 64 ? value : Number(value);
  });
  return typed(type, values);
}

function compute(
  op: Binary,
  type: ElementType,
  shapes: Broadcast,
  a: Typed,
  b: Typed,
  engine: 0 | 1,
  how: WalkRun = {},
): Typed {
  const [, machine] = ENGINES[engine]!;
  const bytes = bytesOf(type);
  const overwritten =
    how.inPlace === undefined ? zeros(type, countOf(shapes.out)) : [a, b][how.inPlace]!.slice();
  return runWalk(
    machine,
    shapes,
    [a, b],
    [bytes, bytes],
    overwritten,
    bytes,
    ([x, y], out, block) => binaryBroadcast(machine.kernels, op, type, x!, y!, out, block),
    how,
  );
}

function same(actual: Typed, expected: Typed, message: string): void {
  sameFloats(
    actual as ArrayLike<unknown> as ArrayLike<number>,
    expected as ArrayLike<unknown> as ArrayLike<number>,
    message,
  );
}

describe('binary', () => {
  for (const [type, operators] of CASES) {
    it(`${type}: ${operators.join(', ')} -> the definition, in both engines, in pieces, in place`, () => {
      const rng = new Rng(type.length);
      for (const [o, op] of operators.entries()) {
        for (const [n, shapes] of broadcasts(rng, 2).entries()) {
          if ((n + o) % 4 !== 0) continue;
          const [a, b] = shapes.operands.map((dims) => mixed(rng, type, countOf(dims))) as [Typed, Typed];
          const message = `${op} of ${type} ${JSON.stringify(shapes)}`;
          const shift = (n % 4) * Math.min(4, bytesOf(type));
          const simd = compute(op, type, shapes, a, b, 0, { shift });
          same(simd, oracle(op, type, shapes, a, b), message);
          same(compute(op, type, shapes, a, b, 1), simd, `${message}, reference`);
          same(compute(op, type, shapes, a, b, 0, { limit: 5 }), simd, `${message}, in pieces`);
          for (const inPlace of [0, 1]) {
            if (countOf(shapes.operands[inPlace]!) !== simd.length) continue;
            same(
              compute(op, type, shapes, a, b, 0, { inPlace }),
              simd,
              `${message}, over operand ${inPlace}`,
            );
          }
        }
      }
    });
  }
});
