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

/** The tensors and graphs of an attribute, and the field number of each, in file order. */
interface HeldParts {
  readonly graphs: readonly Graph[];
  readonly tensors: readonly Part[];
  readonly fields: readonly number[];
}

const HOLDS_PARTS = new Set<AttributeValue['kind']>(['tensor', 'tensors', 'graph', 'graphs', 'opaque']);
const NOTHING: AttributeOrigin['kept'] = [];
const NO_PARTS: HeldParts = { graphs: [], tensors: [], fields: [] };

/** Takes what is not small from an attribute's message. */
class Parts implements HeldParts {
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
  const { name } = proto;
  if (parts.listBytes > MAX_LIST_BYTES) {
    if (parts.fields.length > 0) {
      throw session.window.error('MALFORMED', `attribute ${name}: more than one value`, start);
    }
    const stored = { kind: 'stored', name, data: sliceData(session.source, start, end - start) } as const;
    const origin: AttributeOrigin = { proto, kept: [], stored };
    return { name, attribute: { kind: 'opaque', origin } };
  }
  return { name, attribute: withOrigin(session, proto, parts, start) };
}

function withOrigin(
  session: ReadSession,
  proto: AttributeProto,
  parts: HeldParts,
  offset: number,
): Attribute {
  const value = readValue(proto, parts);
  const several = value !== undefined && parts.fields.length > 0 && !HOLDS_PARTS.has(value.kind);
  if (value === undefined || several) {
    const problem = several ? 'more than one value' : `no value of its type ${proto.type}`;
    throw session.window.error('MALFORMED', `attribute ${proto.name}: ${problem}`, offset);
  }
  const kept =
    value.kind === 'opaque' ? parts.tensors.map((part, i) => ({ field: parts.fields[i]!, part })) : NOTHING;
  const origin: AttributeOrigin = { proto, kept };
  return { ...value, origin };
}

/** Whether a decoded attribute holds no tensors and no graphs, so that it may stay as it was decoded. */
export function isLight(proto: AttributeProto): boolean {
  const { t, g, tensors, graphs, sparseTensor, sparseTensors } = proto;
  const single = t ?? g ?? sparseTensor;
  return single === undefined && tensors.length + graphs.length + sparseTensors.length === 0;
}

/** The attribute of a decoded message that {@link isLight}; `offset` is for messages. */
export function lightAttribute(session: ReadSession, proto: AttributeProto, offset: number): Attribute {
  return withOrigin(session, proto, NO_PARTS, offset);
}

function readValue(proto: AttributeProto, parts: HeldParts): AttributeValue | undefined {
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

function tensorValue(parts: HeldParts): AttributeValue {
  const tensor = parts.tensors[0]!;
  return isTensor(tensor) ? { kind: 'tensor', value: tensor } : { kind: 'opaque' };
}

function tensorsValue(parts: HeldParts): AttributeValue {
  const tensors = parts.tensors.filter(isTensor);
  return tensors.length === parts.tensors.length ? { kind: 'tensors', value: tensors } : { kind: 'opaque' };
}
