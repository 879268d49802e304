// Small models made here, for what the real ones do not have: embedding tables, Gemm, and MatMul with enough columns
// for every block size.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type QuantizeOptions, quantize } from '../../ts-host/index.js';
import { compareIn } from '../consumers/compare.js';
import { ENGINES, type Feeds } from '../consumers/job.js';
import { enginesMissing } from '../consumers/run.js';
import { floats, gather, gemm, matMul, model, node, value } from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';
import { check, prepareEngine, row } from './suite.js';

const ROWS = 500;
const WIDTH = 96;

/** tokens -> table lookup. */
function embedding(): Uint8Array {
  const rng = new Rng(11);
  return model({
    nodes: [gather('table', 'tokens', 'y')],
    initializers: [floats('table', [ROWS, WIDTH], rng.normal(ROWS * WIDTH))],
    inputs: [value('tokens', [2, 16], 'int64')],
    outputs: [value('y', [2, 16, WIDTH])],
  });
}

/** Two MatMul, a Gemm with transB, activations between, sizes that no block divides. */
function perceptron(): Uint8Array {
  const rng = new Rng(12);
  return model({
    nodes: [
      matMul('x', 'w1', 'a'),
      node('Relu', ['a'], ['b']),
      matMul('b', 'w2', 'c'),
      node('Tanh', ['c'], ['d']),
      gemm('d', 'w3', 'bias', 'y', { transB: 1n }),
    ],
    initializers: [
      floats('w1', [100, 160], rng.normal(16000, 0.1)),
      floats('w2', [160, 72], rng.normal(160 * 72, 0.1)),
      floats('w3', [40, 72], rng.normal(40 * 72, 0.2)),
      floats('bias', [40], rng.normal(40)),
    ],
    inputs: [value('x', [8, 100])],
    outputs: [value('y', [8, 40])],
  });
}

const tokens = (seed: number): Feeds => ({
  tokens: { kind: 'random', dtype: 'int64', dims: [2, 16], seed, low: 0, high: ROWS },
});
const activations = (seed: number): Feeds => ({
  x: { kind: 'random', dtype: 'float32', dims: [8, 100], seed, low: -1, high: 2 },
});

interface Case {
  readonly model: 'embedding' | 'perceptron';
  readonly name: string;
  readonly options: QuantizeOptions;
  readonly bar?: number;
}

const embed = (name: string, options: QuantizeOptions, bar?: number): Case => ({
  model: 'embedding',
  name,
  options: { mode: 'embedding', ...options },
  ...(bar === undefined ? {} : { bar }),
});
const dense = (name: string, options: QuantizeOptions, bar?: number): Case => ({
  model: 'perceptron',
  name,
  options,
  ...(bar === undefined ? {} : { bar }),
});

const CASES: readonly Case[] = [
  embed('8 bit', {}, 0.999),
  embed('8 bit tensor', { granularity: 'tensor' }, 0.999),
  embed('8 bit block 32', { granularity: 'block' }, 0.999),
  embed('4 bit block 32', { bits: 4 }, 0.99),
  embed('4 bit block 32 qdq', { bits: 4, blockForm: 'qdq' }, 0.99),
  embed('4 bit block 16', { bits: 4, blockSize: 16 }, 0.99),
  embed('2 bit block 16', { bits: 2, blockSize: 16 }),
  embed('16 bit', { bits: 16 }, 0.9999),
  dense('8 bit', { mode: 'weights' }, 0.999),
  dense('8 bit block 32', { mode: 'weights', granularity: 'block' }, 0.999),
  dense('8 bit block 32 qdq', { mode: 'weights', granularity: 'block', blockForm: 'qdq' }, 0.999),
  ...([16, 32, 64, 128, 256] as const).flatMap((blockSize) => [
    dense(`4 bit block ${blockSize}`, { mode: 'weights', bits: 4, blockSize }, blockSize > 32 ? 0.98 : 0.99),
    dense(
      `4 bit block ${blockSize} qdq`,
      { mode: 'weights', bits: 4, blockSize, blockForm: 'qdq' },
      blockSize > 32 ? 0.98 : 0.99,
    ),
  ]),
  dense('4 bit symmetric', { mode: 'weights', bits: 4, symmetric: true }, 0.99),
  dense('3 bit', { mode: 'weights', bits: 3 }),
  dense('2 bit', { mode: 'weights', bits: 2 }),
  dense('2 bit qdq', { mode: 'weights', bits: 2, blockForm: 'qdq' }),
  dense('16 bit', { mode: 'weights', bits: 16 }, 0.9999),
  dense('dynamic', { mode: 'dynamic' }, 0.99),
  dense('dynamic uint8', { mode: 'dynamic', weightType: 'uint8' }, 0.99),
  dense('dynamic tensor', { mode: 'dynamic', granularity: 'tensor' }, 0.99),
  dense('dynamic reduced range', { mode: 'dynamic', reduceRange: true }, 0.99),
  dense('fp16', { mode: 'fp16' }, 0.9999),
];

describe('synthetic models', { skip: enginesMissing() ?? false }, () => {
  const bytes = { embedding: embedding(), perceptron: perceptron() };
  const runs = { embedding: [tokens(1), tokens(2)], perceptron: [activations(1), activations(2)] };
  let folder = '';
  before(async () => {
    await prepareEngine();
    folder = mkdtempSync(join(tmpdir(), 'octavo-synthetic-'));
    for (const [name, content] of Object.entries(bytes)) writeFileSync(join(folder, `${name}.onnx`), content);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const { model: name, name: mode, options, bar } of CASES) {
    test(`${name} ${mode} -> ${bar === undefined ? 'loads and runs' : `cosine >= ${bar}`} in both engines`, async (t) => {
      const result = await quantize(bytes[name], options);
      assert.ok(result.plan.tensors.length > 0, 'nothing was quantized');
      const output = await result.bytes();
      const reference = join(folder, `${name}.onnx`);
      const compared = await Promise.all(
        ENGINES.map((engine) => compareIn(engine, reference, output, runs[name], 'top1')),
      );
      t.diagnostic(row(name, mode, output.byteLength / bytes[name].byteLength, compared));
      check(compared, bar);
    });
  }
});
