// The executor of this package: it has the integer operators of onnxruntime, and tables.

import { onnxruntimeCpu } from './onnxruntime.js';
import type { Target } from './target.js';

export const octavo: Target = { ...onnxruntimeCpu, name: 'octavo', hasTables: true };
