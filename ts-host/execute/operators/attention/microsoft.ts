// com.microsoft Attention: one product makes queries, keys and values of an input, side by side in one row; heads are parts
// of it. Masks: [batch, keys] and [batch, queries, keys] of int32, where 0 hides; ends of the keys that are seen, [batch];
// ends and starts, [2 · batch].
//
//   input [batch, queries, features] · weights + bias = | q of all heads | k of all heads | v of all heads |   a row

import type { NodeContext } from '../../node.js';
import type { Addresses, Operator, Plan } from '../../operator.js';
import { describeType, type TensorType } from '../../value.js';
import { planProduct } from '../matmul/product.js';
import { stackOf } from '../matmul/views.js';
import { CACHE_TABLE_BYTES, type Cache, cacheBytes, cacheView, fillCache } from './cache.js';
import { type AttentionSizes, type HeadView, type MaskView, planAttention } from './core.js';

/** The least float32: what is added to keys behind a query. */
const LOWEST = -3.4028234663852886e38;

const [INPUT, WEIGHTS, BIAS, MASK, PAST, ADDED] = [0, 1, 2, 3, 4, 5] as const;

interface Shape extends AttentionSizes {
  readonly past: number;
  readonly features: number;
  /** Elements of a row of queries, keys, values side by side. */
  readonly width: number;
}

/** Widths of queries, keys and values of all heads. */
function readWidths(node: NodeContext, width: number): [number, number, number] {
  const given = node.intList('qkv_hidden_sizes');
  const widths = given === undefined || given.length === 0 ? [width / 3, width / 3, width / 3] : given;
  const [q, k, v] = widths as [number, number, number];
  if (widths.length !== 3 || q !== k || q + k + v !== width || !Number.isInteger(q)) {
    node.fail(
      `weights of ${width} columns do not split into queries, keys and values [${widths.join(', ')}]`,
    );
  }
  return [q, k, v];
}

function refuseUnsupported(node: NodeContext): void {
  for (const name of ['do_rotary', 'past_present_share_buffer']) {
    if (node.flag(name)) node.fail(`${name} is not supported`, 'UNSUPPORTED_OP');
  }
  if (node.has(6)) node.fail('past_sequence_length is not supported', 'UNSUPPORTED_OP');
}

function readShape(node: NodeContext): Shape {
  for (const index of [INPUT, WEIGHTS, BIAS, PAST, ADDED]) {
    if (node.has(index)) node.requireDType(index, 'float32');
  }
  node.requireRank(INPUT, 3);
  node.requireRank(WEIGHTS, 2);
  const [batch, queries, features] = node.input(INPUT).dims as [number, number, number];
  const [rows, width] = node.input(WEIGHTS).dims as [number, number];
  if (rows !== features) {
    node.fail(`weights ${describeType(node.input(WEIGHTS))} for an input ${describeType(node.input(INPUT))}`);
  }
  const heads = node.int('num_heads');
  const [q, , v] = readWidths(node, width);
  if (heads < 1 || q % heads !== 0 || v % heads !== 0)
    node.fail(`[${q}, ${q}, ${v}] does not split into ${heads} heads`);
  const past = node.optional(PAST)?.dims[3] ?? 0;
  const shape: Shape = {
    ...{
      batch,
      heads,
      keyHeads: heads,
      queries,
      keys: past + queries,
      size: q / heads,
      valueSize: v / heads,
    },
    ...{ past, features, width },
  };
  requireDims(node, BIAS, [width]);
  requireDims(node, PAST, [2, batch, heads, past, shape.size]);
  if (node.has(PAST) && q !== v) node.fail('past keys and values need heads of one size');
  return shape;
}

function requireDims(node: NodeContext, index: number, dims: readonly number[]): void {
  const type = node.optional(index);
  if (type === undefined) return;
  if (type.dims.length === dims.length && type.dims.every((dim, i) => dim === dims[i])) return;
  node.fail(`input ${index} is ${describeType(type)}, needs [${dims.join(', ')}]`);
}

type Mask = Omit<MaskView, 'address'>;

