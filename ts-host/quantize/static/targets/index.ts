// The targets by name. A new one adds its file and a line here.

import type { QuantTarget } from '../../../ir/plan.js';
import { octavo } from './octavo.js';
import { onnxruntimeCpu, onnxruntimeWeb } from './onnxruntime.js';
import type { Target } from './target.js';
import { tensorrt } from './tensorrt.js';

export const TARGETS: Readonly<Record<QuantTarget, Target>> = {
  'onnxruntime-cpu': onnxruntimeCpu,
  'onnxruntime-web': onnxruntimeWeb,
  tensorrt,
  octavo,
};
