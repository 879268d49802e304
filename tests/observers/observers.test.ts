// absmax and mse against plain loops: the scales themselves, and the squared error they lead to.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import type { Granularity } from '../../ts-host/ir/plan.js';
import { absmax } from '../../ts-host/observers/absmax.js';
import { mse } from '../../ts-host/observers/mse.js';
import { floatChunks } from '../../ts-host/tensor/floatChunks.js';
import { scaleLayout } from '../../ts-host/tensor/layout.js';
import type { FloatValues } from '../../ts-host/tensor/range.js';
import type { ScaleChooser } from '../../ts-host/tensor/scales.js';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { rejectsWith } from '../formats/onnx/support.js';
import { simdEngine } from '../support/engine.js';
import { affineOracle, symmetricOracle } from '../support/quant-oracle.js';
import { Rng } from '../support/rng.js';
import { floatTensorOf } from '../support/tensors.js';
import { absmaxOracle, groupsOf, type OracleRule, quantizedOracle } from '../support/weight-oracle.js';

let engine: Engine;
before(async () => {
  engine = await simdEngine();
});

const RULES: readonly OracleRule[] = [
  { qmin: -127, qmax: 127, symmetric: true },
  { qmin: 0, qmax: 255, symmetric: false },
  { qmin: -7, qmax: 7, symmetric: true },
  { qmin: 0, qmax: 15, symmetric: false },
  { qmin: 0, qmax: 15, symmetric: true },
  { qmin: 0, qmax: 3, symmetric: false },
  { qmin: -32767, qmax: 32767, symmetric: true },
];
const GRANULARITIES: readonly Granularity[] = [
  { kind: 'tensor' },
  { kind: 'channel', axis: 0 },
  { kind: 'channel', axis: 1 },
  { kind: 'channel', axis: 2 },
  { kind: 'block', axis: 0, blockSize: 3 },
  { kind: 'block', axis: 2, blockSize: 4 },
];
const DIMS = [6, 5, 9];

/** Values with a few large ones and channels of very different sizes. */
function outliers(seed: number): Float32Array {
  const rng = new Rng(seed);
  return rng.normal(270).map((v, i) => v * (i % 41 === 0 ? 8 : 1) * (1 + Math.floor(i / 45)));
}

function valuesOf(values: ArrayLike<number>, dims: readonly number[]): FloatValues {
  const tensor = floatTensorOf(dims, values, 'float32', [40]);
  const { budget } = new RunContext();
  return { tensor: 'w', budget, chunks: () => floatChunks(engine, tensor, new RunContext()) };
}

const choose = (
  observer: ScaleChooser,
  values: ArrayLike<number>,
  granularity: Granularity,
  rule: OracleRule,
) => observer(engine, valuesOf(values, DIMS), scaleLayout(DIMS, granularity), rule);

type ScalesLike = { readonly scale: ArrayLike<number>; readonly zeroPoint: ArrayLike<number> };

/** Squared error a group. */
function errors(
  values: Float32Array,
  granularity: Granularity,
  rule: OracleRule,
  scales: ScalesLike,
): number[] {
  const { groupOf } = groupsOf(DIMS, granularity);
  const { restored } = quantizedOracle(values, DIMS, granularity, rule, scales);
  const sums: number[] = Array.from({ length: scales.scale.length }, () => 0);
  for (const [i, value] of values.entries()) sums[groupOf(i)]! += (value - restored[i]!) ** 2;
  return sums;
}

for (const rule of RULES) {
  test(`absmax ${JSON.stringify(rule)} -> the oracle's scales`, async () => {
    for (const granularity of GRANULARITIES) {
      const values = outliers(1);
      const { scale, zeroPoint } = await choose(absmax, values, granularity, rule);
      assert.deepEqual({ scale, zeroPoint }, absmaxOracle(values, DIMS, granularity, rule));
    }
  });

  test(`mse ${JSON.stringify(rule)} -> never worse than absmax, as good as the best of its candidates`, async () => {
    for (const [seed, granularity] of GRANULARITIES.entries()) {
      const values = outliers(seed);
      const chosen = await choose(mse, values, granularity, rule);
      const actual = errors(values, granularity, rule, chosen);
      const plain = errors(values, granularity, rule, absmaxOracle(values, DIMS, granularity, rule));
      const candidates = candidateErrors(values, granularity, rule);
      for (const [group, error] of actual.entries()) {
        assert.ok(error <= plain[group]! * (1 + 1e-9), `group ${group}: ${error} > ${plain[group]}`);
        const best = Math.min(...candidates.map((each) => each[group]!));
        assert.ok(Math.abs(error - best) <= 1e-9 * best, `group ${group}: ${error}, best ${best}`);
      }
    }
  });
}

