// Comparisons over broadcast tensors: SIMD equals the scalar reference, and both the definition, for every type.

import { describe, it } from 'node:test';
import { type Compare, compareBroadcast } from '../../../ts-host/wasm/kernels/execute/compare.js';
import { ELEMENT_TYPES, type ElementType } from '../../../ts-host/wasm/kernels/execute/types.js';
import { bfloatValue, halfValue } from '../../support/float-oracle.js';
import { Rng } from '../../support/rng.js';
import { type Broadcast, broadcasts, countOf, runWalk, sources, type WalkRun } from './broadcasting.js';
import { ENGINES } from './engines.js';
import { sameFloats } from './stated-bounds.js';
import { bytesOf, mixed, type Typed } from './typed.js';

function operatorsOf(type: ElementType): Compare[] {
  const all: Compare[] = ['equal', 'notEqual', 'less', 'lessOrEqual'];
  return type.startsWith('float') ? [...all, 'equalMagnitude'] : all;
}

function decoded(type: ElementType, values: Typed): (number | bigint)[] {
  const read = type === 'float16' ? halfValue : type === 'bfloat16' ? bfloatValue : undefined;
  return Array.from(values as ArrayLike<number>, (each) => read?.(each) ?? each);
}

function holds(op: Compare, a: number | bigint, b: number | bigint): boolean {
  if (op === 'equal') return a === b;
  if (op === 'notEqual') return a !== b;
  if (op === 'less') return a < b;
  return op === 'lessOrEqual' ? a <= b : Math.abs(Number(a)) === Number(b);
}

describe('compare', () => {
  for (const type of ELEMENT_TYPES) {
    it(`${type}: ${operatorsOf(type).join(', ')} -> the definition, in both engines, in pieces`, () => {
      const rng = new Rng(type.length + 40);
      for (const [o, op] of operatorsOf(type).entries()) {
        for (const [n, shapes] of broadcasts(rng, 2).entries()) {
          if ((n + o) % 2 !== 0) continue;
          const [a, b] = shapes.operands.map((dims) => mixed(rng, type, countOf(dims))) as [Typed, Typed];
          const message = `${op} of ${type} ${JSON.stringify(shapes)}`;
          const expected = expectedOf(op, type, shapes, a, b);
          sameFloats(run(0, op, type, shapes, [a, b], { shift: (n % 4) * bytesOf(type) }), expected, message);
          sameFloats(run(1, op, type, shapes, [a, b]), expected, `${message}, reference`);
          sameFloats(run(0, op, type, shapes, [a, b], { limit: 5 }), expected, `${message}, in pieces`);
        }
      }
    });
  }
});

function expectedOf(
  op: Compare,
  type: ElementType,
  { out, operands }: Broadcast,
  a: Typed,
  b: Typed,
): Uint8Array {
  const [from, and] = operands.map((dims) => sources(out, dims)) as [number[], number[]];
  const [x, y] = [decoded(type, a), decoded(type, b)];
  return Uint8Array.from(from, (at, i) => Number(holds(op, x[at]!, y[and[i]!]!)));
}

function run(
  index: 0 | 1,
  op: Compare,
  type: ElementType,
  shapes: Broadcast,
  operands: readonly Typed[],
  how: WalkRun = {},
): Uint8Array {
  const [, engine] = ENGINES[index]!;
  const bytes = bytesOf(type);
  const out = new Uint8Array(countOf(shapes.out)).fill(7);
  return runWalk(
    engine,
    shapes,
    operands,
    [bytes, bytes],
    out,
    1,
    ([a, b], to, block) => compareBroadcast(engine.kernels, op, type, a!, b!, to, block),
    how,
  );
}
