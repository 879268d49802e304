// bias_correction: quantizing a weight shifts its mean and shrinks its spread, per channel; both are put right and the weight is
// quantized anew with the same step (arXiv 1810.05723):
//
//   ŵ = code · step,   w′ = (ŵ + mean(w − ŵ)) · std(w) / (std(ŵ) + 1e-8),   code′ = clip(round(w′ / step))
//
// It is a small graph that our executor runs, so the numbers are the same everywhere. Paddle lays the factors of channels along the
// flat weight instead of along its channels, which gives most elements the factor of another one; here each has its own.

import type { RunContext } from '../context.js';
import { Executor } from '../execute/executor.js';
import type { PaddleNet } from '../formats/paddle/program.js';
import { intAttribute } from '../ir/attributes.js';
import type { Attribute, Model, Node } from '../ir/model.js';
import { bytesData, elementCount, type Tensor } from '../ir/tensor.js';
import { floatChunks } from '../tensor/floatChunks.js';
import type { Engine } from '../wasm/engine.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import { codeDType, floatData, type QuantizedWeight } from './weights.js';

/** Opset of the graph: 16-bit codes need 21, and its ReduceMean takes axes as an input. */
const OPSET = 21;
const EPSILON = 1e-8;

interface Engines {
  /** Reads weights. */
  readonly engine: Engine;
  readonly execution: ExecutionEngine;
}

/** The weights with codes that keep mean and spread. Codes are held in memory. */
export async function correctBiases(
  engines: Engines,
  { parameters }: PaddleNet,
  weights: ReadonlyMap<string, QuantizedWeight>,
  context: RunContext,
): Promise<Map<string, QuantizedWeight>> {
  const corrected = new Map<string, QuantizedWeight>();
  for (const [name, weight] of weights) {
    const values = await allFloats(engines.engine, parameters.get(name)!, context);
    corrected.set(name, {
      ...weight,
      codes: bytesData(await codesOf(engines.execution, weight, values, context)),
    });
  }
  return corrected;
}

async function allFloats(engine: Engine, tensor: Tensor, context: RunContext): Promise<Float32Array> {
  const all = new Float32Array(elementCount(tensor.dims, tensor.name));
  for await (const { start, values } of floatChunks(engine, tensor, context)) all.set(values, start);
  return all;
}

async function codesOf(
  execution: ExecutionEngine,
  weight: QuantizedWeight,
  values: Float32Array,
  context: RunContext,
): Promise<Uint8Array> {
  const executor = await Executor.create(correction(weight), execution, {}, context);
  try {
    const feed = { dtype: 'float32', dims: weight.dims, data: values } as const;
    const { data } = (await executor.run(new Map([['w', feed]]), context)).get('codes')!;
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  } finally {
    executor.dispose();
  }
}

/** The graph: w in, codes out. */
function correction({ dims, bits, granularity, step, threshold }: QuantizedWeight): Model {
  const axis = granularity.kind === 'tensor' ? undefined : granularity.axis;
  const axes = dims.map((_, i) => i).filter((i) => i !== axis);
  // One number for each channel, at its place among dims of 1.
  const aligned = dims.map((dim, i) => (i === axis ? dim : 1));
  const scaleDims = axis === undefined ? [] : [step.length];
  const quantized = axis === undefined ? {} : { axis: intAttribute(axis) };
  const mean = (from: string, to: string): Node =>
    node('ReduceMean', [from, 'axes'], to, { keepdims: intAttribute(1) });
  const spread = (from: string, to: string): Node[] => [
    mean(from, `${from} mean`),
    node('Sub', [from, `${from} mean`], `${from} centred`),
    node('Mul', [`${from} centred`, `${from} centred`], `${from} squared`),
    mean(`${from} squared`, `${from} variance`),
    node('Sqrt', [`${from} variance`], to),
  ];
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
  const dtype = codeDType(bits);
  const initializers = [
    tensor('step', 'float32', scaleDims, floatData(step)),
    tensor('zero', dtype, scaleDims, bytesData(new Uint8Array((step.length * bits) / 8))),
    tensor(
      'axes',
      'int64',
      [axes.length],
      bytesData(new Uint8Array(BigInt64Array.from(axes, BigInt).buffer)),
    ),
    tensor('epsilon', 'float32', [], floatData(Float32Array.of(EPSILON))),
    tensor('least', 'float32', axis === undefined ? [] : aligned, floatData(threshold.map((each) => -each))),
    tensor('most', 'float32', axis === undefined ? [] : aligned, floatData(threshold)),
  ];
  return {
    graph: {
      name: 'bias correction',
      nodes,
      initializers: new Map(initializers.map((each) => [each.name, each])),
      inputs: [{ name: 'w', dtype: 'float32', dims }],
      outputs: [{ name: 'codes', dtype, dims }],
      valueInfos: [],
    },
    irVersion: 10,
    opsets: new Map([['', OPSET]]),
    producerName: '',
    producerVersion: '',
    functions: [],
    format: 'onnx',
  };
}

function node(
  opType: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): Node {
  return {
    name: output,
    opType,
    domain: '',
    inputs,
    outputs: [output],
    attributes: new Map(Object.entries(attributes)),
  };
}

const tensor = (
  name: string,
  dtype: Tensor['dtype'],
  dims: readonly number[],
  data: Tensor['data'],
): Tensor => ({ name, dtype, dims, data });
