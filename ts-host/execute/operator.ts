// The contract of an operator of the executor. An operator is planned once for given input types: it checks them, tells
// the types of its outputs and what memory it needs, and hands back a `bind` that, given addresses, makes the steps that
// run. Planning never touches elements; steps are calls of wasm kernels and nothing else.
//
//   plan(node)  ──►  { outputs, scratch, packs, … }  ──►  (memory is planned)  ──►  bind(at)  ──►  step, step, …
//
// The same plan serves a compiled program and a node that has to be planned while the program runs, because its
// shapes follow from data.

import type { Graph } from '../ir/model.js';
import type { NodeContext } from './node.js';
import type { Address, TensorType, TensorValue, Value } from './value.js';

/** One call of one or more kernels; long ones are cut into steps of at most some milliseconds, so that a run can be
 *  aborted between them. May throw OctavoError for what only data tells (an index out of range). */
export type Step = () => void;

/** Where things are, at binding time. */
export interface Addresses {
  /** Address of a present input that the plan reads (see {@link Plan.reads}). */
  input(index: number): Address;
  /** Address of an output; 0 for one nobody wants. */
  output(index: number): Address;
  /** Address of the plan's scratch bytes, 64-byte aligned. */
  readonly scratch: Address;
  /** Address of the pack with this index in {@link Plan.packs}. */
  pack(index: number): Address;
}

/** A constant input in the order a kernel wants: made once per session, shared by nodes and shapes with an equal key. */
export interface Pack {
  /** The input it is made from; it must be constant (`node.isConstant`). */
  readonly input: number;
  /** Says how it is packed, parameters included: equal key and equal constant = equal bytes. */
  readonly key: string;
  readonly byteLength: number;
  /** The calls of the packing kernel, in order. Neither address is kept.
   *  @param from - address of the constant's bytes
   *  @param to - address of `byteLength` bytes, contents undefined */
  fill(from: Address, to: Address): Iterable<Step>;
  /** Of packs in which kernels read how to go on: how many bytes of one are read, from the first on; undefined for bytes that
   *  {@link fill} does not make. Without it all are read, and may be any bytes. */
  readBytes?(at: Address): number | undefined;
}

export interface Plan {
  /** Types of all outputs the node has, in order, the unwanted ones too. */
  readonly outputs: readonly TensorType[];
  /** Output 0 is the input with this index under another shape (Reshape, Identity): nothing runs, nothing is copied.
   *  Such a plan has one output and no bind. */
  readonly alias?: number;
  /** The value of output 0, if types alone tell it (Shape, Size, Constant): elements in the output's dtype. */
  readonly known?: ArrayBufferView;
  /** Bytes of scratch memory the steps use. */
  readonly scratch?: number;
  readonly packs?: readonly Pack[];
  /** Inputs whose bytes the steps read. Default: all present inputs, but for those packed here and those whose values
   *  were taken with `node.values/ints/scalar`. */
  readonly reads?: readonly number[];
  /** Inputs (indices) whose memory output 0 may overwrite, if nobody else needs them: the kernel works in place on
   *  equal addresses, and the bytes are as many. */
  readonly inPlace?: readonly number[];
  /** Multiply-adds, for inspection and for cutting long work. */
  readonly multiplyAdds?: number;
  bind?(at: Addresses): Step | readonly Step[];
}

interface OperatorName {
  readonly opType: string;
  /** '' for the standard operators, 'com.microsoft', or 'octavo.nhwc' for the channels-last forms that only the
   *  executor's own rewrites make. */
  readonly domain: string;
  /** Takes float16 and bfloat16 inputs as they are. Every other operator gets them as float32, and its float32 outputs
   *  are rounded back: ONNX's own types, without a second set of kernels. */
  readonly acceptsHalf?: boolean;
}

/** An operator whose output types follow from the types, and some small values, of its inputs. */
export interface PlannedOperator extends OperatorName {
  plan(node: NodeContext): Plan;
}

/** What an evaluated operator works with, beside {@link NodeContext}: its inputs are there, with their values. */
export interface EvaluationContext extends NodeContext {
  /** The value of a present input, sequences included. */
  value(index: number): Value;
  /** Allocates a tensor and makes it output `index`; its bytes are undefined until the operator fills them. */
  allocate(index: number, type: TensorType): Address;
  /** Makes `value` (an input, or what a graph returned) output `index`, without copying. */
  assign(index: number, value: Value): void;
  /** A new tensor that lives until this evaluation ends, or is released, unless assigned to an output: an item of a
   *  sequence, an input of a nested graph. */
  temporary(type: TensorType): TensorValue;
  /** Runs `body` with `temporary` scratch bytes that are freed when it returns. */
  scratch<T>(byteLength: number, body: (address: Address) => T): T;
  /** Runs a nested graph; values of enclosing graphs are visible in it. Lives until this evaluation ends, unless
   *  assigned to an output. */
  runGraph(graph: Graph, inputs: readonly Value[]): Promise<readonly Value[]>;
  /** Gives back what {@link runGraph} or {@link temporary} returned before the evaluation ends: a loop needs it no longer. Values that were
   *  assigned to outputs stay. */
  release(value: Value): void;
  /** Lets other work happen and throws ABORTED when the caller wants so: call between rounds of long work. */
  breathe(): Promise<void>;
}

/** An operator whose output types follow from data (NonZero, NonMaxSuppression), that runs graphs (If, Loop, Scan) or
 *  handles sequences. It always runs at run time, when its inputs are there. */
export interface EvaluatedOperator extends OperatorName {
  evaluate(node: EvaluationContext): void | Promise<void>;
}

export type Operator = PlannedOperator | EvaluatedOperator;

export function isEvaluated(operator: Operator): operator is EvaluatedOperator {
  return 'evaluate' in operator;
}
