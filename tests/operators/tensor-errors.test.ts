// octavo.TensorErrors against sums in plain TypeScript.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HostTensor } from '../../ts-host/execute/executor.js';
import { finishErrors } from '../../ts-host/wasm/kernels/execute/errors.js';
import { executorOf, f32, run } from '../execute/support.js';
import { executionEngine } from '../support/engine.js';
import { oracleErrors } from '../support/error-oracle.js';
import { conv, floats, node, value } from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';

const engine = await executionEngine();
const errorsOf = (a: string, b: string, y: string) =>
  node('TensorErrors', [a, b], [y], {}, { domain: 'octavo' });

async function errors(a: HostTensor, b: HostTensor): Promise<Float64Array> {
  const executor = await executorOf(
    {
      nodes: [errorsOf('a', 'b', 'y')],
      inputs: [value('a', undefined, a.dtype), value('b', undefined, b.dtype)],
      outputs: [value('y')],
    },
    engine,
  );
  try {
    return (await run(executor, { a, b })).y!.data as Float64Array;
  } finally {
    executor.dispose();
  }
}

function near(actual: number, expected: number): void {
  const bound = 1e-12 * Math.max(1, Math.abs(expected));
  assert.ok(actual === expected || Math.abs(actual - expected) <= bound, `${actual} instead of ${expected}`);
}

function check(sums: Float64Array, a: ArrayLike<number>, b: ArrayLike<number>): void {
  assert.equal(sums.length, 18);
  assert.equal(sums[17], a.length);
  const found = finishErrors(engine, sums.slice(0, 17), a.length);
  const expected = oracleErrors(a, b);
  for (const key of ['mse', 'sqnrDb', 'cosine', 'maxAbs'] as const) near(found[key], expected[key]);
}

describe('TensorErrors', () => {
  it('tensors of many shapes -> the sums', async () => {
    for (let seed = 1; seed <= 24; seed++) {
      const rng = new Rng(seed);
      const dims = Array.from({ length: rng.int(0, 5) }, () => rng.int(1, 9));
      const count = dims.reduce((a, b) => a * b, 1);
      const [a, b] = [rng.normal(count), rng.normal(count)];
      check(await errors(f32(dims, a), f32(dims, b)), a, b);
    }
  });

  it('more elements than one step adds -> all of them', async () => {
    const rng = new Rng(4);
    const count = (1 << 20) + 5;
    const a = rng.normal(count);
    const b = a.map((x, i) => x + (i % 7) * 0.01);
    check(await errors(f32([count], a), f32([count], b)), a, b);
  });

  it('equal tensors -> no error; empty ones -> no pairs', async () => {
    const same = await errors(f32([3], [1, -2, 3]), f32([3], [1, -2, 3]));
    assert.equal(finishErrors(engine, same.slice(0, 17), 3).sqnrDb, Infinity);
    assert.equal((await errors(f32([0, 4], []), f32([0, 4], [])))[17], 0);
  });

  it('float16 -> compared as float32', async () => {
    const half = (bits: number[]): HostTensor => ({
      dtype: 'float16',
      dims: [2],
      data: Uint16Array.from(bits),
    });
    check(await errors(half([0x3c00, 0xc000]), half([0x3c00, 0xbc00])), [1, -2], [1, -1]);
  });

  it('other dims or types -> nothing', async () => {
    assert.equal((await errors(f32([2, 3], [1, 2, 3, 4, 5, 6]), f32([3, 2], [1, 2, 3, 4, 5, 6]))).length, 0);
    const ints: HostTensor = { dtype: 'int32', dims: [2], data: Int32Array.of(1, 2) };
    assert.equal((await errors(ints, ints)).length, 0);
  });

  it('one with channels last, one without -> the same sums', async () => {
    const rng = new Rng(5);
    const weight = rng.normal(4 * 3 * 9, 0.3);
    const executor = await executorOf(
      {
        nodes: [
          conv('x', 'w', undefined, 'c', { pads: [1n, 1n, 1n, 1n] }),
          errorsOf('c', 'b', 'one'),
          errorsOf('b', 'c', 'other'),
          errorsOf('c', 'c', 'both'),
        ],
        initializers: [floats('w', [4, 3, 3, 3], weight)],
        inputs: [value('x', [1, 3, 6, 6]), value('b', [1, 4, 6, 6])],
        outputs: [value('c'), value('one'), value('other'), value('both')],
      },
      engine,
    );
    const b = rng.normal(144);
    const { c, one, other, both } = await run(executor, {
      x: f32([1, 3, 6, 6], rng.normal(108)),
      b: f32([1, 4, 6, 6], b),
    });
    executor.dispose();
    const computed = c!.data as Float32Array;
    check(one!.data as Float64Array, computed, b);
    check(other!.data as Float64Array, b, computed);
    check(both!.data as Float64Array, computed, computed);
  });
});
