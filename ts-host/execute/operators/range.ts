// Range: start, start + delta, … below limit (above it, if delta is negative).

import { fillRange, RANGE_TYPES, type RangeType } from '../../wasm/kernels/execute/patterns.js';
import { checkedDims } from '../movement/dims.js';
import { stretches } from '../movement/indices.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';

/** The one element of an input, exact. */
function element(node: NodeContext, index: number): number | bigint {
  const values = node.values(index);
  if (values.length !== 1) node.fail(`input ${index} has ${values.length} elements, needs 1`);
  return values[0]!;
}

/** ⌈(limit − start) / delta⌉, or 0. */
function countOf(node: NodeContext): number {
  const [start, limit, delta] = [element(node, 0), element(node, 1), element(node, 2)];
  if (Number(delta) === 0) node.fail('delta is 0', 'INVALID_ARGUMENT');
  if (typeof start === 'bigint' && typeof limit === 'bigint' && typeof delta === 'bigint') {
    const [distance, step] = delta > 0n ? [limit - start, delta] : [start - limit, -delta];
    return distance <= 0n ? 0 : Number((distance + step - 1n) / step);
  }
  const rounds = (Number(limit) - Number(start)) / Number(delta);
  if (!Number.isFinite(rounds)) node.fail(`has ${rounds} elements`, 'INVALID_ARGUMENT');
  return Math.max(0, Math.ceil(rounds));
}

function range(node: NodeContext): Plan {
  node.requireDType(0, ...RANGE_TYPES);
  const dtype = node.input(0).dtype as RangeType;
  node.requireDType(1, dtype);
  node.requireDType(2, dtype);
  const count = countOf(node);
  const dims = checkedDims(node, [count]);
  const width = { float32: 4, float64: 8, int16: 2, int32: 4, int64: 8 }[dtype];
  return {
    outputs: [{ dtype, dims }],
    reads: [0, 2],
    bind: (at) =>
      stretches(count, 1).map(({ start, count: length }) => () => {
        const out = at.output(0) + start * width;
        fillRange(node.engine, dtype, at.input(0), at.input(2), out, start, length);
      }),
  };
}

// Halves become float32 outside: the sums are rounded once.
export const RANGES: readonly Operator[] = [{ opType: 'Range', domain: '', plan: range }];
