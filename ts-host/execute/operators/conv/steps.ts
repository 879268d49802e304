// Weights packed once or at every run, and long work cut into steps: the plan around any kernel of convolution.

import type { ExecutionEngine } from '../../../wasm/execution.js';
import type { ConvActivation, ConvAddresses, ConvShape } from '../../../wasm/kernels/execute/conv-shape.js';
import type { NodeContext } from '../../node.js';
import type { Addresses, Plan, Step } from '../../operator.js';
import type { TensorType } from '../../value.js';

/** Multiply-adds of a step: some milliseconds. */
const STEP_MULTIPLY_ADDS = 50e6;
const BORDER = 64;

/** A kernel, and how it cuts its work into units: pixels, or rows of them. */
export interface ConvKernel {
  readonly name: string;
  packedBytes(engine: ExecutionEngine, shape: ConvShape): number;
  pack(engine: ExecutionEngine, shape: ConvShape, from: number, to: number): void;
  scratchBytes(engine: ExecutionEngine, shape: ConvShape): number;
  run(
    engine: ExecutionEngine,
    shape: ConvShape,
    at: ConvAddresses,
    activation: ConvActivation,
    first: number,
    count: number,
  ): void;
}

export interface ConvWork {
  readonly kernel: ConvKernel;
  readonly shape: ConvShape;
  readonly activation: ConvActivation;
  readonly output: TensorType;
  readonly units: number;
  readonly multiplyAdds: number;
  /** A multiple of this many units is done in a step. */
  readonly multiple: number;
  /** Says what else the order of packed weights depends on. */
  readonly packKey: string;
}

export function planWork(node: NodeContext, work: ConvWork): Plan {
  const { engine } = node;
  const { kernel, shape, output, multiplyAdds } = work;
  const packedBytes = kernel.packedBytes(engine, shape);
  const own = Math.ceil(kernel.scratchBytes(engine, shape) / BORDER) * BORDER;
  const common = { outputs: [output], multiplyAdds };
  if (!node.isConstant(1)) {
    return { ...common, scratch: own + packedBytes, bind: (at) => stepsOf(node, work, at, own) };
  }
  const { groups, groupOutputs, groupChannels } = shape;
  const key = [kernel.name, groups, groupOutputs, groupChannels, work.packKey].join(' ');
  const fill = (from: number, to: number): void => kernel.pack(engine, shape, from, to);
  return {
    ...common,
    scratch: own,
    packs: [{ input: 1, key, byteLength: packedBytes, fill }],
    bind: (at) => stepsOf(node, work, at, undefined),
  };
}

/** @param packAt - where in scratch the weights are packed in every run; undefined: they are packed already */
function stepsOf(node: NodeContext, work: ConvWork, at: Addresses, packAt: number | undefined): Step[] {
  const { engine } = node;
  const { kernel, shape, activation, units } = work;
  const addresses: ConvAddresses = {
    x: at.input(0),
    packed: packAt === undefined ? at.pack(0) : at.scratch + packAt,
    out: at.output(0),
    bias: node.has(2) ? at.input(2) : 0,
    addend: node.has(3) ? at.input(3) : 0,
    scratch: at.scratch,
  };
  const steps: Step[] = [];
  if (packAt !== undefined) {
    const weights = at.input(1);
    steps.push(() => kernel.pack(engine, shape, weights, addresses.packed));
  }
  const size = unitsOfStep(work);
  for (let first = 0; first < units; first += size) {
    const count = Math.min(size, units - first);
    steps.push(() => kernel.run(engine, shape, addresses, activation, first, count));
  }
  return steps;
}

function unitsOfStep({ multiplyAdds, units, multiple }: ConvWork): number {
  const fitting = Math.floor((STEP_MULTIPLY_ADDS * units) / Math.max(1, multiplyAdds * multiple));
  return multiple * Math.max(1, fitting);
}
