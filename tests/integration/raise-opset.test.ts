// Raised models in onnxruntime: the same bits as before, for one small model a rule and for real ones. (Where the
// engine itself computes a newer version otherwise, the difference is bounded instead.)

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { readOnnx } from '../../ts-host/formats/onnx/reader.js';
import { planOnnxFiles } from '../../ts-host/formats/onnx/writer.js';
import { bytesSource } from '../../ts-host/io/source.js';
import { checkConsistency } from '../../ts-host/ir/check.js';
import type { Model } from '../../ts-host/ir/model.js';
import { raiseOpset } from '../../ts-host/passes/raise-opset/index.js';
import { ABSENT_MODELS, REAL_MODELS } from '../consumers/models.js';
import { model } from '../passes/literals.js';
import { RAISE_CASES, type RaiseCase } from '../passes/raise-opset-cases.js';
import { Rng } from '../support/rng.js';

const ENGINE = new URL('../consumers/node_modules/onnxruntime-node/dist/index.js', import.meta.url);
const skip = existsSync(ENGINE)
  ? false
  : 'onnxruntime-node is not installed: npm ci --prefix tests/consumers';

interface EngineTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayBufferView;
}
type Tensors = Record<string, EngineTensor>;
interface Engine {
  readonly Tensor: new (type: string, data: ArrayBufferView, dims: readonly number[]) => EngineTensor;
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: object): Promise<{ run(feeds: Tensors): Promise<Tensors> }>;
  };
}

let engine: Engine;
before(async () => {
  if (skip === false) engine = (await import(ENGINE.href)) as Engine;
});

async function bytesOf(written: Model): Promise<Uint8Array> {
  const context = new RunContext();
  const files = planOnnxFiles(written, { fileName: 'model.onnx', externalData: 'never' }, context);
  const chunks: Uint8Array[] = [];
  for await (const chunk of files[0]!.chunks(context)) chunks.push(chunk.slice());
  return new Uint8Array(Buffer.concat(chunks));
}

/** Optimizations stay off, so that rounding does not depend on what the engine fuses. */
async function outputsOf(bytes: Uint8Array, feeds: Tensors): Promise<Tensors> {
  const options = { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1, logSeverityLevel: 3 };
  const session = await engine.InferenceSession.create(bytes, options);
  return session.run(feeds);
}

/** Types, dims and bytes of outputs by name. */
function bitsOf(outputs: Tensors): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { type, dims, data }]) => {
      const { buffer, byteOffset, byteLength } = data;
      return [name, { type, dims, bytes: Buffer.from(buffer, byteOffset, byteLength).toString('hex') }];
    }),
  );
}

function largestDifference(a: Tensors, b: Tensors): number {
  let largest = 0;
  for (const [name, { data }] of Object.entries(a)) {
    const other = b[name]?.data as Float32Array;
    assert.equal(data.byteLength, other.byteLength);
    for (const [index, value] of (data as Float32Array).entries()) {
      largest = Math.max(largest, Math.abs(value - other[index]!));
    }
  }
  return largest;
}

function feedsOf({ graph, feeds = {} }: RaiseCase): Tensors {
  const rng = new Rng(7);
  const tensors = graph.inputs.map(({ name, dtype, dims = [] }): [string, EngineTensor] => {
    const count = dims.reduce<number>((product, dim) => product * Number(dim), 1);
    const values = feeds[name] ?? Array.from({ length: count }, () => 4 * rng.float() - 2);
    const data = dtype === 'int64' ? BigInt64Array.from(values.map(BigInt)) : Float32Array.from(values);
    return [name, new engine.Tensor(dtype!, data, dims.map(Number))];
  });
  return Object.fromEntries(tensors);
}

function raised(old: Model, target: number): Model {
  const result = raiseOpset(old, target);
  if (Array.isArray(result)) assert.fail(JSON.stringify(result));
  checkConsistency(result);
  return result;
}

for (const each of RAISE_CASES) {
  test(`onnxruntime runs ${each.title}`, { skip: skip || (each.notRun ?? false) }, async () => {
    const old = model(each.graph, each.from, 8);
    const feeds = feedsOf(each);
    const expected = await outputsOf(await bytesOf(old), feeds);
    assert.ok(Object.keys(expected).length > 0);
    const actual = await outputsOf(await bytesOf(raised(old, each.to)), feeds);
    assert.deepEqual(bitsOf(actual), bitsOf(expected));
  });
}

for (const name of ABSENT_MODELS) test(`${name} raised`, { skip: 'the model is not here' }, () => {});

for (const { name, path, runs } of REAL_MODELS) {
  for (const target of [13, 17, 21]) {
    test(`${name} raised to ${target} -> the same outputs`, { skip }, async () => {
      const bytes = new Uint8Array(await readFile(path));
      const old = await readOnnx(bytesSource(bytes), {}, new RunContext());
      const dims = Object.entries(runs[0]!).map(([input, spec]) => [input, spec.dims] as const);
      const rng = new Rng(11);
      const feeds = Object.fromEntries(
        dims.map(([input, shape]) => {
          const count = shape.reduce((product, dim) => product * dim, 1);
          const data = Float32Array.from({ length: count }, () => 2 * rng.float() - 1);
          return [input, new engine.Tensor('float32', data, shape)];
        }),
      );
      const expected = await outputsOf(bytes, feeds);
      const actual = await outputsOf(await bytesOf(raised(old, target)), feeds);
      if (target < 19 || !old.graph.nodes.some(({ opType }) => opType === 'AveragePool')) {
        assert.deepEqual(bitsOf(actual), bitsOf(expected));
      } else {
        // onnxruntime has another kernel for AveragePool from 19 on, which sums in another order.
        const difference = largestDifference(actual, expected);
        assert.ok(difference < 1e-5, `largest difference ${difference}`);
      }
    });
  }
}
