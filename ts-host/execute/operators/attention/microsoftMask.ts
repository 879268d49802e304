// Masks of com.microsoft's attention operators: [batch, keys] and [batch, queries, keys] of int32, where 0 hides; ends of the
// keys that are seen, [batch]; ends and starts, [2 · batch]. And scores that are added as they are.

import type { NodeContext } from '../../node.js';
import { describeType } from '../../value.js';
import { requireDims } from '../requireDims.js';
import type { AttentionSizes, HeadView, MaskView } from './core.js';

/** The least float32: what is added to keys behind a query. */
const LOWEST = -3.4028234663852886e38;

export type Mask = Omit<MaskView, 'address'>;

type Shape = Pick<AttentionSizes, 'batch' | 'heads' | 'queries' | 'keys'> & { readonly past: number };

/** The mask, if there is one or attention looks back only; its address yet unknown. */
export function readMask(
  node: NodeContext,
  index: number,
  { batch, queries, keys, past }: Shape,
): Mask | undefined {
  const causal = node.flag('unidirectional');
  const type = node.optional(index);
  if (type === undefined && !causal) return undefined;
  const filter = node.float('mask_filter_value', -10000);
  const common = {
    filter,
    hidden: LOWEST,
    visible: causal ? past + 1 : keys + queries,
    elementBytes: 4,
    headStride: 0,
  };
  const form = (kind: Mask['kind'], batchStride = 0, rowStride = 0, columnStride = 0): Mask => ({
    ...{ kind, batchStride, rowStride, columnStride },
    ...common,
  });
  if (type === undefined) return form('none');
  node.requireDType(index, 'int32');
  const is = (...dims: number[]): boolean =>
    dims.length === type.dims.length && dims.every((dim, i) => dim === type.dims[i]);
  if (is(batch)) return form('end', 1);
  if (is(2 * batch)) return form('range', 1, 0, batch);
  if (is(batch, keys)) return form('int', keys, 0, 1);
  if (is(batch, queries, keys)) return form('int', queries * keys, keys, 1);
  return node.fail(
    `a mask ${describeType(type)} is not supported for ${batch} rows of ${queries} queries, ${keys} keys`,
  );
}

/** Where scores that are added lie: [batch or 1, heads or 1, queries, keys]. */
export function readAdded(
  node: NodeContext,
  index: number,
  { batch, heads, queries, keys }: Shape,
): Omit<HeadView, 'address'> | undefined {
  const type = node.optional(index);
  if (type === undefined) return undefined;
  const [b, h] = type.dims as [number, number];
  requireDims(node, index, [b === 1 ? 1 : batch, h === 1 ? 1 : heads, queries, keys]);
  const matrix = queries * keys;
  return { batch: b === 1 ? 0 : h * matrix, head: h === 1 ? 0 : matrix, row: keys };
}
