// QuantizeLinear and DequantizeLinear, in the domain that has them for the type of the codes.

import { intAttribute } from '../../../../ir/attributes.js';
import { DTYPE_BITS } from '../../../../ir/dtype.js';
import type { Attribute, Node } from '../../../../ir/model.js';
import type { NameGenerator } from '../../../../ir/names.js';
import { CONTRIB, makeNode } from '../build.js';
import { inputs } from '../storage.js';
import type { ParameterNames, StoredBias, StoredCodes } from './stored.js';
import type { ValueNames } from './values.js';

/** They take 16-bit codes since; before, those of com.microsoft do. */
const OPSET_16_BITS = 21;

export class LinearNodes {
  readonly #opset: number;
  readonly #fresh: NameGenerator;

  constructor(opset: number, fresh: NameGenerator) {
    this.#opset = opset;
    this.#fresh = fresh;
  }

  quantize({ plan, float, codes }: ValueNames, { scale, zeroPoint }: ParameterNames): Node {
    return this.#make('QuantizeLinear', plan.dtype, [float, scale, zeroPoint], codes);
  }

  dequantize({ plan, codes, dequantized }: ValueNames, { scale, zeroPoint }: ParameterNames): Node {
    return this.#make('DequantizeLinear', plan.dtype, [codes, scale, zeroPoint], dequantized);
  }

  dequantizeConstant(
    { codes, scale, zeroPoint, axis }: StoredCodes,
    dtype: keyof typeof DTYPE_BITS,
    output: string,
  ): Node {
    return this.#make('DequantizeLinear', dtype, [codes, scale, zeroPoint], output, axis);
  }

  dequantizeBias({ codes, scale, isPerChannel }: StoredBias, output: string): Node {
    return makeNode('DequantizeLinear', this.#fresh(`${output}_dequantize`), inputs(codes, scale), [output], {
      ...(isPerChannel ? { axis: intAttribute(0) } : {}),
    });
  }

  #make(
    opType: string,
    dtype: keyof typeof DTYPE_BITS,
    operands: string[],
    output: string,
    axis?: number,
  ): Node {
    const contrib = DTYPE_BITS[dtype] > 8 && this.#opset < OPSET_16_BITS;
    const attributes: Record<string, Attribute> = axis === undefined ? {} : { axis: intAttribute(axis) };
    const suffix = opType === 'QuantizeLinear' ? 'quantize' : 'dequantize';
    return makeNode(
      opType,
      this.#fresh(`${output}_${suffix}`),
      operands,
      [output],
      attributes,
      contrib ? CONTRIB : '',
    );
  }
}
