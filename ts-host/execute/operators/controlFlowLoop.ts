// Loop: a body run while a condition holds and a trip count lasts.
//
//   inputs   trip count?, condition?, carried …            body inputs   round, condition, carried …
//   outputs  carried …, stacked …                          body outputs  condition, carried …, piece …

import type { EvaluationContext } from '../operator.js';
import type { TensorValue, Value } from '../value.js';
import { Stack } from './controlFlowStack.js';
import { bodyOf, boolScalar, declaredType, int64Scalar, readFlag, tensorOf } from './evaluated.js';

/** Rounds of one Loop. More than any model needs; a loop without end stops there. */
export const MOST_ROUNDS = 2 ** 20;

export function evaluateLoop(node: EvaluationContext): Promise<void> {
  return runLoop(node, MOST_ROUNDS);
}

/** @throws OctavoError `LIMIT_EXCEEDED` at the first round beyond `mostRounds` */
export async function runLoop(node: EvaluationContext, mostRounds: number): Promise<void> {
  const carriedCount = Math.max(0, node.inputCount - 2);
  const stackCount = node.outputCount - carriedCount;
  if (stackCount < 0) {
    node.fail(`${node.outputCount} outputs for ${carriedCount} carried values`, 'GRAPH_INVALID');
  }
  const body = bodyOf(node, 'body', carriedCount + 2, 1 + carriedCount + stackCount);
  const trips = node.has(0) ? tripCount(node) : Number.POSITIVE_INFINITY;
  let goes = !node.has(1) || readFlag(node, node.value(1), 'the condition');
  let carried: Value[] = Array.from({ length: carriedCount }, (_, i) => node.value(i + 2));
  const stacks = Array.from({ length: stackCount }, () => new Stack(node));
  for (let round = 0; goes && round < trips; round++) {
    if (round === mostRounds) node.fail(`the loop goes on after ${mostRounds} rounds`, 'LIMIT_EXCEEDED');
    await node.breathe();
    const given = [int64Scalar(node, round), boolScalar(node, true)];
    const [condition, ...made] = await node.runGraph(body, [...given, ...carried]);
    for (const value of [...given, ...carried]) node.release(value);
    goes = readFlag(node, condition!, "the body's condition");
    node.release(condition!);
    carried = made.slice(0, carriedCount);
    for (const [i, stack] of stacks.entries()) stack.push(piece(node, made[carriedCount + i]!));
  }
  for (const [index, value] of carried.entries()) node.assign(index, value);
  for (const [i, stack] of stacks.entries()) {
    stack.finish(carriedCount + i, 0, false, () => declaredType(node, body, 1 + carriedCount + i));
  }
}

function tripCount(node: EvaluationContext): number {
  const { dtype } = node.input(0);
  if (dtype !== 'int64' && dtype !== 'int32') {
    node.fail(`the trip count is ${dtype}, not int64`, 'UNSUPPORTED_DTYPE');
  }
  const values = node.values(0);
  // Exporters write the largest int64 for "no limit": beyond what a number holds exactly, and harmless here.
  return values.length === 1 ? Number(values[0]) : node.fail('the trip count needs one element');
}

function piece(node: EvaluationContext, value: Value): TensorValue {
  return tensorOf(node, value, 'a stacked output of the body');
}
