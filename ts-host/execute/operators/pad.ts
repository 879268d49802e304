// Pad and CenterCropPad: the input, or what negative pads leave of it, inside a border.

import { continueBorder, fillBorder, type Span } from '../movement/border.js';
import { type Copy, planCopy, stridesOf, widthOf } from '../movement/copy.js';
import { checkedDims, uniqueAxes } from '../movement/dims.js';
import { elementOf } from '../movement/element.js';
import { movePlan, type Part } from '../movement/plan.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';

/** Elements added before and after a dim; negative ones are taken away. */
interface Pads {
  readonly before: number;
  readonly after: number;
}

/** The part of an input dim that stays, and where it goes. */
interface Kept extends Span {
  readonly from: number;
}

/** Pads are an attribute before opset 11; from 18 on they may be for some axes only. */
function givenPads(node: NodeContext): Pads[] {
  const rank = node.input(0).dims.length;
  const list = node.opset < 11 ? (node.intList('pads') ?? []) : node.ints(1);
  const axes = node.opset >= 18 && node.has(3) ? uniqueAxes(node, node.ints(3), rank) : undefined;
  const count = axes?.length ?? rank;
  if (list.length !== 2 * count) node.fail(`has ${list.length} pads for ${count} dims`);
  const pads: Pads[] = Array.from({ length: rank }, () => ({ before: 0, after: 0 }));
  for (let i = 0; i < count; i++) pads[axes?.[i] ?? i] = { before: list[i]!, after: list[count + i]! };
  return pads;
}

function keptOf(dim: number, { before, after }: Pads): Kept {
  const size = dim + before + after;
  const from = Math.max(0, -before);
  const length = Math.max(0, dim - from - Math.max(0, -after));
  return { size, start: Math.min(Math.max(0, before), Math.max(0, size - length)), length, from };
}

/** Copy of what stays of the input to its place. */
function copyKept(node: NodeContext, kept: readonly Kept[]): Copy | undefined {
  const { dims, dtype } = node.input(0);
  const [from, to] = [stridesOf(dims), stridesOf(kept.map(({ size }) => size))];
  const source = kept.reduce((sum, span, d) => sum + span.from * from[d]!, 0);
  const target = kept.reduce((sum, { start }, d) => sum + start * to[d]!, 0);
  const box = kept.map(({ length }) => length);
  return planCopy(widthOf(node, dtype), box, from, to, source, target);
}

function pad(node: NodeContext): Plan {
  const { dims, dtype } = node.input(0);
  const pads = givenPads(node);
  const kept = dims.map((dim, d) => keptOf(dim, pads[d]!));
  const type = {
    dtype,
    dims: checkedDims(
      node,
      kept.map(({ size }) => size),
    ),
  };
  const mode = node.string('mode', 'constant');
  const box: Part = { copy: copyKept(node, kept), from: 0 };
  if (mode === 'constant') return constantPlan(node, type.dims, kept, box);
  if (mode !== 'edge' && mode !== 'reflect' && (mode !== 'wrap' || node.opset < 19)) {
    return node.fail(`mode is ${mode}`, 'GRAPH_INVALID');
  }
  for (const [d, { length, size }] of kept.entries()) {
    const { before, after } = pads[d]!;
    if (length === 0 && size > 0) node.fail(`mode ${mode} has nothing to continue along dim ${d}`);
    if (mode === 'reflect' && Math.max(before, after) >= Math.max(1, length)) {
      node.fail(`mode reflect cannot add ${Math.max(before, after)} elements to ${length} along dim ${d}`);
    }
  }
  // Without elements there is nothing to continue, and none to write.
  const borders = type.dims.includes(0) ? [] : continueBorder(widthOf(node, dtype), kept, mode);
  return movePlan(node, type, [box, ...borders.map((copy): Part => ({ copy, from: 'output' }))]);
}

/** The constant is input 2; before opset 11 an attribute, a float that is cast to the input's dtype. */
function constantPlan(node: NodeContext, dims: readonly number[], kept: readonly Kept[], box: Part): Plan {
  const { dtype } = node.input(0);
  const borders = fillBorder(widthOf(node, dtype), kept);
  const parts = (from: Part['from']): Part[] => [box, ...borders.map((copy): Part => ({ copy, from }))];
  if (node.opset >= 11 && node.has(2)) {
    node.requireDType(2, dtype);
    const size = node.input(2).dims.reduce((a, b) => a * b, 1);
    if (size !== 1) node.fail(`the constant has ${size} elements`);
    return movePlan(node, { dtype, dims }, parts(2));
  }
  const value = node.opset < 11 ? node.float('value', 0) : 0;
  return movePlan(node, { dtype, dims }, parts('value'), elementOf(node, dtype, value));
}

/** Every axis is cut or padded to its target size, half on each side; what is odd goes behind. */
function centerCropPad(node: NodeContext): Plan {
  const { dims } = node.input(0);
  const targets = node.ints(1);
  const axes = uniqueAxes(node, node.intList('axes') ?? [...dims.keys()], dims.length);
  if (targets.length !== axes.length || targets.some((size) => size < 0)) {
    node.fail(`sizes [${targets.join(', ')}] do not fit ${axes.length} axes`);
  }
  const kept = dims.map((dim, d): Kept => {
    const target = axes.includes(d) ? targets[axes.indexOf(d)]! : dim;
    const before = target < dim ? -Math.floor((dim - target) / 2) : Math.floor((target - dim) / 2);
    return keptOf(dim, { before, after: target - dim - before });
  });
  const sizes = checkedDims(
    node,
    kept.map(({ size }) => size),
  );
  return constantPlan(node, sizes, kept, { copy: copyKept(node, kept), from: 0 });
}

export const PADS: readonly Operator[] = [
  { opType: 'Pad', domain: '', acceptsHalf: true, plan: pad },
  { opType: 'CenterCropPad', domain: '', acceptsHalf: true, plan: centerCropPad },
];
