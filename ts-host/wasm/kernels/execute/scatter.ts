// Scatter kernels. Each answers 0, or 1 + the position of the first index outside its dim.

import type { ExecutionEngine } from '../../execution.js';
import {
  type AxisTable,
  type IndexList,
  type TupleTable,
  writeAxisTable,
  writeTupleTable,
} from './gather.js';
import { type ElementType, typeNumber } from './types.js';

/** In the order of assembly/kernels/scatter/combine.ts. */
const REDUCTIONS = ['none', 'add', 'mul', 'max', 'min'] as const;

/** What becomes of an element that an update meets; `none`: it is replaced. */
export type Reduction = (typeof REDUCTIONS)[number];

export function isReduction(name: string): name is Reduction {
  return (REDUCTIONS as readonly string[]).includes(name);
}

/** out[i…] with one index replaced by indices[i…] meets updates[i…]. */
export function scatterElements(
  engine: ExecutionEngine,
  type: ElementType,
  reduction: Reduction,
  table: AxisTable,
  indices: IndexList,
  updates: number,
  out: number,
  scratch: number,
): number {
  writeAxisTable(engine, scratch, table);
  const how = [typeNumber(type), REDUCTIONS.indexOf(reduction), Number(indices.wide)];
  return engine.kernels.scatter_elements!(scratch, indices.address, updates, out, ...how) >>> 0;
}

/** out[indices[t]…] meets updates[t], for the table's tuples.
 *  @param slice - elements that a tuple points to */
export function scatterTuples(
  engine: ExecutionEngine,
  type: ElementType,
  reduction: Reduction,
  table: TupleTable,
  slice: number,
  indices: IndexList,
  updates: number,
  out: number,
  scratch: number,
): number {
  writeTupleTable(engine, scratch, table);
  const sizes = [table.tuples, table.lengths.length, slice];
  const how = [typeNumber(type), REDUCTIONS.indexOf(reduction), Number(indices.wide)];
  return engine.kernels.scatter_nd!(scratch, indices.address, updates, out, ...sizes, ...how) >>> 0;
}
