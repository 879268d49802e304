// Conv, Gemm, MatMul: products with a constant weight. A MatMul of two computed matrices is a map: it gains only where both are
// codes already.

import { flag, float } from '../../../ir/attributes.js';
import type { GraphIndex } from '../../../ir/graphIndex.js';
import type { Node } from '../../../ir/model.js';
import { subPixel } from '../../../ir/subPixel.js';
import type { IntegerUse, OperatorRule, WeightUse } from './use.js';

const product = (weight: WeightUse, floatOutput: boolean): IntegerUse => ({
  kind: 'product',
  data: [0],
  weight,
  floatOutput,
});

export const conv: OperatorRule = (node, index) => {
  const refused = refuseWeight(node, index, 3) ?? refuseBias(node, index);
  return refused ?? product({ input: 1, bias: 2 }, false);
};

/** As {@link convTranspose}, as a convolution of more channels, with an integer bias. */
export const subPixelConv: OperatorRule = (node, index) => {
  const refused = refuseWeight(node, index, 3) ?? refuseBias(node, index);
  if (refused !== undefined) return refused;
  const how = subPixel(node, index.constant(node.inputs[1])!.dims);
  return typeof how === 'string' ? how : product({ input: 1, bias: 2 }, false);
};

/** Its bias stays in float. */
export const convTranspose: OperatorRule = (node, index) =>
  refuseWeight(node, index, 3) ?? product({ input: 1, bias: undefined }, false);

export const gemm: OperatorRule = (node, index) => {
  const refused = refuseWeight(node, index, 2) ?? refuseBias(node, index);
  if (refused !== undefined) return refused;
  const isPlain = float(node, 'alpha', 1) === 1 && float(node, 'beta', 1) === 1 && !flag(node, 'transA');
  return isPlain ? product({ input: 1, bias: 2 }, true) : 'it has transA, alpha or beta';
};

export const matMul: OperatorRule = (node, index) => {
  const isConstant = node.inputs.map((name) => index.constant(name) !== undefined);
  if (isConstant[0]) return 'its first matrix is constant';
  if (!isConstant[1]) return { kind: 'map', data: [0, 1], floatOutput: true };
  const refused = refuseWeight(node, index, 2);
  if (refused !== undefined) return refused;
  if (index.constant(node.inputs[1])!.dims.length > 2) return 'its weight is a stack of matrices';
  return product({ input: 1, bias: undefined }, true);
};

function refuseWeight({ inputs }: Node, index: GraphIndex, minRank: number): string | undefined {
  const weight = index.constant(inputs[1]);
  if (weight === undefined) return 'its weight is computed';
  if (index.constant(inputs[0]) !== undefined) return 'its input is constant';
  if (weight.dtype !== 'float32') return `its weight holds ${weight.dtype}, and only float32 is quantized`;
  if (weight.dims.length < minRank) return `its weight has rank ${weight.dims.length}`;
  return weight.data.byteLength === 0 ? 'its weight is empty' : undefined;
}

/** A bias must be known, for its codes are of the scale of the products. */
function refuseBias({ inputs }: Node, index: GraphIndex): string | undefined {
  if (!inputs[2]) return undefined;
  const bias = index.constant(inputs[2]);
  if (bias === undefined) return 'its bias is computed';
  const weight = index.constant(inputs[1])!;
  if (bias.dtype !== 'float32') return `its bias holds ${bias.dtype}`;
  const count = bias.data.byteLength / 4;
  const fits = bias.dims.at(-1) === count && (bias.dims.length === 1 || weight.dims.length === 2);
  return fits && weight.dims.includes(count) ? undefined : 'its bias is not one number a channel';
}
