// GraphProto, NodeProto and ValueInfoProto to the IR. Parts are read where they stand, so that the window only
// moves forward; order in the file is kept.

import { OctavoError } from '../../errors.js';
import { MAX_NESTING } from '../../ir/check.js';
import type { Attribute, Graph, Node, ValueInfo } from '../../ir/model.js';
import { dtypeOf } from '../../ir/onnxCodes.js';
import type { Tensor } from '../../ir/tensor.js';
import { MAX_MESSAGE_BYTES } from './limits.js';
import type { GraphOrigin, NodeOrigin, SparseTensor, StoredMessage, ValueInfoOrigin } from './origin.js';
import {
  GraphProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorShapeProto_Dimension,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './proto/onnx_pb.js';
import { type InnerGraphReader, isLight, lightAttribute, readAttribute } from './readAttribute.js';
import { readSparseTensor, readTensor } from './readTensor.js';
import type { ReadSession, Taken } from './session.js';
import type { FieldCursor } from './wire.js';

const NODE = 1;
const INITIALIZER = 5;
const INPUT = 11;
const OUTPUT = 12;
const VALUE_INFO = 13;
const SPARSE_INITIALIZER = 15;
const NODE_ATTRIBUTE = 5;

/** The standard operator set has two names. The IR uses the empty one. */
export function standardDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

class GraphParts {
  readonly nodes: Node[] = [];
  readonly initializers = new Map<string, Tensor>();
  readonly kept: (StoredMessage | SparseTensor)[] = [];
  readonly keptNames = new Set<string>();
  readonly values: Record<number, ValueInfo[]> = { [INPUT]: [], [OUTPUT]: [], [VALUE_INFO]: [] };
  readonly #session: ReadSession;
  readonly #depth: number;

  constructor(session: ReadSession, depth: number) {
    this.#session = session;
    this.#depth = depth;
  }

  take(field: FieldCursor): Taken {
    const { number } = field;
    const read = this.#readerOf(number);
    if (read === undefined) return false;
    this.#session.expectBytes(field, `graph field ${number}`);
    const { valueAt, next } = field;
    return () => read(valueAt, next);
  }

  #readerOf(number: number): ((start: number, end: number) => Promise<void>) | undefined {
    const session = this.#session;
    if (number === NODE) {
      return async (start, end) => {
        this.nodes.push(await readNode(session, start, end, this.#depth));
      };
    }
    if (number === INITIALIZER) {
      return async (start, end) => this.#addInitializer(await readTensor(session, start, end), start);
    }
    if (number === SPARSE_INITIALIZER) {
      return async (start, end) => this.#addInitializer(await readSparseTensor(session, start, end), start);
    }
    const values = this.values[number];
    if (values === undefined) return undefined;
    return async (start, end) => {
      values.push(await readValueInfo(session, start, end));
    };
  }

  #addInitializer(tensor: Tensor | StoredMessage | SparseTensor, offset: number): void {
    const { name } = tensor;
    if (name === '' || this.initializers.has(name) || this.keptNames.has(name)) {
      const message = name === '' ? 'an initializer has no name' : 'two initializers have one name';
      const { place } = this.#session.window.error('GRAPH_INVALID', message, offset);
      throw new OctavoError('GRAPH_INVALID', message, { ...place, tensor: name });
    }
    if ('kind' in tensor) {
      this.kept.push(tensor);
      this.keptNames.add(name);
    } else this.initializers.set(name, tensor);
  }
}

/** Reads the graphs that attributes at nesting `depth` hold. */
export const graphsBelow =
  (depth: number): InnerGraphReader =>
  (session, start, end) =>
    readGraph(session, start, end, depth + 1);

/** Reads the GraphProto at [start, end). `depth` is 1 for a model's own graph. */
export async function readGraph(
  session: ReadSession,
  start: number,
  end: number,
  depth: number,
): Promise<Graph> {
  if (depth > MAX_NESTING) {
    throw session.window.error('LIMIT_EXCEEDED', `graphs are nested more than ${MAX_NESTING} deep`, start);
  }
  const parts = new GraphParts(session, depth);
  const visit = (field: FieldCursor): Taken => parts.take(field);
  const proto = await session.readMessage(GraphProtoSchema, start, end, visit, MAX_MESSAGE_BYTES);
  const origin: GraphOrigin = { proto, kept: parts.kept };
  return {
    name: proto.name,
    nodes: parts.nodes,
    initializers: parts.initializers,
    keptNames: parts.keptNames,
    inputs: parts.values[INPUT]!,
    outputs: parts.values[OUTPUT]!,
    valueInfos: parts.values[VALUE_INFO]!,
    origin,
  };
}

/** Reads the NodeProto at [start, end), which lies in a graph at nesting `depth`. */
export async function readNode(
  session: ReadSession,
  start: number,
  end: number,
  depth: number,
): Promise<Node> {
  const pending = session.item(start);
  if (pending !== undefined) await pending;
  const attributes = new Map<string, Attribute>();
  const allLight = (proto: NodeProto): boolean => proto.attribute.every(isLight);
  const light = session.decodeLight(NodeProtoSchema, start, end, allLight);
  if (light !== undefined) {
    const waiting = session.item(start, light.attribute.length);
    if (waiting !== undefined) await waiting;
    for (const proto of light.attribute) {
      addAttribute(session, attributes, proto.name, lightAttribute(session, proto, start), start);
    }
    return nodeOf(light, attributes);
  }
  const visit = (field: FieldCursor): Taken => {
    if (field.number !== NODE_ATTRIBUTE) return false;
    session.expectBytes(field, 'a node attribute');
    return async () => {
      const { valueAt, next } = field;
      const { name, attribute } = await readAttribute(session, valueAt, next, graphsBelow(depth));
      addAttribute(session, attributes, name, attribute, valueAt);
    };
  };
  const proto = await session.readMessage(NodeProtoSchema, start, end, visit);
  return nodeOf(proto, attributes);
}

function addAttribute(
  session: ReadSession,
  attributes: Map<string, Attribute>,
  name: string,
  attribute: Attribute,
  offset: number,
): void {
  if (attributes.has(name)) {
    throw session.window.error('GRAPH_INVALID', `a node has two attributes called "${name}"`, offset);
  }
  attributes.set(name, attribute);
}

function nodeOf(proto: NodeProto, attributes: ReadonlyMap<string, Attribute>): Node {
  const { name, opType, input: inputs, output: outputs } = proto;
  const origin: NodeOrigin = { proto };
  return { name, opType, domain: standardDomain(proto.domain), inputs, outputs, attributes, origin };
}

async function readValueInfo(session: ReadSession, start: number, end: number): Promise<ValueInfo> {
  await session.item(start);
  const proto =
    session.decodeLight(ValueInfoProtoSchema, start, end) ??
    (await session.readMessage(ValueInfoProtoSchema, start, end, () => false));
  const origin: ValueInfoOrigin = { proto };
  return { ...valueInfoOf(proto), origin };
}

/** What the IR says of a ValueInfoProto. The writer uses it too, to see whether a pass changed something. */
export function valueInfoOf(proto: ValueInfoProto): ValueInfo {
  const type = proto.type?.tensorType;
  const dtype = type === undefined ? undefined : dtypeOf(type.elemType);
  const dims = type?.shape?.dim.map(dimOf);
  return {
    name: proto.name,
    ...(dtype === undefined ? {} : { dtype }),
    ...(dims === undefined ? {} : { dims }),
  };
}

function dimOf({ value }: TensorShapeProto_Dimension): number | string | null {
  if (value.case === 'dimParam') return value.value;
  return value.case === 'dimValue' && value.value >= 0n ? Number(value.value) : null;
}
