// The operator forms, by the float operator they take the place of. A new one adds its function and a line here; what is not
// listed stays between DequantizeLinear and QuantizeLinear.

import { add, averagePool, concat, globalAveragePool, leakyRelu, mul, sigmoid } from './maps.js';
import { move } from './moves.js';
import type { OperatorForm } from './operatorForm.js';
import { conv, gemm, matMul } from './products.js';

export const OPERATOR_FORMS: Readonly<Record<string, OperatorForm>> = {
  Conv: conv,
  Gemm: gemm,
  MatMul: matMul,
  Add: add,
  Mul: mul,
  Concat: concat,
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  Sigmoid: sigmoid,
  LeakyRelu: leakyRelu,
  MaxPool: move,
  Resize: move,
  Reshape: move,
  Transpose: move,
  Flatten: move,
  Gather: move,
  Slice: move,
  Split: move,
  Squeeze: move,
  Unsqueeze: move,
  Expand: move,
  Tile: move,
  ReduceMax: move,
  ReduceMin: move,
};
