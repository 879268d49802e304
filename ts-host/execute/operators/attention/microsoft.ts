// com.microsoft Attention: one product makes queries, keys and values of an input, side by side in one row; heads are parts
// of it.
//
//   input [batch, queries, features] · weights + bias = | q of all heads | k of all heads | v of all heads |   a row

import type { NodeContext } from '../../node.js';
import type { Addresses, Operator, Plan } from '../../operator.js';
import { describeType, type TensorType } from '../../value.js';
import { planProduct } from '../matmul/product.js';
import { stackOf } from '../matmul/views.js';
import { requireDims } from '../requireDims.js';
import { CACHE_TABLE_BYTES, type Cache, cacheBytes, cacheView, fillCache } from './cache.js';
import { type AttentionSizes, type HeadView, planAttention } from './core.js';
import { readAdded, readMask } from './microsoftMask.js';

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
  const mask = readMask(node, MASK, shape);
  const added = readAdded(node, ADDED, shape);
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
