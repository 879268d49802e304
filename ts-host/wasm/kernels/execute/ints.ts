// Argument blocks: lists of numbers that a kernel reads from memory because they are too many for its signature.

import type { ExecutionEngine } from '../../execution.js';

/** Writes `numbers` as 32-bit integers at `address` (4-byte aligned); counts up to 2^32 − 1 keep their bits. */
export function writeInts(engine: ExecutionEngine, address: number, numbers: readonly number[]): void {
  new Int32Array(engine.heap.memory.buffer, address, numbers.length).set(numbers);
}

/** Writes the same numbers again and again, as {@link writeInts} does: the list is made once. */
export function intsAt(engine: ExecutionEngine, address: number, numbers: readonly number[]): () => void {
  const words = Int32Array.from(numbers);
  return () => new Int32Array(engine.heap.memory.buffer, address, words.length).set(words);
}

/** The `count` 32-bit integers at `address`. */
export function readInts(engine: ExecutionEngine, address: number, count: number): number[] {
  return Array.from(new Int32Array(engine.heap.memory.buffer, address, count));
}
