// Gather kernels. Each answers 0, or 1 + the position of the first index outside its dim.

import type { ExecutionEngine } from '../../execution.js';
import { writeInts } from './ints.js';

/** Indices in memory: int64 or int32. */
export interface IndexList {
  readonly address: number;
  readonly wide: boolean;
}

/** Bytes of an index. */
export function indexBytes(wide: boolean): number {
  return wide ? 8 : 4;
}

/** The list from its `start`-th index on. */
export function indicesFrom({ address, wide }: IndexList, start: number): IndexList {
  return { address: address + start * indexBytes(wide), wide };
}

/** The index at a position, for messages. */
export function readIndex(engine: ExecutionEngine, { address, wide }: IndexList, position: number): bigint {
  const view = new DataView(engine.heap.memory.buffer, address + position * indexBytes(wide));
  return wide ? view.getBigInt64(0, true) : BigInt(view.getInt32(0, true));
}

/** out[o, i] = x[o, indices[i]]; x is [outer, length] runs of `innerBytes`. */
export function gatherRuns(
  { kernels }: ExecutionEngine,
  x: number,
  indices: IndexList,
  out: number,
  outer: number,
  length: number,
  count: number,
  innerBytes: number,
): number {
  const { address, wide } = indices;
  return kernels.gather!(x, address, out, outer, length, count, innerBytes, Number(wide)) >>> 0;
}

/** How an index tensor lies over another tensor along one axis of that. */
export interface AxisTable {
  /** Length of the other tensor along the axis, and the distance of neighbours there in bytes. */
  readonly length: number;
  readonly axisBytes: number;
  /** Dims of the index tensor. */
  readonly counts: readonly number[];
  /** Distances in the other tensor along these, in bytes; 0 for the axis. */
  readonly strides: readonly number[];
}

/** Bytes of scratch for a table of `rank` dims. */
export function axisTableBytes(rank: number): number {
  return 12 + rank * 12;
}

/** Writes the table that gather_elements and scatter_elements read. */
export function writeAxisTable(engine: ExecutionEngine, address: number, table: AxisTable): void {
  const { length, axisBytes, counts, strides } = table;
  const dims = counts.flatMap((count, d) => [count, strides[d]!]);
  writeInts(engine, address, [counts.length, length, axisBytes, ...dims]);
}

/** out[i…] = x[i…] with one index replaced by indices[i…]. */
export function gatherElements(
  engine: ExecutionEngine,
  table: AxisTable,
  x: number,
  indices: IndexList,
  out: number,
  elementBytes: number,
  scratch: number,
): number {
  writeAxisTable(engine, scratch, table);
  const { address, wide } = indices;
  return engine.kernels.gather_elements!(scratch, x, address, out, elementBytes, Number(wide)) >>> 0;
}

/** Where tuples of indices point to. */
export interface TupleTable {
  /** For each index of a tuple: the length of its dim, and the distance of neighbours there in bytes. */
  readonly lengths: readonly number[];
  readonly strides: readonly number[];
  /** Tuples of a batch, and the distance of batches in bytes. */
  readonly tuples: number;
  readonly batchBytes: number;
  /** Bytes of what a tuple points to. */
  readonly sliceBytes: number;
}

/** Bytes of scratch for tuples of `depth` indices. */
export function tupleTableBytes(depth: number): number {
  return depth * 8;
}

/** Writes the table that gather_nd and scatter_nd read. */
export function writeTupleTable(engine: ExecutionEngine, address: number, table: TupleTable): void {
  writeInts(
    engine,
    address,
    table.lengths.flatMap((length, k) => [length, table.strides[k]!]),
  );
}

/** out[b, t] = x[b, indices[b, t]…]. */
export function gatherTuples(
  engine: ExecutionEngine,
  table: TupleTable,
  x: number,
  indices: IndexList,
  out: number,
  batches: number,
  scratch: number,
): number {
  writeTupleTable(engine, scratch, table);
  const { tuples, batchBytes, sliceBytes, lengths } = table;
  const { address, wide } = indices;
  return (
    engine.kernels.gather_nd!(
      scratch,
      x,
      address,
      out,
      batches,
      batchBytes,
      tuples,
      lengths.length,
      sliceBytes,
      Number(wide),
    ) >>> 0
  );
}
