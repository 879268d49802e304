// IR to protobuf messages. A message starts from its origin, where it has one, and takes over only what differs:
// fields Octavo does not know, and the difference between absent and empty, survive.

import { create, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import type { Attribute, Graph, Node, ValueInfo } from '../../ir/model.js';
import { onnxCode } from '../../ir/onnxCodes.js';
import type { Tensor } from '../../ir/tensor.js';
import { RAW_DATA } from './dtypes.js';
import type { ExternalPlan, Holder } from './externalPlan.js';
import type {
  AttributeOrigin,
  GraphOrigin,
  NodeOrigin,
  Part,
  SparseTensor,
  StoredMessage,
  TensorOrigin,
  ValueInfoOrigin,
} from './origin.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  GraphProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  SparseTensorProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
  type TensorShapeProto_Dimension,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from './proto/onnx_pb.js';
import { ATTRIBUTE_TYPE } from './readAttribute.js';
import { standardDomain, valueInfoOf } from './readGraph.js';
import { encodeMessage, type HeavyField, type Rope } from './rope.js';

/** A new message with the fields of `origin`, which stays as it is. Unset fields stay unset. */
export function copyOf<Desc extends DescMessage>(
  schema: Desc,
  origin: MessageShape<Desc> | undefined,
): MessageShape<Desc> {
  return Object.assign(create(schema) as object, origin) as MessageShape<Desc>;
}

const equal = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((each, i) => each === b[i]);

/** Encodes graphs whose large tensors `external` may place in another file. */
export class Encoder {
  readonly #external: ExternalPlan;

  constructor(external: ExternalPlan) {
    this.#external = external;
  }

  graph(graph: Graph): Rope {
    const origin = graph.origin as GraphOrigin | undefined;
    const message = copyOf(GraphProtoSchema, origin?.proto);
    if (message.name !== graph.name) message.name = graph.name;
    message.input = graph.inputs.map(valueInfo);
    message.output = graph.outputs.map(valueInfo);
    message.valueInfo = graph.valueInfos.map(valueInfo);
    const heavy: HeavyField[] = graph.nodes.map((node) => ({
      number: 1,
      value: this.node(node, isConstant(node) ? 'constant' : 'other'),
    }));
    for (const [name, tensor] of graph.initializers) {
      heavy.push({ number: 5, value: this.#tensor(tensor, 'initializer', name) });
    }
    for (const part of origin?.kept ?? []) {
      const number = part.kind === 'sparse' ? 15 : 5;
      if (graph.keptNames?.has(part.name)) heavy.push({ number, value: this.#part(part) });
    }
    return encodeMessage(GraphProtoSchema, message, heavy);
  }

  /** `holder` is what its tensors are held by. */
  node(node: Node, holder: Holder): Rope {
    const origin = (node.origin as NodeOrigin | undefined)?.proto;
    if (origin !== undefined && isUntouched(node, origin)) return encodeMessage(NodeProtoSchema, origin);
    const message = copyOf(NodeProtoSchema, origin);
    message.attribute = [];
    if (!equal(message.input, node.inputs)) message.input = [...node.inputs];
    if (!equal(message.output, node.outputs)) message.output = [...node.outputs];
    if (message.name !== node.name) message.name = node.name;
    if (message.opType !== node.opType) message.opType = node.opType;
    if (standardDomain(message.domain) !== node.domain) message.domain = node.domain;
    const heavy = [...node.attributes].map(([name, attribute]) => ({
      number: 5,
      value: this.attribute(name, attribute, holder),
    }));
    return encodeMessage(NodeProtoSchema, message, heavy);
  }

  attribute(name: string, attribute: Attribute, holder: Holder): Rope | StoredMessage['data'] {
    const origin = attribute.origin as AttributeOrigin | undefined;
    if (attribute.kind === 'opaque' && origin?.stored !== undefined) return origin.stored.data;
    const message = copyOf(AttributeProtoSchema, origin?.proto);
    if (message.name !== name) message.name = name;
    const heavy = this.#setValue(message, attribute, origin, holder);
    return encodeMessage(AttributeProtoSchema, message, heavy);
  }

  /** Puts small values into `message`, returns the heavy ones. */
  #setValue(
    message: AttributeProto,
    attribute: Attribute,
    origin: AttributeOrigin | undefined,
    holder: Holder,
  ): readonly HeavyField[] {
    const { kind, value } = attribute.kind === 'opaque' ? { kind: attribute.kind, value: null } : attribute;
    if (kind === 'opaque') return (origin?.kept ?? []).map(({ field, part }) => this.#kept(field, part));
    if (kind === 'reference') {
      message.refAttrName = value;
      return [];
    }
    // A type that was not written in the file stays unwritten: old files infer it.
    if (origin === undefined || message.type !== 0) message.type = ATTRIBUTE_TYPE[kind];
    switch (kind) {
      case 'tensor':
        return [{ number: 5, value: this.#tensor(value, holder) }];
      case 'tensors':
        return value.map((tensor) => ({ number: 10, value: this.#tensor(tensor, holder) }));
      case 'graph':
        return [{ number: 6, value: this.graph(value) }];
      case 'graphs':
        return value.map((graph) => ({ number: 11, value: this.graph(graph) }));
      default:
        setSmallValue(message, attribute);
        return [];
    }
  }

  #kept(number: number, part: Part): HeavyField {
    return { number, value: this.#part(part) };
  }

  #part(part: Part): HeavyField['value'] {
    if (!('kind' in part)) return this.#tensor(part, 'other');
    return part.kind === 'stored' ? part.data : this.#sparse(part);
  }

  #sparse({ proto, values, indices }: SparseTensor): Rope {
    const heavy: HeavyField[] = [];
    if (values !== undefined) heavy.push(this.#kept(1, values));
    if (indices !== undefined) heavy.push(this.#kept(2, indices));
    return encodeMessage(SparseTensorProtoSchema, proto, heavy);
  }

  #tensor(tensor: Tensor, holder: Holder, name = tensor.name): Rope {
    const message = copyOf(TensorProtoSchema, (tensor.origin as TensorOrigin | undefined)?.proto);
    const dims = tensor.dims.map(BigInt);
    if (!equal(message.dims, dims)) message.dims = dims;
    message.dataType = onnxCode(tensor.dtype);
    if (message.name !== name) message.name = name;
    const place = this.#external.place(tensor, holder);
    if (place === undefined) {
      message.externalData = [];
      if (message.dataLocation !== 0) message.dataLocation = 0;
      return encodeMessage(TensorProtoSchema, message, [{ number: RAW_DATA, value: tensor.data }]);
    }
    message.dataLocation = 1;
    message.externalData = Object.entries({
      location: place.location,
      offset: String(place.offset),
      length: String(tensor.data.byteLength),
    }).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
    return encodeMessage(TensorProtoSchema, message);
  }
}

const isConstant = (node: Node): boolean => node.opType === 'Constant' && node.domain === '';

/** Whether a node is still what its message says, attributes included. Lists are compared by identity: the reader
 *  hands the message's own lists to the IR, and nobody writes to them. */
function isUntouched(node: Node, proto: NodeProto): boolean {
  return (
    node.inputs === proto.input &&
    node.outputs === proto.output &&
    node.name === proto.name &&
    node.opType === proto.opType &&
    node.domain === standardDomain(proto.domain) &&
    node.attributes.size === proto.attribute.length &&
    proto.attribute.every((each) => isUntouchedAttribute(node.attributes.get(each.name), each))
  );
}

function isUntouchedAttribute(attribute: Attribute | undefined, proto: AttributeProto): boolean {
  if ((attribute?.origin as AttributeOrigin | undefined)?.proto !== proto) return false;
  switch (attribute?.kind) {
    case 'float':
      return Object.is(attribute.value, proto.f);
    case 'int':
      return attribute.value === proto.i;
    case 'string':
      return attribute.value === proto.s;
    case 'floats':
      return attribute.value === proto.floats;
    case 'ints':
      return attribute.value === proto.ints;
    case 'strings':
      return attribute.value === proto.strings;
    case 'reference':
      return attribute.value === proto.refAttrName;
    default:
      return attribute?.kind === 'opaque';
  }
}

function setSmallValue(message: AttributeProto, attribute: Attribute): void {
  if (attribute.kind === 'float' && !Object.is(message.f, attribute.value)) message.f = attribute.value;
  if (attribute.kind === 'int' && message.i !== attribute.value) message.i = attribute.value;
  if (attribute.kind === 'string') message.s = attribute.value;
  if (attribute.kind === 'floats') message.floats = [...attribute.value];
  if (attribute.kind === 'ints') message.ints = [...attribute.value];
  if (attribute.kind === 'strings') message.strings = [...attribute.value];
}

function valueInfo(info: ValueInfo) {
  const origin = (info.origin as ValueInfoOrigin | undefined)?.proto;
  if (origin !== undefined && sameInfo(valueInfoOf(origin), info)) return origin;
  const message = copyOf(ValueInfoProtoSchema, origin);
  message.name = info.name;
  if (info.dtype === undefined) return message;
  const tensorType = copyOf(TypeProto_TensorSchema, origin?.type?.tensorType);
  tensorType.elemType = onnxCode(info.dtype);
  if (info.dims !== undefined)
    tensorType.shape = create(TensorShapeProtoSchema, { dim: info.dims.map(dimension) });
  message.type = copyOf(TypeProtoSchema, origin?.type);
  message.type.tensorType = tensorType;
  return message;
}

function sameInfo(a: ValueInfo, b: ValueInfo): boolean {
  const sameDims = a.dims === undefined || b.dims === undefined ? a.dims === b.dims : equal(a.dims, b.dims);
  return a.name === b.name && a.dtype === b.dtype && sameDims;
}

function dimension(dim: number | string | null): TensorShapeProto_Dimension {
  const value: TensorShapeProto_Dimension['value'] =
    dim === null
      ? { case: undefined }
      : typeof dim === 'string'
        ? { case: 'dimParam', value: dim }
        : { case: 'dimValue', value: BigInt(dim) };
  return create(TensorShapeProto_DimensionSchema, { value });
}
