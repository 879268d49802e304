// Depthwise convolutions from codes to codes, of constant weights: packed once, then one kernel call a range of rows. Scales,
// zero points and the bias may be data; they are read when a run begins.

import { elementCount } from '../../ir/tensor.js';
import type { ExecutionEngine } from '../../wasm/execution.js';
import {
  CONV_SHAPE_BYTES,
  type ConvShape,
  convShapeInts,
  tapsOf,
} from '../../wasm/kernels/execute/conv-shape.js';
import {
  DEPTHWISE_CODES,
  DEPTHWISE_CODES_BYTES,
  depthwiseCodesCall,
  depthwiseCodesInts,
  depthwiseCodesPackedBytes,
  depthwiseCodesScratchBytes,
  hasDots,
  packDepthwiseCodes,
  zeroPointPlaces,
} from '../../wasm/kernels/execute/depthwise-int.js';
import { intsAt } from '../../wasm/kernels/execute/ints.js';
import { PRODUCT_FORMS } from '../../wasm/kernels/execute/product-int.js';
import { multipliers, widenCodes } from '../../wasm/kernels/execute/qparams.js';
import { callSteps, cutForThreads } from '../calls.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Pack, Plan, Step } from '../operator.js';
import { axesOf } from '../operators/conv/attributes.js';
import { readShape } from '../operators/conv/shape.js';
import { describeType } from '../value.js';
import { byteType, codeRange } from './codes.js';
import { type ConvInputs, checkChannelBias, checkConvZeroPoints } from './convInputs.js';
import { type EndingInputs, requireOneScale } from './endings.js';
import { ScratchPlan } from './scratch.js';

const MULTIPLY_ADDS_PER_STEP = 2 ** 25;
const BORDER = 64;

/** The zero point that all weights share; undefined when they do not, or may not in the next run. */
function oneWeightZeroPoint(node: NodeContext, input: number): number | undefined {
  if (!node.has(input)) return 0;
  if (!node.isConstant(input)) return undefined;
  const [first = 0, ...rest] = node.values(input) as Iterable<number>;
  return rest.every((point) => point === first) ? first : undefined;
}

/** Whether the kernels are those of relaxed SIMD, with a dot that was found exact. */
function dotsServe({ products }: ExecutionEngine): boolean {
  return ((products?.forms ?? 0) & PRODUCT_FORMS.dot) !== 0;
}

/** @returns undefined for a convolution that is not of this kind */
export function planDepthwiseFused(
  node: NodeContext,
  inputs: ConvInputs & { readonly bias: number },
  scales: EndingInputs,
): Plan | undefined {
  const { x, weights, xZeroPoint, weightZeroPoint, bias } = inputs;
  const group = node.int('group', 1);
  const { dims } = node.input(weights);
  if (group < 2 || dims[0] !== group || dims[1] !== 1 || !node.isConstant(weights)) return undefined;
  byteType(node, x);
  byteType(node, weights);
  checkConvZeroPoints(node, inputs);
  const zeroPoint = oneWeightZeroPoint(node, weightZeroPoint);
  if (zeroPoint === undefined) return undefined;
  const shape = readShape(node, axesOf(node, weights), weights);
  checkChannelBias(node, inputs, group);
  const work = new DepthwiseWork(node, inputs, scales, shape);
  const dots = dotsServe(node.engine) && hasDots(shape);
  const unsigned = node.input(weights).dtype === 'uint8';
  const pack: Pack = {
    input: weights,
    key: `depthwise codes ${node.input(weights).dtype} ${dims.join('x')} - ${zeroPoint}${dots ? ', dots' : ''}`,
    byteLength: depthwiseCodesPackedBytes(node.engine.kernels, shape, dots),
    fill: (from, to) => [
      () => packDepthwiseCodes(node.engine.kernels, shape, from, to, { unsigned, zeroPoint, dots }),
    ],
  };
  const spatial = shape.axes.slice(3 - (dims.length - 2)).map(({ outputs }) => outputs);
  const small = [scales.aScale, xZeroPoint, scales.bScale, scales.yScale, scales.yZeroPoint, bias];
  return {
    outputs: [{ dtype: work.dtype, dims: [shape.batch, ...spatial, group] }],
    scratch: work.scratch.size,
    packs: [pack],
    reads: [x, ...small.filter((index) => node.has(index))],
    multiplyAdds: work.positions * group * tapsOf(shape),
    bind: (at) => work.steps(at),
  };
}

class DepthwiseWork {
  readonly dtype: 'int8' | 'uint8';
  readonly scratch = new ScratchPlan();
  readonly positions: number;
  readonly #node: NodeContext;
  readonly #inputs: ConvInputs & { readonly bias: number };
  readonly #scales: EndingInputs;
  readonly #shape: ConvShape;
  readonly #range: readonly [number, number];
  /** Bytes of scratch of each thread. */
  readonly #stride: number;
  readonly #places: Readonly<Record<'shape' | 'codes' | 'multipliers' | 'kernel', number>>;

