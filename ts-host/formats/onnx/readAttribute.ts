// AttributeProto to Attribute. Tensors and graphs inside become IR; what the IR has no form for stays in origin.

import type { Attribute, AttributeValue, Graph } from '../../ir/model.js';
import { sliceData, type Tensor } from '../../ir/tensor.js';
import { MAX_LIST_BYTES } from './limits.js';
import type { AttributeOrigin, Part } from './origin.js';
import { type AttributeProto, AttributeProtoSchema } from './proto/onnx_pb.js';
import { readSparseTensor, readTensor } from './readTensor.js';
import type { ReadSession, Taken } from './session.js';
import type { FieldCursor } from './wire.js';

/** Values of AttributeProto.type. */
export const ATTRIBUTE_TYPE = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
} as const;

type Kind = keyof typeof ATTRIBUTE_TYPE;

const KINDS = new Map<number, Kind>(
  (Object.entries(ATTRIBUTE_TYPE) as [Kind, number][]).map(([kind, type]) => [type, kind]),
);

const T = 5;
const G = 6;
const FLOATS = 7;
const STRINGS = 9;
const TENSORS = 10;
const GRAPHS = 11;
const SPARSE_TENSOR = 22;
const SPARSE_TENSORS = 23;

/** Reads a graph inside the attribute. Given by the caller: graphs hold attributes, and attributes hold graphs. */
export type InnerGraphReader = (session: ReadSession, start: number, end: number) => Promise<Graph>;

/** The parts of an attribute that are not small, in file order. */
class Parts {
  readonly graphs: Graph[] = [];
  readonly tensors: Part[] = [];
  readonly fields: number[] = [];
  listBytes = 0;
  readonly #session: ReadSession;
  readonly #readGraph: InnerGraphReader;

  constructor(session: ReadSession, readGraph: InnerGraphReader) {
    this.#session = session;
    this.#readGraph = readGraph;
  }

  take(field: FieldCursor): Taken {
    const { number } = field;
    if (number >= FLOATS && number <= STRINGS) {
      this.listBytes += field.next - field.tagAt;
      return this.listBytes > MAX_LIST_BYTES;
    }
    if (number === T || number === TENSORS) return this.#part(field, readTensor, this.tensors);
    if (number === SPARSE_TENSOR || number === SPARSE_TENSORS)
      return this.#part(field, readSparseTensor, this.tensors);
    if (number === G || number === GRAPHS) return this.#part(field, this.#readGraph, this.graphs);
    return false;
  }

  #part<P>(
    field: FieldCursor,
    read: (session: ReadSession, start: number, end: number) => Promise<P>,
    parts: P[],
  ): Taken {
    const session = this.#session;
    session.expectBytes(field, `attribute field ${field.number}`);
    const { number, tagAt, valueAt, next } = field;
    const single = number === T || number === G || number === SPARSE_TENSOR;
    if (this.fields.length > 0 && (single || this.fields.at(-1) !== number)) {
      throw session.window.error('MALFORMED', 'an attribute has more than one value', tagAt);
    }
    this.fields.push(number);
    return async () => {
      parts.push(await read(session, valueAt, next));
    };
  }
}

/** Reads the AttributeProto at [start, end). */
export async function readAttribute(
  session: ReadSession,
  start: number,
  end: number,
  readGraph: InnerGraphReader,
): Promise<{ readonly name: string; readonly attribute: Attribute }> {
  await session.item(start);
  const parts = new Parts(session, readGraph);
  const proto = await session.readMessage(AttributeProtoSchema, start, end, (field) => parts.take(field));
  const malformed = (message: string): Error =>
    session.window.error('MALFORMED', `attribute ${proto.name}: ${message}`, start);
  const { name } = proto;
  if (parts.listBytes > MAX_LIST_BYTES) {
    if (parts.fields.length > 0) throw malformed('more than one value');
    const stored = { kind: 'stored', name, data: sliceData(session.source, start, end - start) } as const;
    const origin: AttributeOrigin = { proto, kept: [], stored };
    return { name, attribute: { kind: 'opaque', origin } };
  }
  const value = readValue(proto, parts);
  if (value === undefined) throw malformed(`no value of its type ${proto.type}`);
  const holdsParts = ['tensor', 'tensors', 'graph', 'graphs', 'opaque'].includes(value.kind);
  if (parts.fields.length > 0 && !holdsParts) throw malformed('more than one value');
  const kept =
    value.kind === 'opaque' ? parts.tensors.map((part, i) => ({ field: parts.fields[i]!, part })) : [];
  const origin: AttributeOrigin = { proto, kept };
  return { name, attribute: { ...value, origin } };
}

function readValue(proto: AttributeProto, parts: Parts): AttributeValue | undefined {
  if (proto.refAttrName !== '') {
    return parts.fields.length > 0 ? undefined : { kind: 'reference', value: proto.refAttrName };
  }
  const [field] = parts.fields;
  switch (proto.type === 0 ? inferKind(proto, field) : KINDS.get(proto.type)) {
    case 'float':
      return { kind: 'float', value: proto.f };
    case 'int':
      return { kind: 'int', value: proto.i };
    case 'string':
      return { kind: 'string', value: proto.s };
    case 'floats':
      return { kind: 'floats', value: proto.floats };
    case 'ints':
      return { kind: 'ints', value: proto.ints };
    case 'strings':
      return { kind: 'strings', value: proto.strings };
    case 'tensor':
      return field === T ? tensorValue(parts) : undefined;
    case 'tensors':
      return field === TENSORS || field === undefined ? tensorsValue(parts) : undefined;
    case 'graph':
      return field === G ? { kind: 'graph', value: parts.graphs[0]! } : undefined;
    case 'graphs':
      return field === GRAPHS || field === undefined ? { kind: 'graphs', value: parts.graphs } : undefined;
    default:
      // Sparse tensors, types, and kinds of a later ONNX.
      return parts.graphs.length > 0 ? undefined : { kind: 'opaque' };
  }
}

/** Files of IR version 1 do not say the type. */
function inferKind(proto: AttributeProto, field: number | undefined): Kind | undefined {
  if (field === T) return 'tensor';
  if (field === TENSORS) return 'tensors';
  if (field === G) return 'graph';
  if (field === GRAPHS) return 'graphs';
  if (proto.floats.length > 0) return 'floats';
  if (proto.ints.length > 0) return 'ints';
  if (proto.strings.length > 0) return 'strings';
  if (Object.hasOwn(proto, 'f')) return 'float';
  if (Object.hasOwn(proto, 'i')) return 'int';
  if (Object.hasOwn(proto, 's')) return 'string';
  return undefined;
}

const isTensor = (part: Part): part is Tensor => !('kind' in part);

function tensorValue(parts: Parts): AttributeValue {
  const tensor = parts.tensors[0]!;
  return isTensor(tensor) ? { kind: 'tensor', value: tensor } : { kind: 'opaque' };
}

function tensorsValue(parts: Parts): AttributeValue {
  const tensors = parts.tensors.filter(isTensor);
  return tensors.length === parts.tensors.length ? { kind: 'tensors', value: tensors } : { kind: 'opaque' };
}
