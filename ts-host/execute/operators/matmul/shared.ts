// A float32 product that all threads share: by rows where there are enough of them, else by columns. Each sum is made by one
// thread, in the order of k, so the result is that of one call.

import type { ExecutionEngine } from '../../../wasm/execution.js';
import {
  COLUMNS_APART,
  type ColumnRange,
  GEMM_KERNEL,
  type GemmArguments,
  gemm,
  gemmCall,
} from '../../../wasm/kernels/execute/gemm.js';
import { rangeSize } from '../../calls.js';

/** Rows that the kernel does at once. */
const TILE_ROWS = 4;

export function multiplyShared({ kernels, threads }: ExecutionEngine, args: GemmArguments): void {
  if (threads.count === 1) gemm(kernels, args);
  else threads.run({ kernel: GEMM_KERNEL, calls: piecesOf(threads.count, args).map(gemmCall) });
}

function piecesOf(threads: number, args: GemmArguments): GemmArguments[] {
  const { m, k, columns = { first: 0, end: args.n } } = args;
  const width = columns.end - columns.first;
  const work = m * width * k;
  const pieces = Math.ceil(work / Math.max(1, rangeSize(threads, work, work)));
  if (pieces < 2) return [args];
  return m >= pieces * TILE_ROWS ? byRows(pieces, args) : byColumns(pieces, { ...args, columns });
}

function byRows(pieces: number, args: GemmArguments): GemmArguments[] {
  const { a, lda, c, ldc, m, start = 0, ldStart = 0 } = args;
  const size = Math.ceil(m / pieces / TILE_ROWS) * TILE_ROWS;
  return Array.from({ length: Math.ceil(m / size) }, (_, index) => {
    const first = index * size;
    return {
      ...args,
      a: a + 4 * first * lda,
      c: c + 4 * first * ldc,
      m: Math.min(size, m - first),
      start: start === 0 ? 0 : start + 4 * first * ldStart,
    };
  });
}

function byColumns(pieces: number, args: GemmArguments & { readonly columns: ColumnRange }): GemmArguments[] {
  const { first, end } = args.columns;
  const size = Math.ceil((end - first) / pieces / COLUMNS_APART) * COLUMNS_APART;
  return Array.from({ length: Math.ceil((end - first) / size) }, (_, index) => {
    const at = first + index * size;
    return { ...args, columns: { first: at, end: Math.min(end, at + size) } };
  });
}
