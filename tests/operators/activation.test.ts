// Activations. onnxruntime computes some of them by a subtraction that cancels (e^x − 1 near 0, 1 + erf far below it, ln(1 + e^x)
// far below 0) where ours keeps its digits: there, and in the tails of Sigmoid, the difference is bounded absolutely. How near ours
// is to the truth is in tests/kernels/execute/unary.test.ts.

import type { AttributeInput } from '../support/onnxBuilder.js';
import {
  absolute,
  anyOf,
  type Bound,
  exact,
  feed,
  numbersOf,
  operatorCases,
  operatorRefuses,
  pick,
  type Rng,
  random,
  shape,
  ulps,
} from './harness.js';

interface Activation {
  readonly opType: string;
  readonly bound?: Bound;
  readonly since?: number;
  readonly domain?: string;
  readonly attributes?: (rng: Rng) => Record<string, AttributeInput>;
  /** Judge of float64, where onnxruntime is off by some ulp (Tanh) or many (Sigmoid). */
  readonly oracle64?: (x: number) => number;
}

function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return (x < 0 ? e : 1) / (1 + e);
}

const cancels = anyOf(ulps(4), absolute(6e-7));
const positive = (name: string) => (rng: Rng) => ({ [name]: 0.1 + rng.float() });

const ACTIVATIONS: readonly Activation[] = [
  { opType: 'LeakyRelu', bound: exact, attributes: positive('alpha') },
  { opType: 'ThresholdedRelu', bound: exact, since: 10, attributes: positive('alpha') },
  { opType: 'Elu', bound: cancels, attributes: positive('alpha') },
  { opType: 'Celu', bound: cancels, since: 12, attributes: positive('alpha') },
  {
    opType: 'Selu',
    bound: cancels,
    attributes: (rng) => ({ alpha: 1 + rng.float(), gamma: 1 + rng.float() }),
  },
  { opType: 'Sigmoid', bound: anyOf(ulps(4), absolute(1e-7)), oracle64: sigmoid },
  { opType: 'HardSigmoid', attributes: (rng) => ({ alpha: rng.float(), beta: rng.float() }) },
  { opType: 'HardSwish', since: 14 },
  { opType: 'Mish', bound: cancels, since: 18 },
  { opType: 'Tanh', bound: anyOf(ulps(4), absolute(1e-37)), oracle64: Math.tanh },
  { opType: 'Softplus', bound: cancels },
  { opType: 'Softsign' },
  {
    opType: 'Shrink',
    bound: exact,
    since: 9,
    attributes: (rng) => ({ lambd: rng.float(), bias: rng.float() }),
  },
  {
    opType: 'Gelu',
    bound: cancels,
    since: 20,
    attributes: (rng) => ({ approximate: pick(rng, ['none', 'tanh']) }),
  },
  { opType: 'Gelu', bound: cancels, domain: 'com.microsoft' },
  { opType: 'QuickGelu', bound: cancels, domain: 'com.microsoft', attributes: positive('alpha') },
  { opType: 'FastGelu', bound: cancels, domain: 'com.microsoft' },
];

for (const { opType, bound = ulps(4), since = 7, domain = '', attributes, oracle64 } of ACTIVATIONS) {
  operatorCases(opType, {
    title: domain || 'standard',
    cases: 24,
    bound,
    make: (rng, index) => {
      const dims = shape(rng, rng.int(opType === 'FastGelu' ? 1 : 0, 4), 1, 7);
      const options = { low: -8, high: 8, specials: index % 4 < 2 ? 0 : 0.15 };
      const opset = Math.max(since, pick(rng, [7, 11, 14, 18, 21]));
      if (oracle64 !== undefined && index % 3 === 0) {
        const x = random(rng, 'float64', dims, options);
        return {
          opset,
          inputs: [x],
          expected: [
            feed(
              'float64',
              dims,
              numbersOf(x).map((v) => oracle64(Number(v))),
            ),
          ],
          bound: ulps(4),
        };
      }
      const given = attributes && index > 4 ? { attributes: attributes(rng) } : {};
      return { opset, domain, ...given, inputs: [random(rng, 'float32', dims, options)] };
    },
  });
}

// onnxruntime has no Swish.
operatorCases('Swish', {
  cases: 24,
  bound: ulps(4),
  make: (rng, index) => {
    const dtype = index % 3 === 0 ? 'float64' : 'float32';
    const dims = shape(rng, rng.int(0, 4), rng.float() < 0.1 ? 0 : 1, 7);
    const x = random(rng, dtype, dims, { low: -20, high: 20 });
    const alpha = index < 4 ? 1 : Math.fround(rng.float() * 2);
    const given = index < 4 ? {} : { attributes: { alpha } };
    const round = dtype === 'float32' ? Math.fround : Number;
    const y = numbersOf(x).map((value) => Number(value) * sigmoid(round(Number(value) * alpha)));
    return { opset: 24, ...given, inputs: [x], expected: [feed(dtype, dims, y)] };
  },
});

for (const opType of ['BiasGelu', 'FastGelu']) {
  operatorCases(opType, {
    title: 'with a bias',
    cases: 20,
    bound: cancels,
    make: (rng) => {
      const dims = shape(rng, rng.int(2, 4), 1, 9);
      return {
        domain: 'com.microsoft',
        inputs: [random(rng, 'float32', dims), random(rng, 'float32', [dims.at(-1)!])],
      };
    },
  });
}

const x = feed('float32', [2, 3], [1, 2, 3, 4, 5, 6]);

operatorRefuses('Gelu', 'an approximation that is none', 'GRAPH_INVALID', {
  opset: 20,
  attributes: { approximate: 'some' },
  inputs: [x],
});
operatorRefuses('Celu', 'alpha 0', 'GRAPH_INVALID', { attributes: { alpha: 0 }, inputs: [x] });
operatorRefuses('Mish', 'of integers', 'UNSUPPORTED_DTYPE', { opset: 18, inputs: [feed('int32', [1], [1])] });
operatorRefuses('BiasGelu', 'a bias of another length', 'SHAPE_MISMATCH', {
  domain: 'com.microsoft',
  inputs: [x, feed('float32', [2], [1, 2])],
});
