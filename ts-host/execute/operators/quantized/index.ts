// Operators on codes: a file an operator or kind, a line each here.

import type { Operator } from '../../operator.js';
import { dequantizeLinear } from './dequantizeLinear.js';
import { matmulInteger } from './matmulInteger.js';
import { quantizeLinear } from './quantizeLinear.js';

export const QUANTIZED_OPERATORS: readonly Operator[] = [
  dequantizeLinear,
  matmulInteger,
  quantizeLinear,
].flat();
