// What operators that run at run time share: inputs of the kind they need, small tensors, and nested graphs with as many
// inputs and outputs as their node expects.

import type { Graph } from '../../ir/model.js';
import { writeInts } from '../../wasm/kernels/execute/ints.js';
import type { EvaluationContext } from '../operator.js';
import {
  describeType,
  type SequenceValue,
  sizeOf,
  type TensorType,
  type TensorValue,
  type Value,
} from '../value.js';

/** The graph of an attribute.
 *  @throws OctavoError `GRAPH_INVALID` unless it has so many inputs and outputs */
export function bodyOf(node: EvaluationContext, name: string, inputs: number, outputs: number): Graph {
  const graph = node.graph(name);
  if (graph.inputs.length !== inputs) {
    node.fail(`${name} takes ${graph.inputs.length} inputs, is given ${inputs}`, 'GRAPH_INVALID');
  }
  if (graph.outputs.length !== outputs) {
    node.fail(`${name} has ${graph.outputs.length} outputs, needs ${outputs}`, 'GRAPH_INVALID');
  }
  return graph;
}

/** The tensor that a value must be. */
export function tensorOf(node: EvaluationContext, value: Value, what: string): TensorValue {
  return value.kind === 'tensor'
    ? value
    : node.fail(`${what} is a ${value.kind}, not a tensor`, 'GRAPH_INVALID');
}

/** A condition: one bool. */
export function readFlag(node: EvaluationContext, value: Value, what: string): boolean {
  const tensor = tensorOf(node, value, what);
  if (tensor.dtype !== 'bool') node.fail(`${what} is ${describeType(tensor)}, not bool`, 'UNSUPPORTED_DTYPE');
  if (sizeOf(tensor) !== 1) node.fail(`${what} is ${describeType(tensor)}, needs one element`);
  return node.engine.heap.copyOut(tensor.address, 1)[0] !== 0;
}

/** A temporary int64 scalar. */
export function int64Scalar(node: EvaluationContext, value: number): TensorValue {
  const tensor = node.temporary({ dtype: 'int64', dims: [] });
  writeInts(node.engine, tensor.address, [value % 2 ** 32, Math.floor(value / 2 ** 32)]);
  return tensor;
}

/** A temporary bool scalar. */
export function boolScalar(node: EvaluationContext, value: boolean): TensorValue {
  const tensor = node.temporary({ dtype: 'bool', dims: [] });
  // Blocks are 64 bytes at least.
  writeInts(node.engine, tensor.address, [Number(value)]);
  return tensor;
}

/** What one round adds to a stacked output, of which there was no round: as the body declares it, unknown dims being 0.
 *  @throws OctavoError `GRAPH_INVALID` where the body does not tell the dtype */
export function declaredType(node: EvaluationContext, body: Graph, output: number): TensorType {
  const { name, dtype, dims } = body.outputs[output]!;
  if (dtype === undefined) {
    return node.fail(`no round was run, and the body does not tell the type of ${name}`, 'GRAPH_INVALID');
  }
  return { dtype, dims: (dims ?? []).map((dim) => (typeof dim === 'number' ? dim : 0)) };
}

/** The sequence that an input must be. */
export function sequenceOf(node: EvaluationContext, index: number): SequenceValue {
  const value = node.value(index);
  if (value.kind === 'sequence') return value;
  return node.fail(`input ${index} is a ${value.kind}, not a sequence`, 'GRAPH_INVALID');
}
