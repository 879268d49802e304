// Time steps of recurrent nets: SIMD equals the reference bit for bit, for every number of hidden units around a vector,
// every activation, NaN and infinities; both equal the formulas in float64 closely. Only states, y and r are written, and
// rows that have ended keep theirs.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import {
  copyRows,
  findBadLength,
  GATES,
  type GateActivation,
  gruGates,
  gruState,
  joinBiases,
  lstmStep,
  RECURRENT_BLOCK_BYTES,
  rnnStep,
  writeRecurrentBlock,
} from '../../../ts-host/wasm/kernels/execute/recurrent.js';
import { executionEngine, referenceExecutionEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { assertSameFloats, withHeapGuards } from './guarded-heap.js';

const simd = await executionEngine();
const reference = await referenceExecutionEngine();

type Kind = 'lstm' | 'gru' | 'rnn';
const GATE_COUNT = { lstm: 4, gru: 3, rnn: 1 } as const;

interface Case {
  readonly kind: Kind;
  readonly batch: number;
  readonly hidden: number;
  readonly steps: number;
  readonly t: number;
  readonly reverse: boolean;
  readonly flag: boolean;
  readonly clip: number;
  readonly activations: readonly GateActivation[];
  readonly x: Float32Array;
  readonly r: Float32Array;
  readonly extra: Float32Array | undefined;
  readonly h: Float32Array;
  readonly c: Float32Array;
  readonly lengths: Int32Array | undefined;
}

interface Result {
  readonly h: Float32Array;
  readonly c: Float32Array;
  readonly y: Float32Array;
}

function randomCase(rng: Rng, kind: Kind, hidden: number, specials: boolean): Case {
  const [batch, steps] = [rng.int(1, 3), rng.int(1, 3)];
  const gates = GATE_COUNT[kind];
  const activation = (): GateActivation => ({
    name: GATES[rng.int(0, GATES.length - 1)]!,
    alpha: Math.fround(rng.float()),
    beta: Math.fround(rng.float()),
  });
  const x = rng.normal(steps * batch * gates * hidden, 3);
  if (specials) {
    for (let i = 0; i < x.length; i += 3)
      x[i] = [Number.NaN, Infinity, -Infinity, -0, 1e-40, 3e38, -90, 90][i % 8]!;
  }
  return {
    ...{
      kind,
      batch,
      hidden,
      steps,
      t: rng.int(0, steps - 1),
      reverse: rng.float() < 0.5,
      flag: rng.float() < 0.5,
    },
    clip: rng.float() < 0.5 ? Infinity : 1,
    activations: [activation(), activation(), activation()],
    x,
    r: rng.normal(batch * gates * hidden),
    extra: rng.float() < 0.5 ? rng.normal(3 * hidden) : undefined,
    h: rng.normal(batch * hidden),
    c: rng.normal(batch * hidden),
    lengths: rng.float() < 0.5 ? Int32Array.from({ length: batch }, () => rng.int(0, steps)) : undefined,
  };
}

/** Runs one step; of a GRU both halves, with the product between them taken as made. */
function run(engine: ExecutionEngine, each: Case, misalignment: number): Result {
  const { kind, batch, hidden, steps, t } = each;
  const [h, c, y] = [each.h.slice(), each.c.slice(), new Float32Array(steps * batch * hidden).fill(7)];
  const none = new Float32Array(0);
  const block = new Uint8Array(RECURRENT_BLOCK_BYTES);
  const rowBytes = 4 * hidden;
  const arrays = [each.x, each.r.slice(), each.extra ?? none, h, c, y, each.lengths ?? none, block];
  withHeapGuards(engine, arrays, misalignment, (...at) => {
    const [xAt, rAt, extraAt, hAt, cAt, yAt, lengthsAt, blockAt] = at as [
      ...[number, number, number, number],
      ...[number, number, number, number],
    ];
    const gateBytes = GATE_COUNT[kind] * rowBytes;
    writeRecurrentBlock(engine, blockAt, {
      ...{ x: xAt, xTime: batch * gateBytes, xRow: gateBytes, r: rAt, h: hAt, c: cAt },
      ...{ y: yAt, yTime: batch * rowBytes, yRow: rowBytes, batch, hidden, steps },
      extra: each.extra === undefined ? 0 : extraAt,
      lengths: each.lengths === undefined ? 0 : lengthsAt,
      ...{ reverse: each.reverse, flag: each.flag, clip: each.clip, activations: each.activations },
    });
    if (kind === 'lstm') lstmStep(engine.kernels, blockAt, t);
    if (kind === 'rnn') rnnStep(engine.kernels, blockAt, t);
    if (kind === 'gru') {
      gruGates(engine.kernels, blockAt, t);
      gruState(engine.kernels, blockAt, t);
    }
  });
  return { h, c, y };
}

function activate({ name, alpha, beta }: GateActivation, x: number): number {
  const formulas: Record<(typeof GATES)[number], () => number> = {
    Sigmoid: () => 1 / (1 + Math.exp(-x)),
    Tanh: () => Math.tanh(x),
    Relu: () => Math.max(0, x),
    LeakyRelu: () => (x < 0 ? alpha * x : x),
    ThresholdedRelu: () => (x > alpha ? x : 0),
    Affine: () => alpha * x + beta,
    ScaledTanh: () => alpha * Math.tanh(beta * x),
    HardSigmoid: () => Math.max(0, Math.min(1, alpha * x + beta)),
    Elu: () => (x < 0 ? alpha * Math.expm1(x) : x),
    Softsign: () => x / (1 + Math.abs(x)),
    Softplus: () => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  };
  return formulas[name]();
}

/** The formulas of assembly/num/recurrent, in float64. */
function oracle(each: Case): Result {
  const { kind, batch, hidden, steps, t, flag, extra, activations } = each;
  const [f, g, last] = activations as [GateActivation, GateActivation, GateActivation];
  const gates = GATE_COUNT[kind];
  const [h, c, y] = [each.h.slice(), each.c.slice(), new Float32Array(steps * batch * hidden).fill(7)];
  const clip = (x: number): number => Math.max(-each.clip, Math.min(each.clip, x));
  for (let row = 0; row < batch; row++) {
    const length = each.lengths?.[row] ?? steps;
    if (t >= length) continue;
    const time = each.reverse ? length - 1 - t : t;
    for (let u = 0; u < hidden; u++) {
      const at = row * hidden + u;
      const x = (gate: number): number => each.x[((time * batch + row) * gates + gate) * hidden + u]!;
      const r = (gate: number): number => each.r[(row * gates + gate) * hidden + u]!;
      const p = (gate: number): number => extra?.[gate * hidden + u] ?? 0;
      const gate = (index: number, by: GateActivation, more = 0): number =>
        activate(by, clip(x(index) + r(index) + more));
      if (kind === 'rnn') h[at] = gate(0, f);
      if (kind === 'lstm') {
        const input = gate(0, f, p(0) * c[at]!);
        const forget = flag ? 1 - input : gate(2, f, p(2) * c[at]!);
        const cell = forget * c[at]! + input * gate(3, g);
        h[at] = gate(1, f, p(1) * cell) * activate(last, cell);
        c[at] = cell;
      }
      if (kind === 'gru') {
        const [update, reset] = [gate(0, f), gate(1, f)];
        const inner = flag ? reset * (r(2) + (extra?.[u] ?? 0)) : r(2);
        if (!flag) c[at] = reset * h[at]!;
        h[at] = (1 - update) * activate(g, clip(x(2) + inner)) + update * h[at]!;
      }
      y[(time * batch + row) * hidden + u] = h[at]!;
    }
  }
  return { h, c, y };
}

function assertNear(actual: Float32Array, expected: Float32Array, what: string): void {
  for (const [i, value] of actual.entries()) {
    const bound = 4e-6 * Math.max(1, Math.abs(expected[i]!));
    assert.ok(
      Math.abs(value - expected[i]!) <= bound,
      `${what}: element ${i} is ${value}, expected ${expected[i]}`,
    );
  }
}

for (const kind of ['lstm', 'gru', 'rnn'] as const) {
  describe(kind, () => {
    it('equals the formulas', () => {
      for (let seed = 1; seed <= 60; seed++) {
        const each = randomCase(new Rng(seed), kind, seed % 14, false);
        const [actual, expected] = [run(simd, each, 0), oracle(each)];
        for (const part of ['h', 'c', 'y'] as const)
          assertNear(actual[part], expected[part], `seed ${seed}, ${part}`);
      }
    });

    it('SIMD and scalar give the same bits', () => {
      for (let seed = 1; seed <= 90; seed++) {
        const rng = new Rng(seed);
        const each = randomCase(rng, kind, seed % 15, seed % 2 === 1);
        const [actual, scalar] = [run(simd, each, 4 * rng.int(0, 3)), run(reference, each, 0)];
        for (const part of ['h', 'c', 'y'] as const) {
          assertSameFloats(actual[part], scalar[part], `seed ${seed}, ${part}`);
        }
      }
    });
  });
}

it('biases are joined as far as asked', () => {
  const [biases, out] = [Float32Array.of(1, 2, 3, 10, 20, 30), new Float32Array(3)];
  withHeapGuards(simd, [biases, out], 4, (from, to) => joinBiases(simd.kernels, from!, to!, 3, 2));
  assert.deepEqual(out, Float32Array.of(11, 22, 3));
});

it('rows are copied at their strides; from nowhere come zeros', () => {
  const [from, to] = [Float32Array.of(1, 2, 3, 4, 5, 6), new Float32Array(8).fill(9)];
  withHeapGuards(simd, [from, to], 4, (fromAt, toAt) => {
    copyRows(simd.kernels, { from: fromAt!, fromStride: 12, to: toAt!, toStride: 16, rows: 2, bytes: 8 });
    copyRows(simd.kernels, { from: 0, fromStride: 0, to: toAt! + 8, toStride: 16, rows: 2, bytes: 4 });
  });
  assert.deepEqual(to, Float32Array.of(1, 2, 0, 9, 4, 5, 0, 9));
});

it('lengths outside [0, most] are found', () => {
  const check = (...lengths: number[]): number => {
    let found = 0;
    withHeapGuards(simd, [Int32Array.from(lengths)], 4, (at) => {
      found = findBadLength(simd.kernels, at!, lengths.length, 5);
    });
    return found;
  };
  assert.equal(check(), -1);
  assert.equal(check(0, 5, 1), -1);
  assert.equal(check(0, 6, -1), 1);
  assert.equal(check(0, 5, -1), 2);
});
