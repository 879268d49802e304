// Work that is cut into steps: the same bits as the same work in parts that are too small to be cut. No step holds more
// than its share, however large the matrices are.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { executionEngine } from '../support/engine.js';
import { floats, type ModelInput, node, value } from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';
import { executorOf, f32, run } from './support.js';

const engine = await executionEngine();
const rng = new Rng(71);

async function output(input: ModelInput, feeds: Parameters<typeof run>[1]): Promise<Float32Array> {
  const executor = await executorOf(input, engine);
  try {
    return (await run(executor, feeds)).y!.data as Float32Array;
  } finally {
    executor.dispose();
    assert.equal(engine.heap.held, 0);
  }
}

function same(actual: Float32Array, expected: Float32Array, what: string): void {
  assert.equal(actual.length, expected.length, what);
  const different = actual.findIndex((each, i) => !Object.is(each, expected[i]));
  assert.equal(
    different,
    -1,
    `${what}: element ${different} is ${actual[different]}, not ${expected[different]}`,
  );
}

// m · n · k is above the 5e7 of a step, n · k above what is packed in one.
const [M, N, K] = [23, 1500, 1700];
const a = rng.normal(M * K);
const b = rng.normal(K * N);
/** [columns, rows] of x [rows, columns]. */
const transposed = (x: Float32Array, rows: number, columns: number): Float32Array =>
  x.map((_, i) => x[(i % rows) * columns + Math.floor(i / rows)]!);

describe('a long product', () => {
  const gemm = (attributes: Record<string, bigint>, aDims: number[], bDims: number[]): ModelInput => ({
    opset: 13,
    nodes: [node('Gemm', ['a', 'b'], ['y'], attributes)],
    inputs: [value('a', aDims), value('b', bDims)],
    outputs: [value('y')],
  });
  const plain = gemm({}, [M, K], [K, N]);

  it('with fed, constant and transposed matrices -> the bits of single rows and columns', async () => {
    const whole = await output(plain, { a: f32([M, K], a), b: f32([K, N], b) });
    const constant = { ...plain, initializers: [floats('b', [K, N], b)], inputs: [value('a', [M, K])] };
    same(await output(constant, { a: f32([M, K], a) }), whole, 'constant b');
    const turned = gemm({ transA: 1n, transB: 1n }, [K, M], [N, K]);
    const feeds = {
      a: f32(
        [K, M],
        transposed(a, K, M).map((_, i) => a[(i % M) * K + Math.floor(i / M)]!),
      ),
      b: f32([N, K], transposed(b, K, N)),
    };
    same(await output(turned, feeds), whole, 'both transposed');
    const columns = 7;
    const some = Float32Array.from(
      { length: K * columns },
      (_, i) => b[Math.floor(i / columns) * N + (i % columns)]!,
    );
    for (const row of [0, 4, M - 1]) {
      const small = gemm({}, [1, K], [K, columns]);
      const part = await output(small, {
        a: f32([1, K], a.subarray(row * K, (row + 1) * K)),
        b: f32([K, columns], some),
      });
      same(part, whole.slice(row * N, row * N + columns), `row ${row}`);
    }
  });

  it('of two matrices of a batch -> each as alone', async () => {
    const batch: ModelInput = {
      opset: 13,
      nodes: [node('MatMul', ['a', 'b'], ['y'])],
      inputs: [value('a', [2, M, K]), value('b', [2, K, N])],
      outputs: [value('y')],
    };
    const [a2, b2] = [rng.normal(M * K), rng.normal(K * N)];
    const both = await output(batch, { a: f32([2, M, K], [...a, ...a2]), b: f32([2, K, N], [...b, ...b2]) });
    same(both.subarray(0, M * N), await output(plain, { a: f32([M, K], a), b: f32([K, N], b) }), 'the first');
    same(both.subarray(M * N), await output(plain, { a: f32([M, K], a2), b: f32([K, N], b2) }), 'the second');
  });
});

describe('a long time step', () => {
  it('of an LSTM -> the bits of each batch row alone', async () => {
    const [batch, hidden, features] = [17, 900, 8];
    const weights = [
      floats('w', [1, 4 * hidden, features], rng.normal(4 * hidden * features, 0.3)),
      floats('r', [1, 4 * hidden, hidden], rng.normal(4 * hidden * hidden, 0.05)),
    ];
    const lstm = (rows: number): ModelInput => ({
      opset: 14,
      nodes: [node('LSTM', ['x', 'w', 'r'], ['y'], { hidden_size: BigInt(hidden) })],
      initializers: weights,
      inputs: [value('x', [2, rows, features])],
      outputs: [value('y')],
    });
    const x = rng.normal(2 * batch * features);
    const whole = await output(lstm(batch), { x: f32([2, batch, features], x) });
    const last = [0, 1].flatMap((t) => [
      ...x.subarray(((t + 1) * batch - 1) * features, (t + 1) * batch * features),
    ]);
    const alone = await output(lstm(1), { x: f32([2, 1, features], last) });
    for (const t of [0, 1]) {
      const from = ((t + 1) * batch - 1) * hidden;
      same(alone.slice(t * hidden, (t + 1) * hidden), whole.slice(from, from + hidden), `time step ${t}`);
    }
  });
});

describe('long rows of a convolution', () => {
  for (const [opType, dims, wDims, group] of [
    ['Conv', [1, 64, 120_000], [64, 1, 9], 64n],
    ['ConvTranspose', [1, 16, 30_000], [16, 32, 8], 1n],
  ] as const) {
    it(`${opType} over one axis -> the bits of a part of it`, async () => {
      const weights = floats('w', wDims, rng.normal(wDims[0] * wDims[1] * wDims[2]));
      const model = (length: number): ModelInput => ({
        opset: 13,
        nodes: [node(opType, ['x', 'w'], ['y'], { group })],
        initializers: [weights],
        inputs: [value('x', [1, dims[1], length])],
        outputs: [value('y')],
      });
      const [channels, length, short] = [dims[1], dims[2], 200];
      const x = rng.normal(channels * length);
      const whole = await output(model(length), { x: f32(dims, x) });
      const start = length - short;
      const end = Float32Array.from(
        { length: channels * short },
        (_, i) => x[Math.floor(i / short) * length + start + (i % short)]!,
      );
      const part = await output(model(short), { x: f32([1, channels, short], end) });
      const outputs = wDims[opType === 'Conv' ? 0 : 1];
      const [long, few] = [whole.length / outputs, part.length / outputs];
      for (let output = 0; output < outputs; output += 5) {
        // Without the first ones, which other inputs reach too.
        same(
          part.slice(output * few + 8, (output + 1) * few),
          whole.slice((output + 1) * long - few + 8, (output + 1) * long),
          `output ${output}`,
        );
      }
    });
  }
});
