// Products and convolutions of 8-bit codes in few calls of one kernel (kernels/execute/product-int): from codes to codes,
// floats or integers, with nothing in between in memory.
//
//   once a product: arguments, scales, zero points and bias (which may be data) ─► ranges of rows × ranges of columns
//
// A matrix product is a convolution of one kernel position; several products (a stack of matrices) follow each other.

import { type ConvAxis, type ConvShape, tapsOf } from '../../wasm/kernels/execute/conv-shape.js';
import { intsAt } from '../../wasm/kernels/execute/ints.js';
import {
  PRODUCT_ARGS_BYTES,
  PRODUCT_KERNEL,
  PRODUCT_PANEL,
  type ProductWeights,
  prepareProduct,
  productArgs,
  productCall,
  productScratchBytes,
} from '../../wasm/kernels/execute/product-int.js';
import { rangeSize } from '../calls.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Pack, Plan, Step } from '../operator.js';
import type { TensorType } from '../value.js';
import type { FusedEnding } from './fusedEnding.js';
import { FusedWeights, type WeightInputs } from './fusedWeights.js';
import type { ScratchPlan } from './scratch.js';

const MULTIPLY_ADDS_PER_STEP = 2 ** 26;
/** Rows below which a step is cut by columns rather than by rows. */
const FEW_ROWS = 48;
/** Panels of codes in a cache line. */
const LINE_PANELS = 8;

export interface FusedRequest {
  readonly dims: readonly number[];
  /** Of one product. */
  readonly shape: ConvShape;
  readonly lie: Pick<ProductWeights, 'columnStride' | 'channelStride' | 'tapStride'>;
  /** Indices of inputs; zero points and bias may be absent. */
  readonly x: number;
  readonly xZeroPoint: number;
  readonly signedX: boolean;
  readonly signedWeights: boolean;
  readonly weights: WeightInputs;
  readonly zeroStep: 0 | 1;
  readonly bias?: { readonly input: number; readonly step: 0 | 1 } | undefined;
  /** x is made from input x: at binding its index and that of its zero point give addresses all the same. */
  readonly computedX?: boolean;
  readonly products: number;
  matrices(index: number): readonly [a: number, b: number];
}

const SINGLE: ConvAxis = { extent: 1, outputs: 1, kernel: 1, stride: 1, dilation: 1, pad: 0 };

/** A product of matrices as the shape of a convolution. */
export function matrixShape(m: number, n: number, k: number): ConvShape {
  const rows = { ...SINGLE, extent: m, outputs: m };
  return { batch: 1, axes: [SINGLE, SINGLE, rows], groups: 1, groupChannels: k, groupOutputs: n };
}

export interface FusedPlan extends Plan {
  readonly packs: readonly Pack[];
  readonly reads: readonly number[];
  bind(at: Addresses): readonly Step[];
}

export function planFused(
  node: NodeContext,
  scratch: ScratchPlan,
  request: FusedRequest,
  ending: FusedEnding,
): FusedPlan {
  const { shape, x, xZeroPoint, bias, products } = request;
  const { groups, groupOutputs, groupChannels } = shape;
  const taps = tapsOf(shape);
  const positions = positionsOf(shape);
  const lie: ProductWeights = {
    ...{ ...request.lie, signed: request.signedWeights, zeroStep: request.zeroStep },
    ...{ groups, outputs: groupOutputs, channels: groupChannels, taps },
  };
  const weights = new FusedWeights(node, scratch, request.weights, lie, positions);
  const places = {
    args: scratch.take(PRODUCT_ARGS_BYTES),
    kernel: scratch.take(
      productScratchBytes(node.engine.kernels, shape, positions, node.engine.threads.count),
    ),
  };
  const small = [xZeroPoint, bias?.input ?? -1].filter((index) => node.has(index));
  const multiplyAdds = products * positions * groups * groupOutputs * groupChannels * taps;
  return {
    outputs: [{ dtype: ending.ending, dims: request.dims } satisfies TensorType],
    scratch: scratch.size,
    packs: weights.pack === undefined ? [] : [weights.pack],
    reads: [x, ...weights.reads, ...small, ...ending.reads],
    multiplyAdds,
    bind: (at) => fusedSteps(node, request, ending, weights, places, at),
  };
}

function positionsOf({ batch, axes }: ConvShape): number {
  return axes.reduce((count, { outputs }) => count * outputs, batch);
}

function pixelsOf({ batch, axes }: ConvShape): number {
  return axes.reduce((count, { extent }) => count * extent, batch);
}

/** A piece of work: it begins its product, or goes on with it. */
interface Piece {
  readonly cost: number;
  run(): void;
}

