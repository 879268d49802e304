// Channels last: Paddle's operators with channels have a layout each, ONNX's have channels first. A value of the other layout
// is transposed on its way in and out; the executor cancels what meets.

import { intsAttribute } from '../../../ir/attributes.js';
import type { OpScope } from './opScope.js';

/** Whether an attribute names a layout with the channels last (NHWC, NDHWC, NLC, NWC). */
export function isChannelsLast(op: OpScope, attribute: string): boolean {
  const layout = op.attributes.string(attribute, 'NCHW');
  return layout.length > 2 && layout.startsWith('N') && layout.endsWith('C');
}

/** `value` with channels first: [N, D1..Dk, C] becomes [N, C, D1..Dk]. */
function toChannelsFirst(op: OpScope, value: string, rank: number): string {
  const middle = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  return op.emit('Transpose', [value], { perm: intsAttribute([0, rank - 1, ...middle]) });
}

/** The way back, into the output `to`. */
function toChannelsLast(op: OpScope, value: string, rank: number, to: string): string {
  const middle = Array.from({ length: rank - 2 }, (_, i) => i + 2);
  return op.emit('Transpose', [value], { perm: intsAttribute([0, ...middle, 1]) }, to);
}

/** Runs `emit` on the input with channels first and gives its result the layout and the name that Paddle's output has.
 *  @param attribute - that names the layout */
export function inChannelsFirst(
  op: OpScope,
  attribute: string,
  [input, output]: readonly [input: string, output: string],
  emit: (value: string, to: string | undefined) => string,
): void {
  const value = op.input(input);
  if (!isChannelsLast(op, attribute)) {
    emit(value, op.output(output));
    return;
  }
  const rank = op.rank(input);
  toChannelsLast(op, emit(toChannelsFirst(op, value, rank), undefined), rank, op.output(output));
}
