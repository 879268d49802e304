// LSTM, GRU and RNN against onnxruntime: directions, activations, clip, states, lengths, peepholes, both orders of the
// reset gate, any outputs. onnxruntime has no batch-first layout: there the expected outputs are those of the other one,
// moved.

import type { AttributeInput } from '../support/onnxBuilder.js';
import { caseModel } from './cases.js';
import {
  absolute,
  anyOf,
  type Case,
  type Feed,
  feed,
  ofRange,
  operatorCases,
  operatorRefuses,
  Rng,
  random,
} from './harness.js';
import { runOrt } from './ort.js';

const KINDS = {
  LSTM: { gates: 4, functions: 3, outputs: 3 },
  GRU: { gates: 3, functions: 2, outputs: 2 },
  RNN: { gates: 1, functions: 1, outputs: 2 },
} as const;
type Kind = keyof typeof KINDS;

/** Activations, and whether they take an alpha and a beta. */
const ACTIVATIONS = [
  ['Sigmoid', 0, 0],
  ['Tanh', 0, 0],
  ['Relu', 0, 0],
  ['LeakyRelu', 1, 0],
  ['ThresholdedRelu', 1, 0],
  ['Affine', 1, 1],
  ['ScaledTanh', 1, 1],
  ['HardSigmoid', 1, 1],
  ['Elu', 1, 0],
  ['Softsign', 0, 0],
  ['Softplus', 0, 0],
] as const;

/** States grow without bound under most activations; so does what rounding makes of them. */
const NEAR = anyOf(absolute(3e-6), ofRange(3e-6));

/** @param anyCase - onnxruntime takes names in any case, but for RNN */
function activations(rng: Rng, count: number, anyCase: boolean): Record<string, AttributeInput> {
  const chosen = Array.from({ length: count }, () => ACTIVATIONS[rng.int(0, ACTIVATIONS.length - 1)]!);
  const some = (n: number): number[] => Array.from({ length: n }, () => 0.2 + rng.float() * 0.6);
  const alphas = some(chosen.reduce((sum, [, alpha]) => sum + alpha, 0));
  const betas = some(chosen.reduce((sum, [, , beta]) => sum + beta, 0));
  return {
    activations: chosen.map(([name]) => (anyCase && rng.float() < 0.2 ? name.toLowerCase() : name)),
    ...(alphas.length > 0 ? { activation_alpha: alphas } : {}),
    ...(betas.length > 0 ? { activation_beta: betas } : {}),
  };
}

interface Sizes {
  readonly steps: number;
  readonly batch: number;
  readonly features: number;
  readonly hidden: number;
}

/** Some outputs, at least one. */
function wanted(rng: Rng, count: number): boolean[] {
  const list = Array.from({ length: count }, () => rng.float() < 0.7);
  return list.includes(true) ? list : list.map((_, i) => i === 0);
}

function recurrentCase(kind: Kind, rng: Rng, sizes: Sizes, varied = 0.5): Case {
  const { gates, functions, outputs } = KINDS[kind];
  const { steps, batch, features, hidden } = sizes;
  const direction = ['forward', 'reverse', 'bidirectional'][rng.int(0, 2)]!;
  const directions = direction === 'bidirectional' ? 2 : 1;
  const perhaps = (share: number, ...dims: number[]): Feed | undefined =>
    rng.float() < share ? random(rng, 'float32', dims, { low: -1, high: 1 }) : undefined;
  const uniform = (...dims: number[]): Feed => random(rng, 'float32', dims, { low: -0.7, high: 0.7 });
  const lengths = Array.from({ length: batch }, () => rng.int(1, steps));
  return {
    opset: rng.float() < 0.5 ? 7 : 14,
    attributes: {
      hidden_size: BigInt(hidden),
      direction,
      ...(rng.float() < varied ? activations(rng, functions * directions, kind !== 'RNN') : {}),
      ...(rng.float() < 0.3 ? { clip: 0.4 } : {}),
      ...(kind === 'GRU' ? { linear_before_reset: BigInt(rng.int(0, 1)) } : {}),
      ...(kind === 'LSTM' && rng.float() < 0.3 ? { input_forget: 1n } : {}),
    },
    inputs: [
      random(rng, 'float32', [steps, batch, features], { low: -2, high: 2 }),
      uniform(directions, gates * hidden, features),
      uniform(directions, gates * hidden, hidden),
      perhaps(0.7, directions, 2 * gates * hidden),
      rng.float() < 0.4 ? feed('int32', [batch], lengths) : undefined,
      perhaps(0.5, directions, batch, hidden),
      ...(kind === 'LSTM'
        ? [perhaps(0.5, directions, batch, hidden), perhaps(0.4, directions, 3 * hidden)]
        : []),
    ],
    outputs: wanted(rng, outputs),
    constants: rng.float() < 0.6 ? [1, 2] : rng.float() < 0.5 ? [1] : [],
  };
}

function sizes(rng: Rng): Sizes {
  return { steps: rng.int(1, 5), batch: rng.int(1, 4), features: rng.int(1, 6), hidden: rng.int(1, 11) };
}

for (const kind of ['LSTM', 'GRU', 'RNN'] as const) {
  operatorCases(kind, {
    cases: 48,
    bound: NEAR,
    make: (rng) => recurrentCase(kind, rng, sizes(rng)),
  });
  operatorCases(kind, {
    title: 'larger',
    cases: 2,
    bound: absolute(1e-5),
    make: (rng) => recurrentCase(kind, rng, { steps: 12, batch: 3, features: 40, hidden: 33 }, 0),
  });
}

