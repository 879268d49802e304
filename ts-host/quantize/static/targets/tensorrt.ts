// TensorRT with explicit quantization: signed codes around 0, and codes only in front of operators that have an integer form.
// What follows a product is fused into it by the builder, so that nothing is quantized behind one for its own sake; a bias is
// added in float.

import { arithmetic, concat, unary } from '../operators/maps.js';
import { maxPool, move } from '../operators/moves.js';
import { conv, convTranspose, gemm, matMul } from '../operators/products.js';
import type { Target } from './target.js';

export const tensorrt: Target = {
  name: 'tensorrt',
  operators: {
    Conv: conv,
    ConvTranspose: convTranspose,
    Gemm: gemm,
    MatMul: matMul,
    Add: arithmetic,
    Concat: concat,
    AveragePool: unary,
    GlobalAveragePool: unary,
    Relu: unary,
    Clip: unary,
    MaxPool: maxPool,
    Resize: move,
    Reshape: move,
    Transpose: move,
    Flatten: move,
    Slice: move,
    Split: move,
    Squeeze: move,
    Unsqueeze: move,
  },
  floats: {
    Softmax: 'Softmax stays in float: its result spans orders of magnitude that 8 bits do not',
    LayerNormalization: 'LayerNormalization stays in float',
  },
  integerTypes: ['int8'],
  activationType: 'int8',
  symmetric: true,
  endsInCodes: false,
  quantizesBias: false,
  fuses: 'any',
};
