// What the reader leaves in the IR's `origin` fields for the writer: decoded messages without the parts that the
// IR holds, and the parts that the IR does not know. Passes hand origins on untouched.

import type { Attribute, Graph, Node } from '../../ir/model.js';
import type { Tensor, TensorData } from '../../ir/tensor.js';
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  SparseTensorProto,
  TensorProto,
  TrainingInfoProto,
  ValueInfoProto,
} from './proto/onnx_pb.js';

/** A message kept as the bytes it had in the file: string tensors, attributes with very long lists. */
export interface StoredMessage {
  readonly kind: 'stored';
  readonly name: string;
  readonly data: TensorData;
}

/** A sparse tensor: two dense ones in a small message. Its name is that of the values. */
export interface SparseTensor {
  readonly kind: 'sparse';
  readonly name: string;
  readonly proto: SparseTensorProto;
  readonly values: Tensor | StoredMessage | undefined;
  readonly indices: Tensor | StoredMessage | undefined;
}

/** Without payload, external entries still inside. */
export interface TensorOrigin {
  readonly proto: TensorProto;
  readonly external: boolean;
}

/** Without tensors and graphs. `kept` are the parts of an attribute that is opaque to the IR, by field number;
 *  or `stored` is the whole of it. */
export interface AttributeOrigin {
  readonly proto: AttributeProto;
  readonly kept: readonly { readonly field: number; readonly part: Part }[];
  readonly stored?: StoredMessage;
}

export type Part = Tensor | StoredMessage | SparseTensor;

/** With attributes if all of them are small, else without any. */
export interface NodeOrigin {
  readonly proto: NodeProto;
}

export interface ValueInfoOrigin {
  readonly proto: ValueInfoProto;
}

/** Without nodes, initializers and value infos. `kept` are the initializers the IR does not know. */
export interface GraphOrigin {
  readonly proto: GraphProto;
  readonly kept: readonly (StoredMessage | SparseTensor)[];
}

/** Without its graph, functions and training information. */
export interface ModelOrigin {
  readonly proto: ModelProto;
  readonly functions: readonly FunctionBody[];
  readonly training: readonly TrainingInfo[];
  /** The input had weights in other files. */
  readonly external: boolean;
}

/** A function's nodes, and the attributes that have default values. */
export interface FunctionBody {
  readonly proto: FunctionProto;
  readonly nodes: readonly Node[];
  readonly defaults: readonly { readonly name: string; readonly attribute: Attribute }[];
}

export interface TrainingInfo {
  readonly proto: TrainingInfoProto;
  readonly initialization: Graph | undefined;
  readonly algorithm: Graph | undefined;
}