/** [a, b, …] as [b, a, …]. */
function swapped({ dtype, dims, data }: Feed, from: number): Feed {
  const [a, b] = [dims[from]!, dims[from + 1]!];
  const outer = dims.slice(0, from).reduce((x, y) => x * y, 1);
  const inner = dims.slice(from + 2).reduce((x, y) => x * y, 1);
  const values: number[] = [];
  for (let o = 0; o < outer; o++)
    for (let j = 0; j < b; j++)
      for (let i = 0; i < a; i++)
        for (let n = 0; n < inner; n++) values.push(Number(data[((o * a + i) * b + j) * inner + n]));
  return feed(dtype, [...dims.slice(0, from), b, a, ...dims.slice(from + 2)], values);
}

/** The batch-first form of a case, with what onnxruntime gives for the other form. */
async function batchFirst(kind: Kind, each: Case): Promise<Case> {
  const all = { ...each, outputs: KINDS[kind].outputs, opset: 14 };
  const feeds = new Map(
    each.inputs.flatMap((input, i) => (input === undefined ? [] : [[`x${i}`, input] as const])),
  );
  const outputs = await runOrt(caseModel(kind, all, new Set()), feeds);
  const expected = Array.from({ length: all.outputs }, (_, i) => {
    const output = outputs.get(`y${i}`)!;
    // [steps, directions, batch, hidden] becomes [batch, steps, directions, hidden].
    return i === 0 ? swapped(swapped(output, 1), 0) : swapped(output, 0);
  });
  const moved = each.inputs.map((input, i) =>
    input !== undefined && (i === 0 || i === 5 || i === 6) ? swapped(input, 0) : input,
  );
  return { ...all, inputs: moved, expected, attributes: { ...each.attributes, layout: 1n } };
}

for (const kind of ['LSTM', 'GRU', 'RNN'] as const) {
  const made = await Promise.all(
    Array.from({ length: 8 }, (_, i) => {
      const rng = new Rng(i + 1);
      return batchFirst(kind, recurrentCase(kind, rng, sizes(rng)));
    }),
  );
  operatorCases(kind, {
    title: 'batch first',
    cases: made.length,
    bound: NEAR,
    make: (_, index) => made[index]!,
  });
}

const rng = new Rng(1);
const f = (...dims: number[]): Feed => random(rng, 'float32', dims);
const parts = (): Feed[] => [f(2, 3, 4), f(1, 20, 4), f(1, 20, 5)];
const lstm = (
  why: string,
  code: 'SHAPE_MISMATCH' | 'GRAPH_INVALID' | 'UNSUPPORTED_OP' | 'INVALID_ARGUMENT',
  each: Case,
) => operatorRefuses('LSTM', why, code, { outputs: 3, ...each });
lstm('X of two dims', 'SHAPE_MISMATCH', { inputs: [f(3, 4), ...parts().slice(1)] });
lstm('W of other features', 'SHAPE_MISMATCH', { inputs: [f(2, 3, 4), f(1, 20, 3), f(1, 20, 5)] });
lstm('W of three gates', 'SHAPE_MISMATCH', { inputs: [f(2, 3, 4), f(1, 15, 4), f(1, 20, 5)] });
lstm('weights of one direction for two', 'SHAPE_MISMATCH', {
  attributes: { direction: 'bidirectional' },
  inputs: parts(),
});
lstm('an unknown direction', 'GRAPH_INVALID', { attributes: { direction: 'sideways' }, inputs: parts() });
lstm('hidden_size that R denies', 'SHAPE_MISMATCH', { attributes: { hidden_size: 6n }, inputs: parts() });
lstm('short biases', 'SHAPE_MISMATCH', { inputs: [...parts(), f(1, 20)] });
lstm('peepholes of another size', 'SHAPE_MISMATCH', {
  inputs: [...parts(), undefined, undefined, undefined, undefined, f(1, 5)],
});
lstm('an unknown activation', 'UNSUPPORTED_OP', {
  attributes: { activations: ['Sigmoid', 'Sine', 'Tanh'] },
  inputs: parts(),
});
lstm('too few activations', 'GRAPH_INVALID', { attributes: { activations: ['Sigmoid'] }, inputs: parts() });
lstm('a negative clip', 'GRAPH_INVALID', { attributes: { clip: -1 }, inputs: parts() });
lstm('a length beyond the steps', 'INVALID_ARGUMENT', {
  inputs: [...parts(), undefined, feed('int32', [3], [1, 3, 2])],
});
lstm('a negative length', 'INVALID_ARGUMENT', {
  inputs: [...parts(), undefined, feed('int32', [3], [1, 2, -1])],
});
lstm('too few lengths', 'SHAPE_MISMATCH', { inputs: [...parts(), undefined, feed('int32', [2], [1, 2])] });
lstm('a state of another batch', 'SHAPE_MISMATCH', {
  inputs: [...parts(), undefined, undefined, f(1, 2, 5)],
});
operatorRefuses('GRU', 'float64', 'UNSUPPORTED_DTYPE', {
  outputs: 2,
  inputs: [
    [2, 3, 4],
    [1, 15, 4],
    [1, 15, 5],
  ].map((dims) => random(rng, 'float64', dims)),
});
