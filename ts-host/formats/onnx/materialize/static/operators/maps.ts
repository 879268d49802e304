// The QLinear operators of com.microsoft that compute codes from codes.

import { intAttribute } from '../../../../../ir/attributes.js';
import { contribNode, type OperatorForm, operand, pair, triple } from './operatorForm.js';

/** x, result. */
const unary =
  (opType: string, isPool = false): OperatorForm =>
  (integer) => {
    const { node, result } = integer;
    if (result === undefined) return undefined;
    const inputs = [...triple(operand(integer, 0)), ...pair(result)];
    const layout = isPool ? { channels_last: intAttribute(0) } : {};
    const attributes = { ...Object.fromEntries(node.attributes), ...layout };
    return contribNode(integer, opType, inputs, [result.codes], attributes);
  };

export const sigmoid = unary('QLinearSigmoid');
export const leakyRelu = unary('QLinearLeakyRelu');
export const averagePool = unary('QLinearAveragePool', true);
export const globalAveragePool = unary('QLinearGlobalAveragePool', true);

/** a, b, result. */
const binary =
  (opType: string): OperatorForm =>
  (integer) => {
    const { result } = integer;
    if (result === undefined) return undefined;
    const inputs = [...triple(operand(integer, 0)), ...triple(operand(integer, 1)), ...pair(result)];
    return contribNode(integer, opType, inputs, [result.codes]);
  };

export const add = binary('QLinearAdd');
export const mul = binary('QLinearMul');

/** The result first, then every input. */
export const concat: OperatorForm = (integer) => {
  const { node, result } = integer;
  if (result === undefined) return undefined;
  const operands = node.inputs.flatMap((_, input) => triple(operand(integer, input)));
  return contribNode(integer, 'QLinearConcat', [...pair(result), ...operands], [result.codes]);
};
