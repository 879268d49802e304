// Tensors of 8-bit codes under one scale, as com.microsoft's QLinear operators have them: to float32 and back.

import { elementCount } from '../../ir/tensor.js';
import { type CodeStorage, dequantizeCodes, quantizeCodes } from '../../wasm/kernels/execute/qparams.js';
import type { NodeContext } from '../node.js';
import type { Addresses } from '../operator.js';
import { type Address, describeType } from '../value.js';
import { byteType, codeType } from './codes.js';
import { requireOneScale } from './endings.js';
import { ScalePlan } from './scales.js';
import type { ScratchPlan } from './scratch.js';

const ONE_SCALE = { depth: 1, inner: 1, block: 1, scaleCount: 1 };

/** A float32 scale for all, and a zero point of `dtype`, if any.
 *  @throws OctavoError for other inputs */
export function checkOneScale(
  node: NodeContext,
  dtype: 'int8' | 'uint8',
  [scale, zeroPoint]: readonly [number, number],
): void {
  requireOneScale(node, scale);
  const given = node.optional(zeroPoint);
  if (given !== undefined && (given.dtype !== dtype || elementCount(given.dims) !== 1)) {
    node.fail(`input ${zeroPoint} is ${describeType(given)}, needs one zero point of ${dtype}`);
  }
}

export class OneScale {
  readonly dtype: 'int8' | 'uint8';
  readonly #node: NodeContext;
  readonly #plan: ScalePlan;
  readonly #storage: CodeStorage;

  /** @param dtype - of the codes; a zero point that is given must have it
   *  @param range - what codes are clamped to, if narrower than their type */
  constructor(
    node: NodeContext,
    scratch: ScratchPlan,
    dtype: 'int8' | 'uint8',
    [scale, zeroPoint]: readonly [number, number],
    range?: readonly [number, number],
  ) {
    checkOneScale(node, dtype, [scale, zeroPoint]);
    const whole = codeType(node, dtype);
    const codes = range === undefined ? whole : { ...whole, range };
    this.dtype = dtype;
    this.#node = node;
    this.#storage = codes.storage;
    this.#plan = new ScalePlan(node, scratch, ONE_SCALE, codes, [scale, zeroPoint]);
  }

  /** Of an input: its type tells that of the codes. */
  static ofInput(
    node: NodeContext,
    scratch: ScratchPlan,
    input: number,
    scales: readonly [number, number],
  ): OneScale {
    return new OneScale(node, scratch, byteType(node, input), scales);
  }

  /** Takes scale and zero point as they are now. */
  write(at: Addresses): void {
    this.#plan.write(at);
  }

  toFloats(at: Addresses, codes: Address, floats: Address, count: number): void {
    dequantizeCodes(this.#node.engine.kernels, this.#storage, codes, floats, count, 0, this.#plan.block(at));
  }

  toCodes(at: Addresses, floats: Address, codes: Address, count: number): void {
    quantizeCodes(this.#node.engine.kernels, this.#storage, floats, codes, count, 0, this.#plan.block(at));
  }
}
