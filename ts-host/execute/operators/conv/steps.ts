// Weights packed once or at every run, and long work cut into steps: the plan around any kernel of convolution.

import type { ExecutionEngine } from '../../../wasm/execution.js';
import {
  CONV_SHAPE_BYTES,
  type ConvActivation,
  type ConvAddresses,
  type ConvShape,
  convShapeInts,
  type OutputRange,
  type PixelCalls,
} from '../../../wasm/kernels/execute/conv-shape.js';
import { intsAt } from '../../../wasm/kernels/execute/ints.js';
import { type Cut, callSteps, cutForThreads } from '../../calls.js';
import type { NodeContext } from '../../node.js';
import type { Addresses, Plan, Step } from '../../operator.js';
import type { TensorType } from '../../value.js';

/** Multiply-adds of a step: some milliseconds. */
const STEP_MULTIPLY_ADDS = 50e6;
/** Weights packed in a step, which may lie far from each other. */
const STEP_WEIGHTS = 1 << 20;
const BORDER = 64;
/** Pixels of a tile: steps of as many leave none half empty. */
const TILE_PIXELS = 4;

/** A kernel, whose work is cut into output pixels. */
export interface ConvKernel {
  readonly name: string;
  packedBytes(engine: ExecutionEngine, shape: ConvShape): number;
  /** Whether whole rows of pixels are cheaper than parts. */
  readonly byRows: boolean;
  /** How the packing of weights may be cut: ranges of about `most` weights. */
  packRanges(shape: ConvShape, most: number): OutputRange[];
  pack(engine: ExecutionEngine, shape: ConvShape, from: number, to: number, outputs: OutputRange): void;
  /** The shape's block included. */
  scratchBytes(engine: ExecutionEngine, shape: ConvShape): number;
  readonly calls: PixelCalls;
}

export interface ConvWork {
  readonly kernel: ConvKernel;
  readonly shape: ConvShape;
  readonly activation: ConvActivation;
  readonly output: TensorType;
  readonly multiplyAdds: number;
  /** Says what else the order of packed weights depends on. */
  readonly packKey: string;
}

export function planWork(node: NodeContext, work: ConvWork): Plan {
  const { engine } = node;
  const { kernel, shape, output, multiplyAdds } = work;
  const packedBytes = kernel.packedBytes(engine, shape);
  const stride = scratchStride(engine, work);
  const own = CONV_SHAPE_BYTES + engine.threads.count * stride;
  const common = { outputs: [output], multiplyAdds };
  if (!node.isConstant(1)) {
    return { ...common, scratch: own + packedBytes, bind: (at) => stepsOf(node, work, at, own) };
  }
  const { groups, groupOutputs, groupChannels } = shape;
  const key = [kernel.name, groups, groupOutputs, groupChannels, work.packKey].join(' ');
  const fill = (from: number, to: number): Step[] => packSteps(engine, work, from, to);
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
  const { kernel, shape, activation } = work;
  const { calls } = kernel;
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
    steps.push(...packSteps(engine, work, at.input(1), addresses.packed));
  }
  const scratch = { argument: calls.scratch, stride: scratchStride(engine, work) };
  const group = { kernel: calls.kernel, scratch };
  const prepare = intsAt(engine, at.scratch, convShapeInts(shape));
  const ranges = cutForThreads(engine, cutOf(work)).map((part) =>
    part.map(({ first, count }) => calls.call(addresses, activation, first, count)),
  );
  return [...steps, ...callSteps(engine, group, ranges, prepare)];
}

/** Bytes of scratch of each thread, behind the shape that they share. */
function scratchStride(engine: ExecutionEngine, { kernel, shape }: ConvWork): number {
  return Math.ceil((kernel.scratchBytes(engine, shape) - CONV_SHAPE_BYTES) / BORDER) * BORDER;
}

function packSteps(engine: ExecutionEngine, { kernel, shape }: ConvWork, from: number, to: number): Step[] {
  return kernel
    .packRanges(shape, STEP_WEIGHTS)
    .map((range) => () => kernel.pack(engine, shape, from, to, range));
}

function pixelsOf({ batch, axes }: ConvShape): number {
  return axes.reduce((product, { outputs }) => product * outputs, batch);
}

/** Whole rows, or whole tiles. */
function cutOf({ kernel, shape, multiplyAdds }: ConvWork): Cut {
  const total = pixelsOf(shape);
  const most = Math.floor((STEP_MULTIPLY_ADDS * total) / Math.max(1, multiplyAdds));
  const width = shape.axes[2].outputs;
  const multiple = kernel.byRows && most >= width && width > 0 ? width : TILE_PIXELS;
  return { total, most, multiple, work: multiplyAdds };
}
