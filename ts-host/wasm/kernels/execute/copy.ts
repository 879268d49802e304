// Strided copies: nested loops that move elements of one width from one address to another. Every operator that only
// moves elements is a list of them.

import type { ExecutionEngine } from '../../execution.js';
import { writeInts } from './ints.js';

/** Bytes of an element that can be moved. */
export type Width = 1 | 2 | 4 | 8;

/** One loop: how often, and how many bytes further each time in the source and in the target. */
export interface Loop {
  readonly count: number;
  /** Zero repeats, negative runs backwards. */
  readonly from: number;
  readonly to: number;
}

/** Scratch of the transpose inside, in front of the table. */
const BLOCK_BYTES = 16384;

/** Whether the kernel transposes: the source goes on along the second loop from the inside, the target along the
 *  innermost. */
function transposes(width: Width, loops: readonly Loop[]): boolean {
  const [outer, inner] = [loops.at(-2)!, loops.at(-1)!];
  return inner.to === width && inner.from !== width && outer.from === width;
}

/** Bytes of scratch that {@link copyStrided} needs for these loops. */
export function copyScratchBytes(width: Width, loops: readonly Loop[]): number {
  return (transposes(width, loops) ? BLOCK_BYTES : 0) + 4 + loops.length * 16;
}

/** Runs the loops, outermost first.
 *  @param loops - at least 2
 *  @param scratch - {@link copyScratchBytes}, 64-byte aligned */
export function copyStrided(
  engine: ExecutionEngine,
  width: Width,
  loops: readonly Loop[],
  source: number,
  target: number,
  scratch: number,
): void {
  const table = transposes(width, loops) ? scratch + BLOCK_BYTES : scratch;
  const words = [loops.length];
  for (const { count, from, to } of loops) words.push(count, from, to);
  writeInts(engine, table, words);
  engine.kernels[`copy_strided_u${width * 8}`]!(table, source, target, scratch);
}
