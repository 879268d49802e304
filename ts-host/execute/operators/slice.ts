// Slice: a box of the input with steps, which may run backwards.

import { planCopy, stridesOf, widthOf } from '../movement/copy.js';
import { clamp, uniqueAxes } from '../movement/dims.js';
import { movePlan } from '../movement/plan.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';

/** What is taken along one dim: start, start + step, … */
interface Range {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** The largest integers stand for "as far as it goes", backwards too, as onnxruntime reads them. */
const FARTHEST: readonly number[] = [2 ** 31 - 1, 2 ** 63];

/** Bounds count from the end when negative; then they are clamped to where the step can start and end. */
function rangeOf(dim: number, start: number, end: number, step: number): Range {
  const from = start < 0 ? start + dim : start;
  const to = FARTHEST.includes(end) && step < 0 ? -1 : end < 0 ? end + dim : end;
  const first = step > 0 ? clamp(from, 0, dim) : clamp(from, 0, Math.max(dim - 1, 0));
  const last = step > 0 ? clamp(to, 0, dim) : clamp(to, -1, dim - 1);
  const count = dim === 0 ? 0 : Math.max(0, Math.ceil((last - first) / step));
  // A single element needs no step, and a huge one would overflow as a stride.
  return { start: first, step: count > 1 ? step : 1, count };
}

/** Integers of an input whose ends may be the largest there are: as doubles, which clamping forgives. */
function bounds(node: NodeContext, index: number): number[] {
  return Array.from(node.values(index) as Iterable<number | bigint>, Number);
}

function given(node: NodeContext): { starts: number[]; ends: number[]; axes?: number[]; steps?: number[] } {
  if (node.opset >= 10) {
    const [starts, ends] = [bounds(node, 1), bounds(node, 2)];
    return {
      starts,
      ends,
      ...(node.has(3) ? { axes: bounds(node, 3) } : {}),
      ...(node.has(4) ? { steps: bounds(node, 4) } : {}),
    };
  }
  const axes = node.intList('axes');
  return {
    starts: node.intList('starts') ?? node.fail('Slice needs starts', 'GRAPH_INVALID'),
    ends: node.intList('ends') ?? node.fail('Slice needs ends', 'GRAPH_INVALID'),
    ...(axes === undefined ? {} : { axes }),
  };
}

function slice(node: NodeContext): Plan {
  const input = node.input(0);
  const { starts, ends, axes = starts.map((_, i) => i), steps = starts.map(() => 1) } = given(node);
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length) {
    node.fail(`has ${starts.length} starts, ${ends.length} ends, ${axes.length} axes, ${steps.length} steps`);
  }
  if (steps.includes(0)) node.fail('has a step of 0');
  const ranges: Range[] = input.dims.map((count) => ({ start: 0, step: 1, count }));
  for (const [i, axis] of uniqueAxes(node, axes, input.dims.length).entries()) {
    ranges[axis] = rangeOf(input.dims[axis]!, starts[i]!, ends[i]!, steps[i]!);
  }
  const strides = stridesOf(input.dims);
  const dims = ranges.map(({ count }) => count);
  const from = ranges.map(({ step }, d) => step * strides[d]!);
  const offset = ranges.reduce((sum, { start }, d) => sum + start * strides[d]!, 0);
  const copy = planCopy(widthOf(node, input.dtype), dims, from, stridesOf(dims), offset);
  return movePlan(node, { dtype: input.dtype, dims }, [{ copy, from: 0 }]);
}

export const SLICES: readonly Operator[] = [{ opType: 'Slice', domain: '', acceptsHalf: true, plan: slice }];
