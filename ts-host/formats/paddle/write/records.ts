// Parameters as Paddle stores them: one record a tensor, nothing between records, no names.
//
//   uint32 0            version of the LoD
//   uint64 0            levels of the LoD: parameters are no sequences
//   uint32 0            version of the tensor
//   int32  length       of the description
//   TensorDesc          element type and dims
//   elements            row-major, little-endian
//
// Elements are pulled from the tensor's data while the file is written; lengths are known before.

import { create, toBinary } from '@bufbuild/protobuf';
import type { RunContext } from '../../../context.js';
import { OctavoError } from '../../../errors.js';
import { byteLengthOf, elementCount, type Tensor } from '../../../ir/tensor.js';
import { paddleCode } from '../dtypes.js';
import { TensorDescSchema } from '../proto/framework_pb.js';

/** Versions, number of levels and length of the description. */
const HEAD_BYTES = 4 + 8 + 4 + 4;

/** A record to be written. */
export interface ParameterRecord {
  readonly byteLength: number;
  chunks(context: RunContext): AsyncIterable<Uint8Array>;
}

/** The record of a tensor.
 *  @throws OctavoError `UNSUPPORTED_DTYPE` for a type that Paddle does not have, `SHAPE_MISMATCH` for data of another length */
export function parameterRecord(tensor: Tensor): ParameterRecord {
  const { name, dtype, dims, data } = tensor;
  const code = paddleCode(dtype);
  if (code === undefined)
    throw new OctavoError('UNSUPPORTED_DTYPE', `Paddle has no ${dtype}`, { tensor: name });
  const expected = byteLengthOf(dtype, elementCount(dims, name));
  if (data.byteLength !== expected) {
    const message = `${dtype}[${dims.join(', ')}] has ${expected} bytes, its data ${data.byteLength}`;
    throw new OctavoError('SHAPE_MISMATCH', message, { tensor: name });
  }
  const head = recordHead(code, dims);
  return {
    byteLength: head.byteLength + data.byteLength,
    async *chunks(context) {
      yield head;
      yield* data.chunks(context);
    },
  };
}

function recordHead(code: number, dims: readonly number[]): Uint8Array {
  const desc = toBinary(
    TensorDescSchema,
    create(TensorDescSchema, { dataType: code, dims: dims.map(BigInt) }),
  );
  const head = new Uint8Array(HEAD_BYTES + desc.byteLength);
  new DataView(head.buffer).setInt32(HEAD_BYTES - 4, desc.byteLength, true);
  head.set(desc, HEAD_BYTES);
  return head;
}
