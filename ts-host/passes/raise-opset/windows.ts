// Pooling and ConvTranspose: places where a newer text counts other windows or pads. Most nodes cannot tell the
// difference, and that is proved here from their attributes; the rest is refused.

import type { Node } from '../../ir/model.js';
import { intOf, intsOf, textOf } from './attributes.js';
import { type Rule, type RuleContext, type RuleTable, refuse } from './rule.js';

/** One spatial axis of a node with a sliding window. */
interface WindowAxis {
  readonly stride: number;
  /** Elements a window spans: (kernel - 1) * dilation + 1. */
  readonly extent: number;
  readonly padBefore: number;
  readonly padAfter: number;
  /** Undefined where unknown. */
  readonly inputLength: number | undefined;
}

/** The spatial axes, or undefined when the kernel's size is unknown. */
function windowAxes(node: Node, context: RuleContext): readonly WindowAxis[] | undefined {
  const weightDims = context.facts(node.inputs[1] ?? '').dims?.slice(2);
  const kernel = intsOf(node, 'kernel_shape')?.map(Number) ?? weightDims;
  const list = (name: string) => intsOf(node, name)?.map(Number) ?? [];
  const [strides, dilations, pads] = [list('strides'), list('dilations'), list('pads')];
  const inputDims = context.facts(node.inputs[0] ?? '').dims?.slice(2);
  const axes: WindowAxis[] = [];
  for (const [axis, size] of (kernel ?? []).entries()) {
    if (size === null) return undefined;
    axes.push({
      stride: strides[axis] ?? 1,
      extent: (size - 1) * (dilations[axis] ?? 1) + 1,
      padBefore: pads[axis] ?? 0,
      padAfter: pads[axis + kernel!.length] ?? 0,
      inputLength: inputDims?.[axis] ?? undefined,
    });
  }
  return kernel === undefined ? undefined : axes;
}

const hasExplicitPads = (node: Node): boolean => textOf(node, 'auto_pad', 'NOTSET') === 'NOTSET';

/** Elements the last window of a rounded-up count may reach beyond the padding; 0 when windows fit exactly. */
function overhang({ stride, extent, padBefore, padAfter, inputLength }: WindowAxis): number {
  if (inputLength === undefined) return stride - 1;
  const room = inputLength + padBefore + padAfter - extent;
  return (stride - (room % stride)) % stride;
}

/** From 22 on a window that would start in the padding behind the input is left out. With the count rounded up,
 *  the last one starts at input + padBefore + padAfter + overhang - extent: too far if that reaches the padding. */
const laterWindows: Rule = (node, context) => {
  if (intOf(node, 'ceil_mode', 0) === 0 || !hasExplicitPads(node)) return node;
  const axes = windowAxes(node, context);
  const isSafe = axes?.every((axis) => axis.padAfter + overhang(axis) < axis.extent);
  return isSafe
    ? node
    : refuse('with ceil_mode its last window may start in the padding, which opset 22 drops');
};

/** What a window counts beyond the padding was left open before 19. */
const countedPads: Rule = (node, context) => {
  const isCounted = intOf(node, 'ceil_mode', 0) !== 0 && intOf(node, 'count_include_pad', 0) !== 0;
  if (!isCounted || !hasExplicitPads(node)) return node;
  const fits = windowAxes(node, context)?.every((axis) => overhang(axis) === 0);
  return fits
    ? node
    : refuse('with ceil_mode and count_include_pad its last window may reach beyond the padding');
};

/** Opset 11 swapped the sides which get the odd element of automatic padding. Without `output_shape` the padding is
 *  extent + output_padding - stride in all: when that is even, nothing is odd. */
const convTranspose: Rule = (node, context) => {
  if (node.attributes.has('output_shape')) {
    return refuse('opset 11 swapped the sides of the padding that output_shape implies');
  }
  if (!textOf(node, 'auto_pad', 'NOTSET').startsWith('SAME')) return node;
  const extra = intsOf(node, 'output_padding')?.map(Number) ?? [];
  const isEven = windowAxes(node, context)?.every(
    ({ extent, stride }, axis) => (extent + (extra[axis] ?? 0) - stride) % 2 === 0,
  );
  return isEven ? node : refuse('opset 11 swapped the sides of its automatic padding, which is odd');
};

export const WINDOWS: RuleTable = {
  AveragePool: { 19: countedPads, 22: laterWindows },
  MaxPool: { 22: laterWindows },
  ConvTranspose: { 11: convTranspose },
};
