// com.microsoft MultiHeadAttention: queries, keys and values come apart, [batch, rows, heads · size], or packed: all three in
// one [batch, rows, heads, 3, size], or keys and values in one [batch, rows, heads, 2, size], or keys and values of an
// encoder as [batch, heads, rows, size]. Biases are added first; masks are those of Attention; a cache holds earlier keys
// and values.

import { copyRows } from '../../../wasm/kernels/execute/recurrent.js';
import { scaleAdd } from '../../../wasm/kernels/execute/scaleAdd.js';
import type { NodeContext } from '../../node.js';
import type { Addresses, Operator, Plan, Step } from '../../operator.js';
import { describeType, type TensorType } from '../../value.js';
import { requireDims } from '../requireDims.js';
import { CACHE_TABLE_BYTES, type Cache, cacheBytes, cacheView, fillCache } from './cache.js';
import { type AttentionSizes, type HeadView, planAttention } from './core.js';
import { readAdded, readMask } from './microsoftMask.js';

const [Q, K, V, BIAS, MASK, ADDED, PAST_KEY, PAST_VALUE] = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** One of queries, keys, values: where it is within an input, in elements. */
interface Part {
  readonly input: number;
  readonly offset: number;
  readonly batch: number;
  readonly head: number;
  readonly row: number;
  readonly rows: number;
  readonly size: number;
}

type Parts = readonly [q: Part, k: Part, v: Part];

/** A tensor [batch, rows, heads · size]. */
function flatPart(node: NodeContext, input: number, heads: number): Part {
  node.requireRank(input, 3);
  const [, rows, width] = node.input(input).dims as [number, number, number];
  if (width % heads !== 0) node.fail(`input ${input} of ${width} columns does not split into ${heads} heads`);
  return {
    input,
    offset: 0,
    batch: rows * width,
    head: width / heads,
    row: width,
    rows,
    size: width / heads,
  };
}

/** Part `index` of a tensor [batch, rows, heads, parts, size]. */
function packedPart(node: NodeContext, input: number, heads: number, parts: number, index: number): Part {
  const { dims } = node.input(input);
  const [batch, rows, , , size] = dims as [number, number, number, number, number];
  requireDims(node, input, [batch, rows, heads, parts, size]);
  const row = heads * parts * size;
  return { input, offset: index * size, batch: rows * row, head: parts * size, row, rows, size };
}

/** A tensor [batch, heads, rows, size]. */
function headsPart(node: NodeContext, input: number, heads: number): Part {
  const [batch, , rows, size] = node.input(input).dims as [number, number, number, number];
  requireDims(node, input, [batch, heads, rows, size]);
  return { input, offset: 0, batch: heads * rows * size, head: rows * size, row: size, rows, size };
}

function readParts(node: NodeContext, heads: number): Parts {
  if (node.input(Q).dims.length === 5) {
    if (node.has(K) || node.has(V)) node.fail('packed queries come with keys or values', 'GRAPH_INVALID');
    const part = (index: number): Part => packedPart(node, Q, heads, 3, index);
    return [part(0), part(1), part(2)];
  }
  const q = flatPart(node, Q, heads);
  const rank = node.input(K).dims.length;
  if (rank === 5) return [q, packedPart(node, K, heads, 2, 0), packedPart(node, K, heads, 2, 1)];
  const part = rank === 4 ? headsPart : flatPart;
  return [q, part(node, K, heads), part(node, V, heads)];
}

interface Shape extends AttentionSizes {
  readonly past: number;
}

function readShape(node: NodeContext, parts: Parts, heads: number): Shape {
  const [q, k, v] = parts;
  const batch = node.input(Q).dims[0]!;
  const batches = parts.every(({ input }) => node.input(input).dims[0] === batch);
  if (!batches || k.rows !== v.rows || q.size !== k.size) {
    const types = [...new Set(parts.map(({ input }) => describeType(node.input(input))))].join(', ');
    node.fail(`queries, keys and values do not fit: ${types}`);
  }
  if (node.has(PAST_KEY) !== node.has(PAST_VALUE))
    node.fail('past keys without past values', 'GRAPH_INVALID');
  const past = node.optional(PAST_KEY)?.dims[2] ?? 0;
  requireDims(node, PAST_KEY, [batch, heads, past, k.size]);
  requireDims(node, PAST_VALUE, [batch, heads, past, v.size]);
  requireDims(node, BIAS, [heads * (q.size + k.size + v.size)]);
  if (node.has(BIAS) && (q.input === k.input || k.input === v.input || node.input(K).dims.length === 4)) {
    node.fail('a bias of packed inputs is not supported', 'UNSUPPORTED_OP');
  }
  // onnxruntime's last query then sees every key: which keys are earlier is not defined.
  if (node.flag('unidirectional') && k.rows !== q.rows) {
    node.fail(
      `unidirectional with ${q.rows} queries and ${k.rows} new keys is not supported`,
      'UNSUPPORTED_OP',
    );
  }
  return {
    ...{
      batch,
      heads,
      keyHeads: heads,
      queries: q.rows,
      keys: past + k.rows,
      size: q.size,
      valueSize: v.size,
    },
    past,
  };
}

