// Keys or values of earlier calls with the new ones behind them, [batch, heads, past + new, size]: copied together where
// there are earlier ones or where somebody wants the result, else the new ones are used where they are.

import type { ExecutionEngine } from '../../../wasm/execution.js';
import { copyScratchBytes, copyStrided, type Loop } from '../../../wasm/kernels/execute/copy.js';
import type { Address } from '../../value.js';
import type { HeadView } from './core.js';

export interface Cache {
  readonly batch: number;
  readonly heads: number;
  readonly past: number;
  readonly fresh: number;
  readonly size: number;
}

export function cacheBytes({ batch, heads, past, fresh, size }: Cache): number {
  return 4 * batch * heads * (past + fresh) * size;
}

/** Scratch that {@link fillCache} needs beside the cache. */
export const CACHE_TABLE_BYTES = copyScratchBytes(
  4,
  [0, 0, 0, 0].map(() => ({ count: 1, from: 4, to: 4 })),
);

/** Copies earlier rows ([batch, heads, past, size], dense) and the new ones to `to`.
 *  @param table - CACHE_TABLE_BYTES bytes, 64-byte aligned */
export function fillCache(
  engine: ExecutionEngine,
  cache: Cache,
  past: Address,
  fresh: HeadView,
  to: Address,
  table: Address,
): void {
  const { heads, size } = cache;
  const earlier = { address: past, batch: heads * cache.past * size, head: cache.past * size, row: size };
  const parts = [
    { rows: cache.past, from: earlier, at: to },
    { rows: cache.fresh, from: fresh, at: to + 4 * cache.past * size },
  ];
  for (const { rows, from, at } of parts) {
    if (rows > 0) copyStrided(engine, 4, loopsOf(cache, from, rows), from.address, at, table);
  }
}

function loopsOf(cache: Cache, from: HeadView, rows: number): Loop[] {
  const { batch, heads, size } = cache;
  const head = 4 * (cache.past + cache.fresh) * size;
  return [
    { count: batch, from: 4 * from.batch, to: heads * head },
    { count: heads, from: 4 * from.head, to: head },
    { count: rows, from: 4 * from.row, to: 4 * size },
    { count: size, from: 4, to: 4 },
  ];
}

/** The cache as heads. */
export function cacheView({ heads, past, fresh, size }: Cache, address: Address): HeadView {
  const head = (past + fresh) * size;
  return { address, batch: heads * head, head, row: size };
}
