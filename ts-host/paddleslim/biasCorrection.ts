// bias_correction: quantizing a weight shifts its mean and shrinks its spread, per channel; both are put right and the weight is
// quantized anew with the same step (arXiv 1810.05723):
//
//   ŵ = code · step,   w′ = (ŵ + mean(w − ŵ)) · std(w) / (std(ŵ) + 1e-8),   code′ = clip(round(w′ / step))
//
// Paddle lays the factors of channels along the flat weight instead of along its channels, which gives most elements the factor of
// another one; here each has its own.

import type { RunContext } from '../context.js';
import type { PaddleNet } from '../formats/paddle/program.js';
import { intAttribute } from '../ir/attributes.js';
import type { Node } from '../ir/model.js';
import { bytesData } from '../ir/tensor.js';
import { bytesOf, constant, type Engines, node, runOver, type SmallGraph } from './smallGraph.js';
import { codeDType, type QuantizedWeight } from './weights.js';

const EPSILON = 1e-8;

/** The weights with codes that keep mean and spread. Codes are held in memory. */
export async function correctBiases(
  engines: Engines,
  { parameters }: PaddleNet,
  weights: ReadonlyMap<string, QuantizedWeight>,
  context: RunContext,
): Promise<Map<string, QuantizedWeight>> {
  const corrected = new Map<string, QuantizedWeight>();
  for (const [name, weight] of weights) {
    const codes = await runOver(engines, parameters.get(name)!, correction(weight), context);
    corrected.set(name, { ...weight, codes: bytesData(bytesOf(codes)) });
  }
  return corrected;
}

function correction(weight: QuantizedWeight): SmallGraph {
  const { dims, bits, granularity } = weight;
  const axis = granularity.kind === 'tensor' ? undefined : granularity.axis;
  const quantized = axis === undefined ? {} : { axis: intAttribute(axis) };
  const nodes = [
    node('QuantizeLinear', ['w', 'step', 'zero'], 'q', quantized),
    node('DequantizeLinear', ['q', 'step', 'zero'], 'v', quantized),
    node('Sub', ['w', 'v'], 'lost'),
    mean('lost', 'shift'),
    ...spread('w', 'std w'),
    ...spread('v', 'std v'),
    node('Add', ['std v', 'epsilon'], 'divisor'),
    node('Div', ['std w', 'divisor'], 'stretch'),
    node('Add', ['v', 'shift'], 'shifted'),
    node('Mul', ['shifted', 'stretch'], 'stretched'),
    node('Max', ['stretched', 'least'], 'bounded below'),
    node('Min', ['bounded below', 'most'], 'bounded'),
    node('QuantizeLinear', ['bounded', 'step', 'zero'], 'codes', quantized),
  ];
  return {
    nodes,
    constants: constantsOf(weight, axis),
    output: { name: 'codes', dtype: codeDType(bits), dims },
  };
}

/** The mean of each channel, at its place among dims of 1. */
const mean = (from: string, to: string): Node =>
  node('ReduceMean', [from, 'axes'], to, { keepdims: intAttribute(1) });

/** The standard deviation of each channel. */
const spread = (from: string, to: string): Node[] => [
  mean(from, `${from} mean`),
  node('Sub', [from, `${from} mean`], `${from} centred`),
  node('Mul', [`${from} centred`, `${from} centred`], `${from} squared`),
  mean(`${from} squared`, `${from} variance`),
  node('Sqrt', [`${from} variance`], to),
];

function constantsOf({ dims, bits, step, threshold }: QuantizedWeight, axis: number | undefined) {
  const others = dims.map((_, i) => i).filter((i) => i !== axis);
  const aligned = axis === undefined ? [] : dims.map((dim, i) => (i === axis ? dim : 1));
  const scaleDims = axis === undefined ? [] : [step.length];
  return [
    constant('step', 'float32', scaleDims, step),
    constant('zero', codeDType(bits), scaleDims, new Uint8Array((step.length * bits) / 8)),
    constant('axes', 'int64', [others.length], BigInt64Array.from(others, BigInt)),
    constant('epsilon', 'float32', [], Float32Array.of(EPSILON)),
    constant(
      'least',
      'float32',
      aligned,
      threshold.map((each) => -each),
    ),
    constant('most', 'float32', aligned, threshold),
  ];
}
