// A probability hides error where it is near 0 or 1. To see it, the value in front of the last softmax or sigmoid is
// made an output too, in the float model and in the quantized one alike.

import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from '../../ts-host/formats/onnx/proto/onnx_pb.js';
import { value } from '../support/onnxBuilder.js';

/** Name of the value in front of the last Softmax or Sigmoid; undefined when the model ends otherwise. */
export function logitsOf(model: Uint8Array): string | undefined {
  const nodes = fromBinary(ModelProtoSchema, model).graph?.node ?? [];
  return nodes.findLast(({ opType }) => opType === 'Softmax' || opType === 'Sigmoid')?.input[0];
}

/** The model with `name` as its only output. */
export function withOutput(model: Uint8Array, name: string): Uint8Array {
  const proto = fromBinary(ModelProtoSchema, model);
  proto.graph!.output = [value(name)];
  return toBinary(ModelProtoSchema, proto);
}
