// The small inputs of an integer convolution, checked.

import type { NodeContext } from '../node.js';
import { describeType } from '../value.js';

/** Indices of the inputs; zero points and bias may be absent. */
export interface ConvInputs {
  readonly x: number;
  readonly weights: number;
  readonly xZeroPoint: number;
  readonly weightZeroPoint: number;
  readonly bias?: number;
}

/** Zero points: one of x; of the weights one, or one an output. */
export function checkConvZeroPoints(
  node: NodeContext,
  { x, weights, xZeroPoint, weightZeroPoint }: ConvInputs,
): void {
  const outputs = node.input(weights).dims[0];
  for (const [index, operand, most] of [
    [xZeroPoint, x, 1],
    [weightZeroPoint, weights, outputs],
  ] as const) {
    const type = node.optional(index);
    if (type === undefined) continue;
    if (type.dtype !== node.input(operand).dtype) {
      node.fail(`input ${operand} is ${node.input(operand).dtype}, but its zero point ${type.dtype}`);
    }
    const count = type.dims[0] ?? 1;
    if (type.dims.length > 1 || (count !== 1 && count !== most)) {
      node.fail(`zero points ${describeType(type)} do not fit input ${operand}`);
    }
  }
}

/** A bias of one int32 a channel. */
export function checkChannelBias(node: NodeContext, { bias }: ConvInputs, outputs: number): void {
  if (bias === undefined || !node.has(bias)) return;
  node.requireDType(bias, 'int32');
  const type = node.input(bias);
  if (type.dims.length !== 1 || type.dims[0] !== outputs) {
    node.fail(`bias ${describeType(type)} does not fit ${outputs} channels`);
  }
}
