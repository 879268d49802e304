// Attention of ONNX (opset 23): queries, keys and values as [batch, heads, rows, size] or [batch, rows, heads · size]; fewer
// heads of keys than of queries; a mask of bools or floats; causality; a cache of earlier keys and values; a cap.

import type { NodeContext } from '../../node.js';
import type { Addresses, Operator, Plan, Step } from '../../operator.js';
import { type Address, describeType, type TensorType } from '../../value.js';
import { CACHE_TABLE_BYTES, type Cache, cacheBytes, cacheView, fillCache } from './cache.js';
import { type AttentionSizes, type HeadView, type MaskView, planAttention, SCORES } from './core.js';

/** The least float32: what a hidden key gets. Not -Infinity, which would make NaN of a row that sees no key. */
const LOWEST = -3.4028234663852886e38;

const [Q, K, V, MASK, PAST_KEY, PAST_VALUE] = [0, 1, 2, 3, 4, 5] as const;

/** A tensor as rows of heads, its address yet unknown. */
interface Heads {
  readonly batch: number;
  readonly heads: number;
  readonly rows: number;
  readonly size: number;
  view(address: Address): HeadView;
}

/** @param attribute - names the number of heads of a tensor of three dims */
function headsOf(node: NodeContext, index: number, attribute: string): Heads {
  node.requireDType(index, 'float32');
  const { dims } = node.input(index);
  if (dims.length === 4) {
    const [batch, heads, rows, size] = dims as [number, number, number, number];
    const view = (address: Address) => ({
      address,
      batch: heads * rows * size,
      head: rows * size,
      row: size,
    });
    return { batch, heads, rows, size, view };
  }
  node.requireRank(index, 3);
  const [batch, rows, width] = dims as [number, number, number];
  const heads = node.int(attribute);
  if (heads < 1 || width % heads !== 0) {
    node.fail(`input ${index}, ${describeType(node.input(index))}, does not split into ${heads} heads`);
  }
  const size = width / heads;
  return {
    batch,
    heads,
    rows,
    size,
    view: (address) => ({ address, batch: rows * width, head: size, row: width }),
  };
}

interface Shape extends AttentionSizes {
  readonly past: number;
}

function readShape(node: NodeContext, q: Heads, k: Heads, v: Heads): Shape {
  if (q.heads % k.heads !== 0) node.fail(`${q.heads} heads of queries for ${k.heads} of keys`);
  const fits = q.batch === k.batch && q.batch === v.batch && k.heads === v.heads && k.rows === v.rows;
  if (!fits || q.size !== k.size) {
    const types = [Q, K, V].map((index) => describeType(node.input(index))).join(', ');
    node.fail(`queries, keys and values do not fit: ${types}`);
  }
  if (node.has(PAST_KEY) !== node.has(PAST_VALUE))
    node.fail('past keys without past values', 'GRAPH_INVALID');
  const past = node.optional(PAST_KEY)?.dims[2] ?? 0;
  requirePast(node, PAST_KEY, [k.batch, k.heads, past, k.size]);
  requirePast(node, PAST_VALUE, [v.batch, v.heads, past, v.size]);
  return {
    ...{ batch: q.batch, heads: q.heads, keyHeads: k.heads, queries: q.rows, keys: past + k.rows },
    ...{ size: q.size, valueSize: v.size, past },
  };
}

function requirePast(node: NodeContext, index: number, dims: readonly number[]): void {
  const type = node.optional(index);
  if (type === undefined) return;
  node.requireDType(index, 'float32');
  if (type.dims.length === 4 && type.dims.every((dim, i) => dim === dims[i])) return;
  node.fail(`input ${index} is ${describeType(type)}, needs [${dims.join(', ')}]`);
}

/** The mask, if there is one or the attention is causal; its address yet unknown. */
function readMask(node: NodeContext, shape: Shape): Omit<MaskView, 'address'> | undefined {
  const causal = node.flag('is_causal');
  const type = node.optional(MASK);
  if (type === undefined && !causal) return undefined;
  const visible = causal ? shape.past + 1 : shape.keys + shape.queries;
  const common = { visible, hidden: LOWEST, filter: LOWEST };
  if (type === undefined) {
    return {
      kind: 'none',
      elementBytes: 0,
      batchStride: 0,
      headStride: 0,
      rowStride: 0,
      columnStride: 0,
      ...common,
    };
  }
  node.requireDType(MASK, 'float32', 'bool');
  const [batchStride, headStride, rowStride, columnStride] = maskStrides(node, type, shape);
  const form =
    type.dtype === 'bool'
      ? { kind: 'bool' as const, elementBytes: 1 }
      : { kind: 'float' as const, elementBytes: 4 };
  return { ...form, batchStride, headStride, rowStride, columnStride, ...common };
}

