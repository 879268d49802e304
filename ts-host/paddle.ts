// The public API of `octavo/paddle`: Paddle's inference models read, and converted to ONNX. Re-exports only.

export type { InputDims } from './formats/paddle/inputDims.js';
export type {
  PaddleAttribute,
  PaddleBlock,
  PaddleLayout,
  PaddleNet,
  PaddleOp,
  PaddleProgram,
  PaddleScalar,
  PaddleVar,
  PaddleVarKind,
} from './formats/paddle/program.js';
export { PaddleModel } from './paddle/paddleModel.js';
export { type PaddleFiles, type ReadPaddleOptions, readPaddle } from './paddle/readPaddle.js';
export { type OnnxModel, type ToOnnxOptions, toOnnx } from './paddle/toOnnx.js';
export { PaddleOutput, type WritePaddleOptions, writePaddle } from './paddle/writePaddle.js';
