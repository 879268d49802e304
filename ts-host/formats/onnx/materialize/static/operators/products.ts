// QLinearConv, QGemm, QLinearMatMul; MatMulIntegerToFloat where the result of a MatMul stays in float.

import { makeNode } from '../../build.js';
import { contribNode, type IntegerNode, type OperatorForm, operand, pair, triple } from './operatorForm.js';

/** The codes of the bias, where there is one. */
const biasOf = ({ node, plan, site }: IntegerNode): string[] =>
  plan.bias === 'int32' ? [site.bias(node).codes] : [];

/** x, w, result, bias. */
export const conv: OperatorForm = (integer) => {
  const { node, result } = integer;
  if (result === undefined || (node.inputs[2] && integer.plan.bias === undefined)) return undefined;
  const inputs = [
    ...triple(operand(integer, 0)),
    ...triple(operand(integer, 1)),
    ...pair(result),
    ...biasOf(integer),
  ];
  return makeNode('QLinearConv', node.name, inputs, [result.codes], Object.fromEntries(node.attributes));
};

/** a, b, bias, result; the result is float without its scale. */
export const gemm: OperatorForm = (integer) => {
  const { node, result } = integer;
  if (node.inputs[2] && integer.plan.bias === undefined) return undefined;
  const [bias = ''] = biasOf(integer);
  const inputs = [...triple(operand(integer, 0)), ...triple(operand(integer, 1)), bias];
  if (result !== undefined) inputs.push(...pair(result));
  else if (bias === '') inputs.pop();
  return contribNode(integer, 'QGemm', inputs, [result?.codes ?? node.outputs[0]!]);
};

export const matMul: OperatorForm = (integer) => {
  const { node, result } = integer;
  const [a, b] = [operand(integer, 0), operand(integer, 1)];
  if (result !== undefined) {
    const inputs = [...triple(a), ...triple(b), ...pair(result)];
    return makeNode('QLinearMatMul', node.name, inputs, [result.codes]);
  }
  const inputs = [a.codes, b.codes, a.scale, b.scale, a.zeroPoint, b.zeroPoint];
  return contribNode(integer, 'MatMulIntegerToFloat', inputs, node.outputs);
};