/** Offsets in scratch memory. */
interface Room {
  readonly biased: readonly number[];
  readonly caches: readonly number[];
  readonly table: number;
  readonly end: number;
}

function layOut(
  node: NodeContext,
  start: number,
  shape: Shape,
  parts: Parts,
  caches: readonly Cache[],
): Room {
  let end = start;
  const take = (bytes: number): number => {
    const at = Math.ceil(end / 64) * 64;
    end = at + bytes;
    return at;
  };
  return {
    biased: parts.map(({ batch }) => take(node.has(BIAS) ? 4 * shape.batch * batch : 0)),
    caches: caches.map((cache, i) => take(isCached(node, i) && !node.wants(i + 1) ? cacheBytes(cache) : 0)),
    table: take(CACHE_TABLE_BYTES),
    end,
  };
}

function isCached(node: NodeContext, index: number): boolean {
  return node.has(PAST_KEY) || node.wants(index + 1);
}

function planMultiHead(node: NodeContext): Plan {
  for (const index of [Q, K, V, BIAS, ADDED, PAST_KEY, PAST_VALUE]) {
    if (node.has(index)) node.requireDType(index, 'float32');
  }
  for (let index = PAST_VALUE + 1; index < node.inputCount; index++) {
    if (node.has(index)) node.fail(`input ${index} is not supported`, 'UNSUPPORTED_OP');
  }
  const heads = node.int('num_heads');
  if (heads < 1) node.fail(`num_heads is ${heads}`, 'GRAPH_INVALID');
  const parts = readParts(node, heads);
  const shape = readShape(node, parts, heads);
  const { batch, queries, keys, size, valueSize, past } = shape;
  const scale = node.float('scale', 0);
  const core = planAttention(node.engine, shape, {
    scale: scale === 0 ? 1 / Math.sqrt(size) : scale,
    softcap: 0,
  });
  const mask = readMask(node, MASK, shape);
  const added = readAdded(node, ADDED, shape);
  const caches = parts
    .slice(1)
    .map((part): Cache => ({ batch, heads, past, fresh: part.rows, size: part.size }));
  const room = layOut(node, core.scratch, shape, parts, caches);
  const f = (...dims: number[]): TensorType => ({ dtype: 'float32', dims });
  return {
    outputs: [
      f(batch, queries, heads * valueSize),
      ...caches.map((cache) => f(batch, heads, keys, cache.size)),
      f(batch, heads, queries, keys),
    ],
    scratch: room.end,
    multiplyAdds: core.multiplyAdds,
    bind(at) {
      const steps: Step[] = [];
      const fresh = parts.map((part, i) =>
        bindPart(node, at, shape, part, biasOf(parts, heads, i), room.biased[i]!, steps),
      );
      const [k, v] = caches.map((cache, i) => bindCache(node, at, cache, i, fresh[i + 1]!, room, steps));
      const attend = core.steps({
        ...{ q: fresh[0]!, k: k!, v: v!, scratch: at.scratch },
        out: {
          address: at.output(0),
          batch: queries * heads * valueSize,
          head: valueSize,
          row: heads * valueSize,
        },
        mask: mask === undefined ? undefined : { ...mask, address: node.has(MASK) ? at.input(MASK) : 0 },
        added: added === undefined ? undefined : { ...added, address: at.input(ADDED) },
        scores: node.wants(3) ? { stage: 'biased', address: at.output(3) } : undefined,
      });
      return [...steps, ...attend];
    },
  };
}

/** Where the bias of a part starts, in elements. */
function biasOf(parts: Parts, heads: number, index: number): number {
  return parts.slice(0, index).reduce((start, { size }) => start + heads * size, 0);
}

/** A part as heads; with a bias, a copy to which that is added. */
function bindPart(
  node: NodeContext,
  at: Addresses,
  shape: Shape,
  part: Part,
  bias: number,
  room: number,
  steps: Step[],
): HeadView {
  const { batch, head, row } = part;
  const from = at.input(part.input) + 4 * part.offset;
  if (!node.has(BIAS)) return { address: from, batch, head, row };
  const { kernels } = node.engine;
  const to = at.scratch + room;
  const addend = { address: at.input(BIAS) + 4 * bias, rowStride: 0, columnStride: 1, beta: 1 };
  steps.push(() => {
    copyRows(kernels, { from, fromStride: 0, to, toStride: 0, rows: 1, bytes: 4 * shape.batch * batch });
    scaleAdd(kernels, 'float32', to, shape.batch * part.rows, row, 1, addend);
  });
  return { address: to, batch, head, row };
}

function bindCache(
  node: NodeContext,
  at: Addresses,
  cache: Cache,
  index: number,
  fresh: HeadView,
  room: Room,
  steps: Step[],
): HeadView {
  if (!isCached(node, index)) return fresh;
  const to = node.wants(index + 1) ? at.output(index + 1) : at.scratch + room.caches[index]!;
  const past = node.has(PAST_KEY) ? at.input(PAST_KEY + index) : 0;
  steps.push(() => fillCache(node.engine, cache, past, fresh, to, at.scratch + room.table));
  return cacheView(cache, to);
}

export const MULTI_HEAD_ATTENTION: Operator = {
  opType: 'MultiHeadAttention',
  domain: 'com.microsoft',
  plan: planMultiHead,
};
