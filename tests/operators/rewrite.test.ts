// What the executor rewrites before it runs, against onnxruntime running the nodes one by one.

import type { NodeProto } from '../../ts-host/formats/onnx/proto/onnx_pb.js';
import { type AttributeInput, floats, node } from '../support/onnxBuilder.js';
import { type Case, ofRange, operatorCases, pick, type Rng, random, shape } from './harness.js';

type Tensor = ReturnType<typeof floats>;

/** A graph that grows node by node; the last value is `last`. */
class Chain {
  readonly nodes: NodeProto[] = [];
  readonly initializers: Tensor[] = [];
  last = 'x0';
  #count = 0;

  constant(dims: readonly number[], values: ArrayLike<number>): string {
    const name = `c${this.#count++}`;
    this.initializers.push(floats(name, dims, values));
    return name;
  }

  add(opType: string, inputs: readonly string[], attributes: Record<string, AttributeInput> = {}): string {
    this.last = `v${this.#count++}`;
    this.nodes.push(node(opType, inputs, [this.last], attributes));
    return this.last;
  }

  /** The case whose output is the last value. */
  finish(rng: Rng, dims: readonly number[], opset: number): Case {
    const nodes = [...this.nodes, node('Identity', [this.last], ['y0'])];
    const { initializers } = this;
    return { opset, inputs: [random(rng, 'float32', dims)], graph: { nodes, initializers } };
  }
}

const positive = (rng: Rng, count: number): Float32Array =>
  rng.normal(count).map((each) => Math.abs(each) + 0.4);

/** Scales and shifts that fold, and one that does not. */
function affine(chain: Chain, rng: Rng, channels: number, rank: number): void {
  const kind = pick(rng, ['BatchNormalization', 'Mul', 'Add', 'Sub', 'Div', 'scalar', 'spatial']);
  const spatial = Array<number>(rank - 2).fill(1);
  const dims = pick(rng, [
    [1, channels, ...spatial],
    [channels, ...spatial],
  ]);
  const other = (): string => chain.constant(dims, positive(rng, channels));
  const { last } = chain;
  if (kind === 'BatchNormalization') {
    const parameters = [
      rng.normal(channels),
      rng.normal(channels),
      rng.normal(channels),
      positive(rng, channels),
    ];
    const names = parameters.map((values) => chain.constant([channels], values));
    chain.add(kind, [last, ...names], { epsilon: 0.01 });
  } else if (kind === 'scalar') {
    chain.add(pick(rng, ['Mul', 'Add']), [last, chain.constant(pick(rng, [[], [1]]), [1.7])]);
  } else if (kind === 'spatial') chain.add('Add', [chain.constant([1], [0.3]), last]);
  else if (kind === 'Sub' || kind === 'Div' || rng.float() < 0.5) chain.add(kind, [last, other()]);
  else chain.add(kind, [other(), last]);
}

function activation(chain: Chain, rng: Rng, opset: number): void {
  const { last } = chain;
  switch (rng.int(0, 6)) {
    case 0:
      chain.add('Relu', [last]);
      break;
    case 1:
      if (opset < 11) chain.add('Clip', [last], { min: -0.5, max: 1.5 });
      else chain.add('Clip', [last, chain.constant([], [-0.5]), chain.constant([], [1.5])]);
      break;
    case 2:
      chain.add('LeakyRelu', [last], { alpha: 0.3 });
      break;
    case 3:
      chain.add('Mul', [last, chain.add('Sigmoid', [last])]);
      break;
    case 4:
      hardSwish(chain, rng, opset);
      break;
    case 5:
      chain.add('HardSigmoid', [last]);
      break;
    default:
  }
}

/** x · clip(x + 3, 0, 6) / 6 */
function hardSwish(chain: Chain, rng: Rng, opset: number): void {
  const { last } = chain;
  const sum = chain.add('Add', [last, chain.constant([1], [3])]);
  const clipped =
    opset < 11
      ? chain.add('Clip', [sum], { min: 0, max: 6 })
      : chain.add('Clip', [sum, chain.constant([], [0]), chain.constant([], [6])]);
  const product = chain.add('Mul', rng.float() < 0.5 ? [last, clipped] : [clipped, last]);
  if (rng.float() < 0.5) chain.add('Div', [product, chain.constant([1], [6])]);
  else chain.add('Mul', [product, chain.constant([1], [1 / 6])]);
}

operatorCases('Conv and what follows', {
  cases: 40,
  bound: ofRange(1e-5),
  make: (rng) => {
    const opset = pick(rng, [7, 9, 11, 13, 17]);
    const chain = new Chain();
    const rank = rng.int(3, 5);
    const dims = [...shape(rng, 2, 1, 4), ...shape(rng, rank - 2, 3, 6)];
    const [channels, outputs] = [dims[1]!, rng.int(1, 6)];
    const depthwise = rng.float() < 0.3;
    const kernel = Array<number>(rank - 2).fill(pick(rng, [1, 3]));
    const made = depthwise ? channels : outputs;
    const weightDims = [made, depthwise ? 1 : channels, ...kernel];
    const weight = chain.constant(weightDims, rng.normal(weightDims.reduce((a, b) => a * b, 1)));
    const bias = rng.float() < 0.5 ? [chain.constant([made], rng.normal(made))] : [];
    chain.add('Conv', ['x0', weight, ...bias], {
      pads: Array<bigint>(2 * (rank - 2)).fill(kernel[0] === 3 ? 1n : 0n),
      group: depthwise ? BigInt(channels) : 1n,
    });
    for (let i = rng.int(0, 3); i > 0; i--) affine(chain, rng, made, rank);
    activation(chain, rng, opset);
    return chain.finish(rng, dims, opset);
  },
});

operatorCases('ConvTranspose and what follows', {
  cases: 20,
  bound: ofRange(1e-5),
  make: (rng) => {
    const chain = new Chain();
    const dims = [...shape(rng, 2, 1, 4), ...shape(rng, 2, 2, 5)];
    const group = dims[1]! % 2 === 0 ? pick(rng, [1, 2]) : 1;
    const outputs = group * rng.int(1, 3);
    const weightDims = [dims[1]!, outputs / group, 2, 2];
    const weight = chain.constant(weightDims, rng.normal(weightDims.reduce((a, b) => a * b, 1)));
    chain.add('ConvTranspose', ['x0', weight], { strides: [2n, 2n], group: BigInt(group) });
    for (let i = rng.int(1, 3); i > 0; i--) affine(chain, rng, outputs, 4);
    activation(chain, rng, 13);
    return chain.finish(rng, dims, 13);
  },
});

operatorCases('values that others read too', {
  cases: 12,
  bound: ofRange(1e-5),
  make: (rng, index) => {
    const chain = new Chain();
    const dims = shape(rng, 4, 2, 4);
    const weight = chain.constant([3, dims[1]!, 1, 1], rng.normal(3 * dims[1]!));
    const first = chain.add('Conv', ['x0', weight]);
    const scaled = chain.add('Mul', [first, chain.constant([3, 1, 1], rng.normal(3))]);
    const gate = chain.add('Sigmoid', [scaled]);
    const swish = chain.add('Mul', [scaled, gate]);
    const relu = chain.add('Relu', [first]);
    const others = [first, scaled, gate, swish, relu];
    chain.add('Add', [swish, others[index % others.length]!]);
    chain.add('Add', [chain.last, relu]);
    return chain.finish(rng, dims, 13);
  },
});