function maskStrides(node: NodeContext, type: TensorType, shape: Shape): [number, number, number, number] {
  const full = [shape.batch, shape.heads, shape.queries, shape.keys];
  const { dims } = type;
  const strides = [0, 0, 0, 0];
  let step = 1;
  for (let dim = 1; dim <= dims.length; dim++) {
    const size = dims[dims.length - dim]!;
    if (dims.length > 4 || (size !== 1 && size !== full[4 - dim])) {
      node.fail(`the mask, ${describeType(type)}, does not broadcast to [${full.join(', ')}]`);
    }
    strides[4 - dim] = size === 1 ? 0 : step;
    step *= size;
  }
  return strides as [number, number, number, number];
}

function planOnnxAttention(node: NodeContext): Plan {
  const q = headsOf(node, Q, 'q_num_heads');
  const k = headsOf(node, K, 'kv_num_heads');
  const v = headsOf(node, V, 'kv_num_heads');
  if (node.has(6)) node.fail('nonpad_kv_seqlen is not supported', 'UNSUPPORTED_OP');
  const shape = readShape(node, q, k, v);
  const mask = readMask(node, shape);
  const scale = node.float('scale', 1 / Math.sqrt(shape.size));
  const core = planAttention(node.engine, shape, { scale, softcap: node.float('softcap', 0) });
  const { batch, heads, queries, keys, valueSize, past } = shape;
  const caches = [k, v].map(
    ({ rows, size }): Cache => ({ batch, heads: shape.keyHeads, past, fresh: rows, size }),
  ) as [Cache, Cache];
  const stage = SCORES[node.int('qk_matmul_output_mode', 0)];
  if (stage === undefined) node.fail('qk_matmul_output_mode is outside [0, 3]', 'GRAPH_INVALID');
  const scratch = layOut(node, core.scratch, caches);
  const f = (...dims: number[]): TensorType => ({ dtype: 'float32', dims });
  const flat = node.input(Q).dims.length === 3;
  return {
    outputs: [
      flat ? f(batch, queries, heads * valueSize) : f(batch, heads, queries, valueSize),
      ...caches.map((cache) => f(batch, cache.heads, keys, cache.size)),
      f(batch, heads, queries, keys),
    ],
    scratch: scratch.end,
    multiplyAdds: core.multiplyAdds,
    bind(at) {
      const [keyView, fillKeys] = bindCache(node, at, caches[0], {
        index: 0,
        fresh: k.view(at.input(K)),
        scratch,
      });
      const [valueView, fillValues] = bindCache(node, at, caches[1], {
        index: 1,
        fresh: v.view(at.input(V)),
        scratch,
      });
      const steps = core.steps({
        ...{ q: q.view(at.input(Q)), k: keyView, v: valueView },
        out: flat
          ? {
              address: at.output(0),
              batch: queries * heads * valueSize,
              head: valueSize,
              row: heads * valueSize,
            }
          : {
              address: at.output(0),
              batch: heads * queries * valueSize,
              head: queries * valueSize,
              row: valueSize,
            },
        mask: mask === undefined ? undefined : { ...mask, address: node.has(MASK) ? at.input(MASK) : 0 },
        scratch: at.scratch,
        scores: node.wants(3) ? { stage, address: at.output(3) } : undefined,
      });
      return [...fillKeys, ...fillValues, ...steps];
    },
  };
}

interface CacheRoom {
  /** Offsets of both caches, and of the copies' table. */
  readonly caches: readonly [number, number];
  readonly table: number;
  readonly end: number;
}

/** A cache is needed where there is a past, or where its output is wanted. */
function isCached(node: NodeContext, index: number): boolean {
  return node.has(PAST_KEY) || node.wants(index + 1);
}

function layOut(node: NodeContext, start: number, caches: readonly [Cache, Cache]): CacheRoom {
  const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;
  const [keys, values] = caches.map((cache, index) =>
    isCached(node, index) && !node.wants(index + 1) ? aligned(cacheBytes(cache)) : 0,
  ) as [number, number];
  const table = aligned(start) + keys + values;
  return { caches: [aligned(start), aligned(start) + keys], table, end: table + CACHE_TABLE_BYTES };
}

/** Keys (index 0) or values (1) as heads, and the steps that bring them together. */
function bindCache(
  node: NodeContext,
  at: Addresses,
  cache: Cache,
  { index, fresh, scratch }: { index: 0 | 1; fresh: HeadView; scratch: CacheRoom },
): [HeadView, Step[]] {
  if (!isCached(node, index)) return [fresh, []];
  const to = node.wants(index + 1) ? at.output(index + 1) : at.scratch + scratch.caches[index];
  const past = node.has(PAST_KEY) ? at.input(PAST_KEY + index) : 0;
  const table = at.scratch + scratch.table;
  return [cacheView(cache, to), [() => fillCache(node.engine, cache, past, fresh, to, table)]];
}

export const ONNX_ATTENTION: Operator = { opType: 'Attention', domain: '', plan: planOnnxAttention };
