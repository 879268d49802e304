// Reads a row-major matrix by columns without holding it: the columns are taken in panels small enough to keep what
// is made of them, and for each panel the matrix is read once, slab of rows by slab of rows.
//
//            c0      c1
//        +---+-------+----------+
//   r0   |   | slab  |          |     for every panel [c0, c1): for every slab [r0, r1): values [r1-r0, c1-c0]
//   r1   |   +-------+          |
//        +---+-------+----------+

import type { FloatChunk } from './floatChunks.js';

export interface Slab {
  /** First row. */
  readonly row: number;
  readonly rows: number;
  /** Row-major [rows, c1 - c0]; valid until the next slab is asked for. */
  readonly values: Float32Array;
}

/** The slabs of columns [c0, c1) of a matrix with `columns` columns, `slabRows` rows each, the last one fewer. */
export async function* columnSlabs(
  chunks: AsyncIterable<FloatChunk>,
  columns: number,
  [c0, c1]: readonly [number, number],
  slabRows: number,
): AsyncGenerator<Slab> {
  const width = c1 - c0;
  const slab = new Float32Array(slabRows * width);
  let first = 0;
  let filled = 0;
  for await (const { start, values } of chunks) {
    for (let at = 0; at < values.length; ) {
      const column = (start + at) % columns;
      const left = values.length - at;
      const length =
        width === columns ? Math.min(slab.length - filled, left) : Math.min(columns - column, left);
      const from = Math.max(column, c0);
      const to = width === columns ? column + length : Math.min(column + length, c1);
      if (from < to) {
        slab.set(values.subarray(at + from - column, at + to - column), filled);
        filled += to - from;
      }
      at += length;
      if (filled === slab.length) {
        yield { row: first, rows: slabRows, values: slab };
        first += slabRows;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield { row: first, rows: filled / width, values: slab.subarray(0, filled) };
}
