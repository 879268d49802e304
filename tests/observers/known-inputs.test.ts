// mse over known inputs against plain loops: the expected error of the output is the least of all candidates'.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import type { Tensor } from '../../ts-host/ir/tensor.js';
import { mse } from '../../ts-host/observers/mse.js';
import { floatChunks } from '../../ts-host/tensor/floatChunks.js';
import type { FloatValues } from '../../ts-host/tensor/range.js';
import type { RowInputs } from '../../ts-host/tensor/scales.js';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { simdEngine } from '../support/engine.js';
import { affineOracle, dequantizeOracle, quantizeOracle, symmetricOracle } from '../support/quant-oracle.js';
import { Rng } from '../support/rng.js';
import { floatTensorOf } from '../support/tensors.js';
import type { OracleRule } from '../support/weight-oracle.js';

let engine: Engine;
before(async () => {
  engine = await simdEngine();
});

function valuesOf(tensor: Tensor): FloatValues {
  const context = new RunContext();
  return { tensor: 'w', budget: context.budget, chunks: () => floatChunks(engine, tensor, context) };
}

/** Σ d² + weight · (Σ means · d)² over the rows of a scale. */
function outputError(
  rows: readonly Float32Array[],
  [scale, zeroPoint]: readonly [number, number],
  { qmin, qmax }: OracleRule,
  means: Float32Array,
  weight: number,
): number {
  let squares = 0;
  let bias = 0;
  for (const row of rows) {
    for (const [j, w] of row.entries()) {
      const d = w - dequantizeOracle(quantizeOracle(w, scale, zeroPoint, qmin, qmax), scale, zeroPoint);
      squares += d * d;
      bias += means[j]! * d;
    }
  }
  return squares + weight * bias * bias;
}

function candidatesOf(rows: readonly Float32Array[], rule: OracleRule, count: number): [number, number][] {
  const min = Math.min(0, ...rows.map((row) => row.reduce((a, b) => Math.min(a, b))));
  const max = Math.max(0, ...rows.map((row) => row.reduce((a, b) => Math.max(a, b))));
  const few = rule.qmax - rule.qmin < 16;
  const shares = Array.from({ length: count }, (_, i) => (few ? (40 - i) / 40 : (100 + i) / 100));
  const oracle = rule.symmetric ? symmetricOracle : affineOracle;
  return shares.map((share) => {
    const [scale, zeroPoint] = oracle(
      Math.fround(min * share),
      Math.fround(max * share),
      rule.qmin,
      rule.qmax,
    );
    return [scale, zeroPoint];
  });
}

const AFFINE8 = { qmin: 0, qmax: 255, symmetric: false };

/** Shapes on both sides of the number of candidates that a search can afford: 61, 31 (2^20 / 33280), 8. */
const CASES: readonly [string, OracleRule, number, number, number, number][] = [
  ['9 weights a channel', AFFINE8, 12, 12, 9, 61],
  ['symmetric codes', { qmin: -127, qmax: 127, symmetric: true }, 5, 5, 30, 61],
  ['4 bits', { qmin: 0, qmax: 15, symmetric: false }, 6, 6, 25, 21],
  ['one weight a row', AFFINE8, 7, 7, 1, 61],
  ['a scale for every third row', AFFINE8, 12, 3, 9, 61],
  ['one scale', AFFINE8, 1, 1, 70, 61],
  ['33280 weights', AFFINE8, 65, 65, 512, 31],
  ['196608 weights', AFFINE8, 3, 3, 65536, 8],
];
for (const [title, rule, rows, scaleCount, length, candidates] of CASES) {
  test(`mse over known inputs, ${title} -> the least error of ${candidates} candidates`, async () => {
    const rng = new Rng(rows * length);
    const weights = rng.normal(rows * length);
    const inputs: RowInputs = {
      rows,
      means: rng.normal(length).map(Math.abs),
      biasWeight: Float64Array.from({ length: scaleCount }, (_, s) => (s === 1 ? 0 : 1 + s)),
    };
    const tensor = floatTensorOf([rows * length], weights);
    const values = valuesOf(tensor);
    const layout = { depth: length, inner: 1, block: length, scaleCount };
    const chosen = await mse(engine, values, layout, rule, inputs);
    for (let s = 0; s < scaleCount; s++) {
      const own = Array.from({ length: rows }, (_, r) =>
        weights.subarray(r * length, (r + 1) * length),
      ).filter((_, r) => r % scaleCount === s);
      const errorOf = (pair: readonly [number, number]): number =>
        outputError(own, pair, rule, inputs.means, inputs.biasWeight[s]!);
      const tried = candidatesOf(own, rule, candidates);
      const actual = [chosen.scale[s]!, chosen.zeroPoint[s]!] as const;
      assert.ok(
        tried.some(([scale, zeroPoint]) => scale === actual[0] && zeroPoint === actual[1]),
        `scale ${s} is no candidate`,
      );
      const best = Math.min(...tried.map(errorOf));
      assert.ok(errorOf(actual) <= best * (1 + 1e-5) + 1e-12, `scale ${s}: ${errorOf(actual)}, best ${best}`);
    }
  });
}

test('mse over inputs of mean 1 -> the sum of the weights kept better than by squares alone', async () => {
  const rng = new Rng(5);
  const weights = rng.normal(64 * 9);
  const tensor = floatTensorOf([64 * 9], weights);
  const values = valuesOf(tensor);
  const layout = { depth: 9, inner: 1, block: 9, scaleCount: 64 };
  const shiftWith = async (weight: number): Promise<number> => {
    const inputs = {
      rows: 64,
      means: new Float32Array(9).fill(1),
      biasWeight: new Float64Array(64).fill(weight),
    };
    const { scale, zeroPoint } = await mse(engine, values, layout, AFFINE8, inputs);
    let sum = 0;
    for (let s = 0; s < 64; s++) {
      const row = [weights.subarray(s * 9, s * 9 + 9)];
      const pair = [scale[s]!, zeroPoint[s]!] as const;
      const ones = new Float32Array(9).fill(1);
      sum += outputError(row, pair, AFFINE8, ones, 1) - outputError(row, pair, AFFINE8, ones, 0);
    }
    return sum;
  };
  const [without, withMeans] = [await shiftWith(0), await shiftWith(16)];
  assert.ok(withMeans < without / 20, `${withMeans} of ${without}`);
});
