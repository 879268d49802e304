// TensorProto to Tensor. Payloads stay where they are: a Tensor points at raw_data, at a typed list or into an
// external file, after its length has been proved from dims and type.

import { OctavoError } from '../../errors.js';
import { bytesSource } from '../../io/source.js';
import type { DType } from '../../ir/dtype.js';
import { dtypeOf } from '../../ir/onnxCodes.js';
import { byteLengthOf, elementCount, sliceData, type Tensor, type TensorData } from '../../ir/tensor.js';
import {
  DOUBLE_DATA,
  entryBytes,
  FLOAT_DATA,
  INT32_DATA,
  INT64_DATA,
  ONNX_STRING,
  RAW_DATA,
  STRING_DATA,
  typedField,
  UINT64_DATA,
} from './dtypes.js';
import { readExternalData } from './externalData.js';
import { SMALL_TENSOR_BYTES } from './limits.js';
import type { SparseTensor, StoredMessage, TensorOrigin } from './origin.js';
import { SparseTensorProtoSchema, type TensorProto, TensorProtoSchema } from './proto/onnx_pb.js';
import type { ReadSession, Taken } from './session.js';
import { countValues, type Segment, typedData } from './typedData.js';
import { type FieldCursor, WIRE_BYTES, WIRE_FIXED32, WIRE_FIXED64, WIRE_VARINT } from './wire.js';

const LIST_WIRE_TYPE: Readonly<Record<number, number>> = {
  [FLOAT_DATA]: WIRE_FIXED32,
  [DOUBLE_DATA]: WIRE_FIXED64,
  [INT32_DATA]: WIRE_VARINT,
  [INT64_DATA]: WIRE_VARINT,
  [UINT64_DATA]: WIRE_VARINT,
};

/** Where a tensor's message holds its payload. */
class Payload {
  readonly #session: ReadSession;
  raw: { readonly offset: number; readonly length: number } | undefined;
  strings = false;
  readonly lists = new Map<number, Segment[]>();

  constructor(session: ReadSession) {
    this.#session = session;
  }

  /** Notes a field if it is payload. */
  take(field: FieldCursor): boolean {
    const { number } = field;
    if (number === RAW_DATA) return this.#takeRaw(field);
    if (number === STRING_DATA) {
      this.#session.expectBytes(field, 'string_data');
      return (this.strings = true);
    }
    const wireType = LIST_WIRE_TYPE[number];
    if (wireType === undefined) return false;
    this.#takeList(field, wireType);
    return true;
  }

  #takeRaw(field: FieldCursor): boolean {
    this.#session.expectBytes(field, 'raw_data');
    if (this.raw !== undefined) {
      throw this.#session.window.error('MALFORMED', 'a tensor has raw_data twice', field.tagAt);
    }
    this.raw = { offset: field.valueAt, length: field.length };
    return true;
  }

  #takeList(field: FieldCursor, wireType: number): void {
    const packed = field.wireType === WIRE_BYTES;
    if (!packed && field.wireType !== wireType) {
      const message = `typed list ${field.number} has wire type ${field.wireType}`;
      throw this.#session.window.error('MALFORMED', message, field.tagAt);
    }
    if (packed && field.length === 0) return;
    const segments = this.lists.get(field.number) ?? [];
    this.lists.set(field.number, segments);
    const last = segments.at(-1);
    if (!packed && last?.packed === false && last.offset + last.length === field.tagAt) {
      last.length = field.next - last.offset;
      return;
    }
    const offset = packed ? field.valueAt : field.tagAt;
    this.#session.reserve(64);
    segments.push({ packed, fixed: wireType !== WIRE_VARINT, offset, length: field.next - offset });
  }
}

/** Reads the TensorProto at [start, end). String tensors come back as stored messages.
 *  @throws OctavoError `MALFORMED`, `SHAPE_MISMATCH`, `UNSUPPORTED_DTYPE`, `LIMIT_EXCEEDED`, and those of
 *  external data. */
