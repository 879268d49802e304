// Add and multiply on codes: SIMD and reference equal to the definition, over every kind of broadcasting and row.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { writeInts } from '../../../ts-host/wasm/kernels/execute/ints.js';
import {
  BINARY_CODES_BYTES,
  binaryCodes,
  binaryCodesInts,
  binaryZeroPoints,
} from '../../../ts-host/wasm/kernels/execute/qlinear.js';
import { roundHalfToEven } from '../../support/quant-oracle.js';
import { Rng } from '../../support/rng.js';
import { type Broadcast, broadcasts, countOf, runWalk, sources } from './broadcasting.js';
import { ENGINES } from './engines.js';

const { fround } = Math;
const SPECIALS = [0, Number.NaN, Number.POSITIVE_INFINITY, 1e-40, 3e38];

interface Parameters {
  readonly op: 'add' | 'mul';
  readonly signed: boolean;
  readonly scales: Float32Array;
  readonly points: readonly number[];
  readonly range: readonly [number, number];
}

function parametersOf(rng: Rng, index: number): Parameters {
  const signed = rng.float() < 0.5;
  const [low, high] = signed ? [-128, 127] : [0, 255];
  const scales = Float32Array.from([0.02, 0.03, 0.05], (most) => most * (0.2 + rng.float()));
  if (index % 6 === 5) scales[index % 3] = SPECIALS[rng.int(0, 4)]!;
  const least = rng.int(low, high);
  return {
    op: index % 2 === 0 ? 'add' : 'mul',
    signed,
    scales,
    points: [rng.int(low, high), rng.int(low, high), rng.int(low, high)],
    range: index % 3 === 0 ? [least, rng.int(least, high)] : [low, high],
  };
}

/** A factor of scales: 0 for none, and never so large that sums overflow. */
const finite = (factor: number): number =>
  Number.isNaN(factor) ? 0 : Math.max(-fround(1e30), Math.min(fround(1e30), fround(factor)));

function expectedOf({ op, signed, scales, points, range }: Parameters, a: number, b: number): number {
  const code = (byte: number): number => (signed ? (byte << 24) >> 24 : byte);
  const [x, y] = [code(a) - points[0]!, code(b) - points[1]!];
  const [sx, sy, s] = [scales[0]!, scales[1]!, scales[2]!];
  const sum = fround(fround(x * finite(sx / s)) + fround(y * finite(sy / s)));
  const value = op === 'add' ? sum : fround(x * y * finite(fround(sx * sy) / s));
  const rounded = roundHalfToEven(Math.max(-1e5, Math.min(1e5, value)));
  return Math.max(range[0], Math.min(range[1], rounded + points[2]!)) & 255;
}

/** @param inPlace - an operand as large as the output, which is written over it */
function run(
  engine: (typeof ENGINES)[number][1],
  test: Parameters,
  walk: Broadcast,
  operands: Uint8Array[],
  shift: number,
  inPlace?: number,
): Uint8Array {
  const { heap } = engine;
  const scales = heap.copyIn(test.scales);
  const params = heap.alloc(BINARY_CODES_BYTES);
  writeInts(engine, params, binaryCodesInts({ ...test, scales: [scales, scales + 4, scales + 8] }));
  writeInts(engine, binaryZeroPoints(params)[0], test.points);
  const out = inPlace === undefined ? new Uint8Array(countOf(walk.out)) : operands[inPlace]!.slice();
  const options = { limit: 100, shift, inPlace };
  runWalk(
    engine,
    walk,
    operands,
    [1, 1],
    out,
    1,
    ([a, b], to, path) => binaryCodes(engine.kernels, a!, b!, to, params, path),
    options,
  );
  heap.free(scales);
  heap.free(params);
  return out;
}

for (const [name, engine] of ENGINES) {
  describe(`binary_codes_u8 ${name}`, () => {
    it('every broadcasting, row length, sign and special scale -> the codes of the definition', () => {
      const rng = new Rng(5);
      for (const [index, walk] of broadcasts(rng, 2).entries()) {
        const test = parametersOf(rng, index);
        const operands = walk.operands.map((dims) => rng.bytes(countOf(dims)));
        const [as, bs] = walk.operands.map((dims) => sources(walk.out, dims));
        const expected = Uint8Array.from(as!, (from, i) =>
          expectedOf(test, operands[0]![from]!, operands[1]![bs![i]!]!),
        );
        const full = walk.operands.flatMap((dims, i) => (countOf(dims) === expected.length ? [i] : []));
        for (const inPlace of [undefined, ...full]) {
          const actual = run(engine, test, walk, operands, index % 5, inPlace);
          assert.deepEqual(
            actual,
            expected,
            `${index}, over ${inPlace}: ${JSON.stringify({ ...test, ...walk })}`,
          );
        }
      }
    });
  });
}
