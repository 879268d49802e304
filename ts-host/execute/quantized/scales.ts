// Scales and zero points of QuantizeLinear and DequantizeLinear: which element has which, and the argument block of the
// kernels, written at run time, so that scales need not be constants.

import { elementCount } from '../../ir/tensor.js';
import {
  SCALE_PARAMS_BYTES,
  type ScaleDType,
  toFloat32,
  unpackSmall,
  widenCodes,
  writeScaleParams,
} from '../../wasm/kernels/execute/qparams.js';
import type { ScaleLayout } from '../../wasm/layout.js';
import type { NodeContext } from '../node.js';
import type { Addresses } from '../operator.js';
import { describeType, type TensorType } from '../value.js';
import type { CodeType } from './codes.js';
import type { ScratchPlan } from './scratch.js';

const ONE_SCALE: ScaleLayout = { depth: 1, inner: 1, block: 1, scaleCount: 1 };

/** Which scale an element of x has: one for all, one along `axis`, or one for each `block` positions along it (0: none).
 *  @throws OctavoError `SHAPE_MISMATCH` when the dims of the scales do not fit. */
export function scaleLayout(
  node: NodeContext,
  x: TensorType,
  scale: TensorType,
  axis: number,
  block: number,
): ScaleLayout {
  const { dims } = x;
  const misfit = (needs: string): never =>
    node.fail(`scales ${describeType(scale)} do not fit ${describeType(x)}: ${needs}`);
  if (!Number.isSafeInteger(block) || block < 0) return node.fail(`block_size ${block} is negative`);
  if (block === 0 && scale.dims.length <= 1 && elementCount(scale.dims) === 1) return ONE_SCALE;
  const along = node.axis(axis, dims.length);
  const depth = dims[along]!;
  const inner = elementCount(dims.slice(along + 1));
  if (block === 0) {
    if (scale.dims.length !== 1 || scale.dims[0] !== depth) misfit(`one, or ${depth} along axis ${along}`);
    if (inner === 1) return { depth: 1, inner: depth, block: 1, scaleCount: depth };
    return { depth: inner, inner: 1, block: inner, scaleCount: depth };
  }
  const blocks = dims.map((dim, i) => (i === along ? Math.ceil(dim / block) : dim));
  if (blocks.length !== scale.dims.length || blocks.some((dim, i) => dim !== scale.dims[i])) {
    misfit(`blocks of ${block} along axis ${along} need [${blocks.join(', ')}]`);
  }
  return { depth, inner, block: Math.min(block, Math.max(depth, 1)), scaleCount: elementCount(blocks) };
}

/** The scale and zero-point inputs of a node, planned. */
export class ScalePlan {
  readonly #node: NodeContext;
  readonly #layout: ScaleLayout;
  readonly #codes: CodeType | undefined;
  readonly #scale: number;
  readonly #zeroPoint: number;
  readonly #block: number;
  readonly #scales: number;
  readonly #zeroPoints: number;
  readonly #unpacked: number;

  /** @param codes - undefined for int32, whose zero points are int32
   *  @param inputs - indices of scale and zero point */
  constructor(
    node: NodeContext,
    scratch: ScratchPlan,
    layout: ScaleLayout,
    codes: CodeType | undefined,
    [scale, zeroPoint]: readonly [number, number],
  ) {
    this.#node = node;
    this.#layout = layout;
    this.#codes = codes;
    this.#scale = scale;
    this.#zeroPoint = zeroPoint;
    const count = layout.scaleCount;
    this.#block = scratch.take(SCALE_PARAMS_BYTES);
    this.#scales = scratch.take(node.input(scale).dtype === 'float32' ? 0 : count * 4);
    this.#zeroPoints = scratch.take(count * 4);
    this.#unpacked = scratch.take(codes?.packed === undefined ? 0 : count);
  }

  /** Address of the kernels' argument block, which is there after {@link write}. */
  block(at: Addresses): number {
    return at.scratch + this.#block;
  }

  /** Makes the argument block from the inputs as they are now. */
  write(at: Addresses): void {
    const { engine } = this.#node;
    const { kernels } = engine;
    const count = this.#layout.scaleCount;
    const scaleType = this.#node.input(this.#scale).dtype as ScaleDType;
    const scales = toFloat32(kernels, scaleType, at.input(this.#scale), at.scratch + this.#scales, count);
    const zeroPoints = at.scratch + this.#zeroPoints;
    widenCodes(kernels, this.#codes?.widen ?? 'int32', this.#bytes(at), zeroPoints, count, 1);
    writeScaleParams(engine, this.block(at), this.#layout, scales, zeroPoints, this.#codes?.range ?? [0, 0]);
  }

  /** Address of the zero points, a byte or more each; 0 when there are none. */
  #bytes(at: Addresses): number {
    if (!this.#node.has(this.#zeroPoint)) return 0;
    const stored = at.input(this.#zeroPoint);
    const packed = this.#codes?.packed;
    if (packed === undefined) return stored;
    const unpacked = at.scratch + this.#unpacked;
    const { signed } = this.#codes!;
    unpackSmall(this.#node.engine.kernels, packed, signed, stored, unpacked, this.#layout.scaleCount);
    return unpacked;
  }
}

/** @throws OctavoError unless the scale is a float and the zero point, if given, has the dims of the scale. */
export function checkScaleInputs(node: NodeContext, scale: number, zeroPoint: number): void {
  node.requireDType(scale, 'float32', 'float16', 'bfloat16');
  const type = node.input(scale);
  const given = node.optional(zeroPoint);
  if (given === undefined) return;
  const single = elementCount(type.dims) === 1 && elementCount(given.dims) === 1;
  const same = given.dims.length === type.dims.length && given.dims.every((dim, i) => dim === type.dims[i]);
  if (!same && !single) {
    node.fail(`zero points ${describeType(given)} do not fit scales ${describeType(type)}`);
  }
}