function readMask(node: NodeContext, { batch, queries, keys, past }: Shape): Mask | undefined {
  const causal = node.flag('unidirectional');
  const type = node.optional(MASK);
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
  node.requireDType(MASK, 'int32');
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
function readAdded(
  node: NodeContext,
  { batch, heads, queries, keys }: Shape,
): Omit<HeadView, 'address'> | undefined {
  const type = node.optional(ADDED);
  if (type === undefined) return undefined;
  const [b, h] = type.dims as [number, number];
  requireDims(node, ADDED, [b === 1 ? 1 : batch, h === 1 ? 1 : heads, queries, keys]);
  const matrix = queries * keys;
  return { batch: b === 1 ? 0 : h * matrix, head: h === 1 ? 0 : matrix, row: keys };
}

interface Room {
  readonly product: number;
  readonly core: number;
  readonly rows: number;
  readonly present: number;
  readonly table: number;
  readonly end: number;
}

function layOut(shape: Shape, productBytes: number, coreBytes: number, presentBytes: number): Room {
  let end = 0;
  const take = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / 64) * 64;
    return at;
  };
  const room = {
    product: take(productBytes),
    core: take(coreBytes),
    rows: take(4 * shape.batch * shape.queries * shape.width),
    present: take(presentBytes),
    table: take(CACHE_TABLE_BYTES),
  };
  return { ...room, end };
}

function planMicrosoftAttention(node: NodeContext): Plan {
  refuseUnsupported(node);
  const shape = readShape(node);
  const { engine } = node;
  const { batch, heads, queries, keys, size, valueSize, past, width, features } = shape;
  const product = planProduct(engine, {
    ...{ dtype: 'float32', batch: [], m: batch * queries, n: width, k: features },
    a: stackOf([batch * queries, features]),
    b: stackOf([features, width]),
    constantB: node.isConstant(WEIGHTS) ? WEIGHTS : undefined,
  });
  const scale = node.float('scale', 0);
  const core = planAttention(engine, shape, { scale: scale === 0 ? 1 / Math.sqrt(size) : scale, softcap: 0 });
  const mask = readMask(node, shape);
  const added = readAdded(node, shape);
  const cache: Cache = { batch, heads, past, fresh: queries, size };
  const cached = node.has(PAST) || node.wants(1);
  if (node.wants(1) && size !== valueSize) node.fail('present keys and values need heads of one size');
  const room = layOut(
    shape,
    product.scratch,
    core.scratch,
    cached && !node.wants(1) ? 2 * cacheBytes(cache) : 0,
  );
  const f = (...dims: number[]): TensorType => ({ dtype: 'float32', dims });
  return {
    outputs: [f(batch, queries, heads * valueSize), f(2, batch, heads, keys, size)],
    scratch: room.end,
    packs: product.pack === undefined ? [] : [product.pack],
    multiplyAdds: product.multiplyAdds + core.multiplyAdds,
    bind(at) {
      const rows = at.scratch + room.rows;
      const project = product.steps({
        a: at.input(INPUT),
        b: product.pack === undefined ? at.input(WEIGHTS) : 0,
        out: rows,
        scratch: at.scratch + room.product,
        packed: product.pack === undefined ? 0 : at.pack(0),
        start: node.has(BIAS) ? { address: at.input(BIAS), rowStride: 0 } : undefined,
      });
      const part = (first: number, head: number): HeadView => ({
        ...{ address: rows + 4 * first, batch: queries * width, head, row: width },
      });
      const fresh = [part(heads * size, size), part(2 * heads * size, valueSize)] as const;
      const { views, steps } = cached
        ? bindPresent(node, at, cache, fresh, room)
        : { views: fresh, steps: [] };
      const attend = core.steps({
        ...{ q: part(0, size), k: views[0], v: views[1], scratch: at.scratch + room.core },
        out: {
          address: at.output(0),
          batch: queries * heads * valueSize,
          head: valueSize,
          row: heads * valueSize,
        },
        mask: mask === undefined ? undefined : { ...mask, address: node.has(MASK) ? at.input(MASK) : 0 },
        added: added === undefined ? undefined : { ...added, address: at.input(ADDED) },
      });
      return [...project, ...steps, ...attend];
    },
  };
}

/** Past and new keys, then values, together as [2, batch, heads, keys, size]. */
function bindPresent(
  node: NodeContext,
  at: Addresses,
  cache: Cache,
  fresh: readonly [HeadView, HeadView],
  room: Room,
): { views: readonly [HeadView, HeadView]; steps: (() => void)[] } {
  const bytes = cacheBytes(cache);
  const to = node.wants(1) ? at.output(1) : at.scratch + room.present;
  const past = node.has(PAST) ? at.input(PAST) : 0;
  const pastBytes = 4 * cache.batch * cache.heads * cache.past * cache.size;
  const table = at.scratch + room.table;
  const steps = fresh.map(
    (view, i) => () => fillCache(node.engine, cache, past + i * pastBytes, view, to + i * bytes, table),
  );
  return { views: [cacheView(cache, to), cacheView(cache, to + bytes)], steps };
}

export const MICROSOFT_ATTENTION: Operator = {
  opType: 'Attention',
  domain: 'com.microsoft',
  plan: planMicrosoftAttention,
};