/** Errors of the ranges that mse tries: shrunk in 40ths to a half up to 16 codes, widened in 100ths by 30 % above. */
function candidateErrors(values: Float32Array, granularity: Granularity, rule: OracleRule): number[][] {
  const { groupOf, scaleDims } = groupsOf(DIMS, granularity);
  const count = scaleDims.reduce((a, b) => a * b, 1);
  const min = new Float32Array(count);
  const max = new Float32Array(count);
  for (const [i, value] of values.entries()) {
    min[groupOf(i)] = Math.min(min[groupOf(i)]!, value);
    max[groupOf(i)] = Math.max(max[groupOf(i)]!, value);
  }
  const few = rule.qmax - rule.qmin < 16;
  const shares = Array.from({ length: few ? 21 : 31 }, (_, i) => (few ? (40 - i) / 40 : (100 + i) / 100));
  return shares.map((share) => {
    const pairs = Array.from({ length: count }, (_, g) =>
      (rule.symmetric ? symmetricOracle : affineOracle)(
        Math.fround(min[g]! * share),
        Math.fround(max[g]! * share),
        rule.qmin,
        rule.qmax,
      ),
    );
    const scales = { scale: pairs.map(([scale]) => scale), zeroPoint: pairs.map(([, zero]) => zero) };
    return errors(values, granularity, rule, scales);
  });
}

test('mse 4 bits with one large value in 64 -> clips it, for less than 80 % of the error of absmax', async () => {
  const values = new Rng(7).normal(270, 0.1);
  values[100] = 1.2;
  const rule = { qmin: -7, qmax: 7, symmetric: true };
  const tensor = { kind: 'tensor' } as const;
  const plain = await choose(absmax, values, tensor, rule);
  const chosen = await choose(mse, values, tensor, rule);
  assert.ok(chosen.scale[0]! < plain.scale[0]!);
  const [before, after] = [plain, chosen].map((scales) => errors(values, tensor, rule, scales)[0]!);
  assert.ok(after! < 0.8 * before!, `${after} of ${before}`);
});

const EXTREMES: readonly [string, number[]][] = [
  ['zeros', [0, 0, 0, -0]],
  ['one value', [0.3]],
  ['subnormal values', [1e-45, -3e-44, 0]],
  ['the largest floats', [3.4028234663852886e38, -3.4028234663852886e38, 1]],
  ['positive values', [5, 6, 7]],
  ['negative values', [-5, -6, -7]],
];
for (const [title, values] of EXTREMES) {
  test(`observers ${title} -> scales finite and > 0, zero points among the codes`, async () => {
    for (const rule of RULES) {
      for (const observer of [absmax, mse]) {
        const dims = [values.length];
        const layout = scaleLayout(dims, { kind: 'tensor' });
        const { scale, zeroPoint } = await observer(engine, valuesOf(values, dims), layout, rule);
        assert.ok(scale[0]! > 0 && scale[0]! < Infinity, `${scale[0]}`);
        assert.ok(zeroPoint[0]! >= rule.qmin && zeroPoint[0]! <= rule.qmax, `${zeroPoint[0]}`);
      }
    }
  });
}

for (const bad of [Number.NaN, Infinity, -Infinity]) {
  test(`observers a weight holding ${bad} -> NON_FINITE_WEIGHT naming the tensor`, async () => {
    for (const position of [0, 13, 269]) {
      for (const observer of [absmax, mse]) {
        const values = outliers(3);
        values[position] = bad;
        const run = choose(observer, values, { kind: 'channel', axis: 1 }, RULES[0]!);
        assert.equal((await rejectsWith('NON_FINITE_WEIGHT', run)).place.tensor, 'w');
      }
    }
  });
}