function fusedSteps(
  node: NodeContext,
  request: FusedRequest,
  ending: FusedEnding,
  weights: FusedWeights,
  places: { readonly args: number; readonly kernel: number },
  at: Addresses,
): Step[] {
  const { engine } = node;
  const { kernels } = engine;
  const { shape, products } = request;
  const [positions, outputs] = [positionsOf(shape), shape.groupOutputs];
  const columns = shape.groups * outputs;
  if (positions * columns * products === 0) return [];
  const args = at.scratch + places.args;
  const given = (index: number): number => (request.computedX || node.has(index) ? at.input(index) : 0);
  const argsOf = (product: number): number[] => {
    const [a, b] = request.matrices(product);
    return productArgs(shape, {
      x: at.input(request.x) + a * pixelsOf(shape) * shape.groups * shape.groupChannels,
      packed: weights.address(at, 0, b),
      out: at.output(0) + product * positions * columns * (ending.ending.endsWith('32') ? 4 : 1),
      scratch: at.scratch + places.kernel,
      bias: request.bias === undefined ? 0 : at.input(request.bias.input),
      biasStep: request.bias?.step ?? 0,
      xZero: given(request.xZeroPoint),
      signedX: request.signedX,
      ...ending.operands(at, b),
    });
  };
  const parts = partsOf(shape, positions, engine.threads.count);
  const steps: Step[] = [];
  let pieces: Piece[] = [];
  let cost = 0;
  const flush = (): void => {
    const now = pieces;
    if (now.length > 0)
      steps.push(() => {
        for (const piece of now) piece.run();
      });
    pieces = [];
    cost = 0;
  };
  const add = (piece: Piece): void => {
    if (cost + piece.cost > MULTIPLY_ADDS_PER_STEP) flush();
    pieces.push(piece);
    cost += piece.cost;
  };
  for (let product = 0, packed = -1; product < products; product++) {
    const b = request.matrices(product)[1];
    if (weights.pack === undefined && b !== packed) {
      for (const run of weights.fill(at, b)) add({ cost: 2 ** 20, run });
    }
    packed = b;
    const write = intsAt(engine, args, argsOf(product));
    const begin = (): void => {
      write();
      prepareProduct(kernels, args);
    };
    add({ cost: 2 ** 14, run: begin });
    for (const ranges of parts) {
      const calls = ranges.map(({ rows, part }) => productCall(args, rows, part));
      const work = ranges.reduce((sum, range) => sum + range.work, 0);
      const together = { kernel: PRODUCT_KERNEL, calls };
      add({ cost: work / engine.threads.count, run: () => engine.threads.run(together) });
    }
  }
  flush();
  return steps;
}

interface Range {
  readonly rows: { readonly from: number; readonly to: number };
  readonly part: { readonly first: number; readonly end: number };
  readonly work: number;
}

/** A product in parts of at most about a step, and these in ranges that threads take. */
function partsOf(shape: ConvShape, positions: number, threads: number): Range[][] {
  const parts: Range[][] = [];
  let room = 0;
  for (const range of rangesOf(shape, positions, threads)) {
    if (room < range.work || parts.length === 0) {
      parts.push([]);
      room = MULTIPLY_ADDS_PER_STEP * threads;
    }
    parts.at(-1)!.push(range);
    room -= range.work;
  }
  return parts;
}

function rangesOf(shape: ConvShape, positions: number, threads: number): Range[] {
  const { groups, groupOutputs, groupChannels } = shape;
  const perColumn = groups * groupChannels * tapsOf(shape);
  const most = rangeSize(threads, perColumn * groupOutputs * positions, MULTIPLY_ADDS_PER_STEP);
  // Hardly more rows than a few are not worth a range of their own.
  const few = positions < 2 * FEW_ROWS ? positions : FEW_ROWS;
  const panels = Math.max(1, Math.floor(most / Math.max(1, few * perColumn * PRODUCT_PANEL)));
  // Columns of codes side by side are in lines of their own, if they can.
  const wide = panels < LINE_PANELS ? panels : panels - (panels % LINE_PANELS);
  const width = Math.min(groupOutputs, wide * PRODUCT_PANEL);
  const perRow = Math.max(1, perColumn * width);
  const height = Math.max(few, Math.floor(most / perRow / FEW_ROWS) * FEW_ROWS);
  const ranges: Range[] = [];
  for (let from = 0; from < positions; from += height) {
    for (let first = 0; first < groupOutputs; first += width) {
      const [to, end] = [Math.min(positions, from + height), Math.min(groupOutputs, first + width)];
      const work = (to - from) * (end - first) * perColumn;
      ranges.push({ rows: { from, to }, part: { first, end }, work });
    }
  }
  return ranges;
}
