// The attention operators.

import type { Operator } from '../../operator.js';
import { MICROSOFT_ATTENTION } from './microsoft.js';
import { ONNX_ATTENTION } from './onnx.js';

export const ATTENTION_OPERATORS: readonly Operator[] = [ONNX_ATTENTION, MICROSOFT_ATTENTION];