export async function readTensor(
  session: ReadSession,
  start: number,
  end: number,
): Promise<Tensor | StoredMessage> {
  await session.item(start);
  const payload = new Payload(session);
  const proto = await session.readMessage(TensorProtoSchema, start, end, (field) => payload.take(field));
  const { name } = proto;
  const external = proto.dataLocation === 1;
  if (proto.dataLocation !== 0 && !external) {
    throw malformed(session, name, start, `data_location ${proto.dataLocation} does not exist`);
  }
  const dims = readDims(proto);
  const count = elementCount(dims, name);
  if (proto.dataType === ONNX_STRING) {
    if (external) throw malformed(session, name, start, 'strings cannot be in another file');
    return { kind: 'stored', name, data: sliceData(session.source, start, end - start) };
  }
  const dtype = dtypeOf(proto.dataType);
  if (dtype === undefined) {
    const { place } = session.window.error('UNSUPPORTED_DTYPE', '', start);
    throw new OctavoError('UNSUPPORTED_DTYPE', `element type ${proto.dataType} is unknown`, {
      ...place,
      tensor: name,
    });
  }
  if (payload.strings) throw malformed(session, name, start, `${dtype} elements in string_data`);
  const byteLength = byteLengthOf(dtype, count);
  const data = external
    ? await readExternal(session, proto, payload, byteLength, start)
    : await readPayload(session, payload, dtype, byteLength, name, start);
  const origin: TensorOrigin = { proto, external };
  return { name, dtype, dims, data, origin };
}

/** Reads a SparseTensorProto; its parts are not compared with each other. */
export async function readSparseTensor(
  session: ReadSession,
  start: number,
  end: number,
): Promise<SparseTensor> {
  let values: Tensor | StoredMessage | undefined;
  let indices: Tensor | StoredMessage | undefined;
  const visit = (field: FieldCursor): Taken => {
    if (field.number !== 1 && field.number !== 2) return false;
    session.expectBytes(field, 'a part of a sparse tensor');
    if ((field.number === 1 ? values : indices) !== undefined) {
      throw session.window.error('MALFORMED', 'a sparse tensor has a part twice', field.tagAt);
    }
    return async () => {
      const tensor = await readTensor(session, field.valueAt, field.next);
      if (field.number === 1) values = tensor;
      else indices = tensor;
    };
  };
  const proto = await session.readMessage(SparseTensorProtoSchema, start, end, visit);
  return { kind: 'sparse', name: values?.name ?? '', proto, values, indices };
}

function malformed(session: ReadSession, tensor: string, offset: number, message: string): OctavoError {
  const { place } = session.window.error('MALFORMED', message, offset);
  return new OctavoError('MALFORMED', message, { ...place, tensor });
}

function readDims(proto: TensorProto): readonly number[] {
  return proto.dims.map(Number);
}

async function readExternal(
  session: ReadSession,
  proto: TensorProto,
  payload: Payload,
  byteLength: number,
  start: number,
): Promise<TensorData> {
  if ((payload.raw?.length ?? 0) > 0 || payload.lists.size > 0) {
    throw malformed(session, proto.name, start, 'data both in the model and in another file');
  }
  session.hasExternal = true;
  return readExternalData(session, proto, byteLength);
}

async function readPayload(
  session: ReadSession,
  payload: Payload,
  dtype: DType,
  byteLength: number,
  tensor: string,
  start: number,
): Promise<TensorData> {
  const { raw, lists } = payload;
  const isRaw = (raw?.length ?? 0) > 0;
  if (isRaw ? lists.size > 0 : lists.size > 1) {
    throw malformed(session, tensor, start, 'data in more than one field');
  }
  const [list] = lists;
  if (isRaw || list === undefined) {
    expectLength(session, raw?.length ?? 0, byteLength, 'raw_data', tensor, raw?.offset ?? start);
    return rawData(session, raw?.offset ?? start, byteLength);
  }
  const [number, segments] = list;
  if (number !== typedField(dtype)) {
    throw malformed(session, tensor, start, `${dtype} elements in typed list ${number}`);
  }
  const fixedBytes = number === DOUBLE_DATA ? 8 : 4;
  const count = await countValues(session.source, segments, fixedBytes, session.context);
  const width = entryBytes(dtype);
  expectLength(session, count * width, byteLength, 'its typed list', tensor, segments[0]?.offset ?? start);
  return typedData(session.source, segments, width, byteLength);
}

function expectLength(
  session: ReadSession,
  actual: number,
  expected: number,
  what: string,
  tensor: string,
  offset: number,
): void {
  if (actual === expected) return;
  const message = `dims and type need ${expected} bytes, ${what} holds ${actual}`;
  const { place } = session.window.error('SHAPE_MISMATCH', message, offset);
  throw new OctavoError('SHAPE_MISMATCH', message, { ...place, tensor });
}

/** Where reading is slow, small tensors are taken along while the window is over them. */
function rawData(session: ReadSession, offset: number, byteLength: number): TensorData {
  const { source, window } = session;
  if (source.readSync !== undefined || byteLength > SMALL_TENSOR_BYTES || !window.has(offset, byteLength)) {
    return sliceData(source, offset, byteLength);
  }
  session.reserve(byteLength);
  return sliceData(bytesSource(window.copyOf(offset, byteLength)), 0, byteLength);
}
