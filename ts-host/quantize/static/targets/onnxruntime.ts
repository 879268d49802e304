// What onnxruntime's CPU provider fuses around QuantizeLinear and DequantizeLinear, natively and in wasm alike (optimization
// level extended or all).

import { integer } from '../../../ir/attributes.js';
import { arithmetic, concat, unary } from '../operators/maps.js';
import { maxPool, move } from '../operators/moves.js';
import { conv, gemm, matMul } from '../operators/products.js';
import type { Target } from './target.js';

export const onnxruntimeCpu: Target = {
  name: 'onnxruntime-cpu',
  operators: {
    Conv: conv,
    Gemm: gemm,
    MatMul: matMul,
    Add: arithmetic,
    Mul: arithmetic,
    Concat: concat,
    AveragePool: unary,
    GlobalAveragePool: unary,
    LeakyRelu: unary,
    Sigmoid: unary,
    Relu: unary,
    Clip: unary,
    MaxPool: maxPool,
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
  },
  floats: {
    ConvTranspose: 'onnxruntime has no integer ConvTranspose',
    LSTM: 'onnxruntime has no integer LSTM over quantized activations',
    GRU: 'onnxruntime has no integer GRU',
    RNN: 'onnxruntime has no integer RNN',
    Softmax: 'Softmax stays in float: its result spans orders of magnitude that 8 bits do not',
    LayerNormalization: 'LayerNormalization stays in float',
  },
  integerTypes: ['uint8', 'int8'],
  activationType: 'uint8',
  symmetric: false,
  endsInCodes: true,
  quantizesBias: true,
  fuses: 'lowest',
  remark: (_node, _index, { activationType, representation }) => {
    if (activationType !== 'int8') return undefined;
    return representation === 'qdq'
      ? 'onnxruntime makes uint8 of int8 codes, except on ARM'
      : 'int8 codes are slow in onnxruntime, except on ARM: take uint8';
  },
};

/** The same kernels in WebAssembly. */
export const onnxruntimeWeb: Target = {
  ...onnxruntimeCpu,
  name: 'onnxruntime-web',
  remark: (node, index, choice) => {
    const remark = onnxruntimeCpu.remark?.(node, index, choice);
    if (remark !== undefined) return remark;
    const isDepthwise = node.opType === 'Conv' && index.constant(node.inputs[1])?.dims[1] === 1;
    return isDepthwise && integer(node, 'group', 1) > 1
      ? 'depthwise, it is slower in integers than in float there'
      : undefined;
  },
};