  constructor(
    node: NodeContext,
    inputs: ConvInputs & { readonly bias: number },
    scales: EndingInputs,
    shape: ConvShape,
  ) {
    this.#node = node;
    this.#inputs = inputs;
    this.#scales = scales;
    this.#shape = shape;
    this.positions = shape.axes.reduce((count, { outputs }) => count * outputs, shape.batch);
    this.dtype = node.has(scales.yZeroPoint) ? byteType(node, scales.yZeroPoint) : 'uint8';
    this.#range = codeRange(node, this.dtype);
    this.#check();
    this.#stride = Math.ceil(depthwiseCodesScratchBytes(node.engine.kernels, shape) / BORDER) * BORDER;
    this.#places = {
      shape: this.scratch.take(CONV_SHAPE_BYTES),
      codes: this.scratch.take(DEPTHWISE_CODES_BYTES),
      multipliers: this.scratch.take(shape.groups * 4),
      kernel: this.scratch.take(node.engine.threads.count * this.#stride),
    };
  }

  #check(): void {
    const { aScale, bScale, yScale, yZeroPoint } = this.#scales;
    requireOneScale(this.#node, aScale);
    requireOneScale(this.#node, yScale);
    this.#node.requireDType(bScale, 'float32');
    const type = this.#node.input(bScale);
    const count = elementCount(type.dims);
    if (count !== 1 && (type.dims.length !== 1 || count !== this.#shape.groups)) {
      this.#node.fail(`scales ${describeType(type)} do not fit ${this.#shape.groups} channels`);
    }
    const zeroPoint = this.#node.optional(yZeroPoint);
    if (zeroPoint !== undefined && elementCount(zeroPoint.dims) !== 1) {
      this.#node.fail(`input ${yZeroPoint} is ${describeType(zeroPoint)}, needs one zero point`);
    }
  }

  steps(at: Addresses): Step[] {
    const { groups, axes } = this.#shape;
    const { positions } = this;
    if (positions * groups === 0) return [];
    // Rows in pairs: the kernel works on two at once.
    const pair = 2 * axes[2].outputs;
    const { scratch } = at;
    const places = {
      shape: scratch + this.#places.shape,
      codes: scratch + this.#places.codes,
      x: at.input(this.#inputs.x),
      packed: at.pack(0),
      out: at.output(0),
      scratch: scratch + this.#places.kernel,
    };
    const multiplyAdds = groups * tapsOf(this.#shape);
    const most = Math.floor(MULTIPLY_ADDS_PER_STEP / multiplyAdds);
    const { engine } = this.#node;
    const cut = { total: positions, most, multiple: pair, work: positions * multiplyAdds };
    const steps = cutForThreads(engine, cut).map((ranges) =>
      ranges.map(({ first, count }) => depthwiseCodesCall(places, first, first + count)),
    );
    const group = {
      kernel: DEPTHWISE_CODES.kernel,
      scratch: { argument: DEPTHWISE_CODES.scratch, stride: this.#stride },
    };
    return [this.#beginning(at), ...callSteps(engine, group, steps, () => undefined)];
  }

  /** What every run starts with: arguments, and zero points and multipliers as they are now. */
  #beginning(at: Addresses): Step {
    const node = this.#node;
    const { engine } = node;
    const { kernels } = engine;
    const { x, xZeroPoint, bias } = this.#inputs;
    const { aScale, bScale, yScale, yZeroPoint } = this.#scales;
    const given = (index: number): number => (node.has(index) ? at.input(index) : 0);
    const codes = at.scratch + this.#places.codes;
    const multiplier = at.scratch + this.#places.multipliers;
    const { groups } = this.#shape;
    const xType = byteType(node, x);
    const signed = { x: xType === 'int8', y: this.dtype === 'int8' };
    const ending = { bias: given(bias), multiplier, signed, range: this.#range };
    const writeShape = intsAt(engine, at.scratch + this.#places.shape, convShapeInts(this.#shape));
    const writeCodes = intsAt(engine, codes, depthwiseCodesInts(ending));
    const zeroPoints = { x: given(xZeroPoint), y: given(yZeroPoint) };
    const places = zeroPointPlaces(codes);
    const step = elementCount(node.input(bScale).dims) === 1 ? 0 : 1;
    const inputs = [at.input(aScale), at.input(bScale), at.input(yScale)] as const;
    return () => {
      writeShape();
      writeCodes();
      widenCodes(kernels, xType, zeroPoints.x, places.x, 1, 0);
      widenCodes(kernels, this.dtype, zeroPoints.y, places.y, 1, 0);
      multipliers(kernels, multiplier, groups, 1, inputs, step);
    };
  }
}
