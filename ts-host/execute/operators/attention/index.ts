// The attention operators.

import type { Operator } from '../../operator.js';
import { MICROSOFT_ATTENTION } from './microsoft.js';
import { MULTI_HEAD_ATTENTION } from './multiHead.js';
import { ONNX_ATTENTION } from './onnx.js';

export const ATTENTION_OPERATORS: readonly Operator[] = [
  ONNX_ATTENTION,
  MICROSOFT_ATTENTION,
  MULTI_HEAD_ATTENTION,
];
