// The harness itself: equal models measure as equal, and what an engine refuses becomes an error with its stage.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { matMul, model, value } from '../support/onnxBuilder.js';
import { compareIn } from './compare.js';
import { ENGINES, type Feeds } from './job.js';
import { measure } from './measures.js';
import { REAL_MODELS } from './models.js';
import { EngineError, enginesMissing, runModel } from './run.js';

const product = model({
  nodes: [matMul('a', 'b', 'y')],
  inputs: [value('a', [2, 3]), value('b', [3, 2])],
  outputs: [value('y', [2, 2])],
});
const feeds: Feeds = {
  a: { kind: 'values', dtype: 'float32', dims: [2, 3], values: [1, 2, 3, 4, 5, 6] },
  b: { kind: 'values', dtype: 'float32', dims: [3, 2], values: [1, 0, 0, 1, 1, 1] },
};

const output = (values: readonly number[]) => [
  [
    {
      name: 'y',
      dtype: 'float32',
      dims: [values.length],
      bytes: new Uint8Array(Float32Array.from(values).buffer),
    },
  ],
];

test('measure of known vectors -> the figures worked out by hand', () => {
  const [one] = measure(output([3, 4]), output([3, 3]));
  assert.ok(one !== undefined);
  assert.ok(Math.abs(one.cosine - 21 / (5 * Math.sqrt(18))) < 1e-12);
  assert.ok(Math.abs(one.sqnrDb - 10 * Math.log10(25)) < 1e-12);
  assert.equal(one.maxAbsError, 1);
  assert.equal(one.agreement, 0);
});

test('measure of NaN against a number -> counted as not finite', () => {
  const [one] = measure(output([1, 2]), output([1, Number.NaN]));
  assert.equal(one?.nonFinite, 1);
});

describe('engines', { skip: enginesMissing() ?? false }, () => {
  for (const engine of ENGINES) {
    test(`onnxruntime-${engine} with a MatMul -> its product`, async () => {
      const { runs } = await runModel(engine, product, [feeds]);
      assert.deepEqual([...new Float32Array(runs[0]![0]!.bytes.slice().buffer)], [4, 5, 10, 11]);
    });

    test(`onnxruntime-${engine} with bytes that are no model -> EngineError of stage load`, async () => {
      const refused = (error: unknown) => error instanceof EngineError && error.stage === 'load';
      await assert.rejects(runModel(engine, Uint8Array.of(1, 2, 3), []), refused);
    });

    test(`onnxruntime-${engine} with an input missing -> EngineError of stage run`, async () => {
      const refused = (error: unknown) => error instanceof EngineError && error.stage === 'run';
      await assert.rejects(runModel(engine, product, [{ a: feeds.a! }]), refused);
    });
  }

  for (const { name, path, runs, decision } of REAL_MODELS) {
    test(`${name} against itself -> equal`, async () => {
      const { cosine, sqnrDb } = await compareIn('node', path, path, runs, decision);
      assert.ok(cosine > 1 - 1e-12, `cosine ${cosine}`);
      assert.equal(sqnrDb, Number.POSITIVE_INFINITY);
    });
  }
});
