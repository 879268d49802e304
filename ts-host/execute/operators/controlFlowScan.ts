// Scan (from opset 9): a body run over slices of its last inputs, all cut along one axis each.
//
//   inputs   states …, sequences …        body inputs   states …, slices …
//   outputs  states …, stacked …          body outputs  states …, pieces …

import type { Graph } from '../../ir/model.js';
import type { EvaluationContext } from '../operator.js';
import type { TensorValue, Value } from '../value.js';
import { productOf, takePiece, widthOf } from './alongAxis.js';
import { Stack } from './controlFlowStack.js';
import { bodyOf, declaredType, tensorOf } from './evaluated.js';

/** One input that is cut into slices. */
interface Cut {
  readonly tensor: TensorValue;
  readonly axis: number;
  readonly reversed: boolean;
}

interface Shape {
  readonly body: Graph;
  readonly states: number;
  readonly stacks: number;
  readonly cuts: readonly Cut[];
  readonly rounds: number;
}

function readShape(node: EvaluationContext): Shape {
  if (node.opset < 9) node.fail('Scan before opset 9 is not supported', 'UNSUPPORTED_OP');
  const count = node.int('num_scan_inputs');
  const states = node.inputCount - count;
  if (count < 1 || states < 0) node.fail(`num_scan_inputs ${count} of ${node.inputCount} inputs`);
  const stacks = node.outputCount - states;
  if (stacks < 0) node.fail(`${node.outputCount} outputs for ${states} states`, 'GRAPH_INVALID');
  const body = bodyOf(node, 'body', node.inputCount, node.outputCount);
  const axes = listOf(node, 'scan_input_axes', count);
  const directions = listOf(node, 'scan_input_directions', count);
  const cuts = axes.map((axis, i): Cut => {
    const tensor = tensorOf(node, node.value(states + i), `input ${states + i}`);
    return { tensor, axis: node.axis(axis, tensor.dims.length), reversed: directions[i] === 1 };
  });
  const lengths = cuts.map(({ tensor, axis }) => tensor.dims[axis]!);
  const [rounds] = lengths as [number];
  if (lengths.some((length) => length !== rounds)) node.fail(`sequences of lengths ${lengths.join(', ')}`);
  return { body, states, stacks, cuts, rounds };
}

/** A list of `length` integers, zeros by default. */
function listOf(node: EvaluationContext, name: string, length: number): number[] {
  const list = node.intList(name) ?? Array<number>(length).fill(0);
  if (list.length !== length) node.fail(`${name} has ${list.length} numbers, needs ${length}`);
  const isDirection = name.endsWith('directions');
  if (isDirection && list.some((each) => each !== 0 && each !== 1))
    node.fail(`${name} holds ${list.join(', ')}`);
  return list;
}

export async function evaluateScan(node: EvaluationContext): Promise<void> {
  const { body, states, stacks: stackCount, cuts, rounds } = readShape(node);
  const axes = listOf(node, 'scan_output_axes', stackCount);
  const directions = listOf(node, 'scan_output_directions', stackCount);
  let carried: Value[] = Array.from({ length: states }, (_, i) => node.value(i));
  const stacks = Array.from({ length: stackCount }, () => new Stack(node));
  for (let round = 0; round < rounds; round++) {
    await node.breathe();
    const slices = cuts.map((cut) => sliceOf(node, cut, round));
    const made = await node.runGraph(body, [...carried, ...slices]);
    for (const value of [...carried, ...slices]) node.release(value);
    carried = made.slice(0, states);
    for (const [i, stack] of stacks.entries()) {
      stack.push(tensorOf(node, made[states + i]!, 'a stacked output of the body'));
    }
  }
  for (const [index, value] of carried.entries()) node.assign(index, value);
  for (const [i, stack] of stacks.entries()) {
    const none = () => declaredType(node, body, states + i);
    stack.finish(states + i, axes[i]!, directions[i] === 1, none);
  }
}

/** The slice of a round: a part of the tensor where it lies in one piece, else a copy. */
function sliceOf(node: EvaluationContext, { tensor, axis, reversed }: Cut, round: number): TensorValue {
  const { dtype, dims, address } = tensor;
  const total = dims[axis]!;
  const at = reversed ? total - 1 - round : round;
  const sliced = { dtype, dims: [...dims.slice(0, axis), ...dims.slice(axis + 1)] };
  const [outer, inner] = [productOf(dims.slice(0, axis)), productOf(dims.slice(axis + 1))];
  if (outer === 1) return { kind: 'tensor', ...sliced, address: address + at * inner * widthOf(node, dtype) };
  const slice = node.temporary(sliced);
  takePiece(node, dtype, { outer, inner, total, at, length: 1 }, address, slice.address);
  return slice;
}
