// The executor of this package: it has the integer operators of onnxruntime, tables, and ConvTranspose.

import { subPixelConv } from '../operators/products.js';
import { onnxruntimeCpu } from './onnxruntime.js';
import type { Target } from './target.js';

const { operators, floats } = onnxruntimeCpu;
const { ConvTranspose: _, ...otherFloats } = floats;

export const octavo: Target = {
  ...onnxruntimeCpu,
  name: 'octavo',
  operators: { ...operators, ConvTranspose: subPixelConv },
  floats: otherFloats,
  hasTables: true,
};
