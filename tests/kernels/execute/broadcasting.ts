// Kernels over broadcast tensors: shapes to try, the elements that meet, and a run of a kernel over the pieces of the walk.

import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import { planWalk, walkBytes, writeWalk } from '../../../ts-host/wasm/kernels/execute/broadcast.js';
import type { Rng } from '../../support/rng.js';
import { withHeapGuards } from './guarded-heap.js';

type Dims = readonly number[];

/** Shapes of the output and of its operands. */
export interface Broadcast {
  readonly out: Dims;
  readonly operands: readonly Dims[];
}

export const countOf = (dims: Dims): number => dims.reduce((a, b) => a * b, 1);

/** Two operands (a third repeats the second): scalars, tails around vectors, rows that repeat, nothing at all. */
export function broadcasts(rng: Rng, operands: number): Broadcast[] {
  const each = (...dims: Dims[]): Dims[] =>
    Array.from({ length: operands }, (_, i) => dims[Math.min(i, dims.length - 1)]!);
  const list: Broadcast[] = [];
  for (let n = 0; n < 20; n++) {
    list.push({ out: [n], operands: each([n]) }, { out: [n], operands: each([n], [1]) });
    list.push({ out: [n], operands: each([], [n]) });
  }
  for (const row of [1, 3, 4, 5, 127, 129, 300]) {
    const [out, short] = [[6, row], [row]];
    list.push({ out, operands: each(out, short) }, { out, operands: each(short, out) });
    list.push({ out, operands: each(out, [6, 1]) }, { out, operands: each([6, 1], short) });
  }
  list.push({ out: [2, 0, 3], operands: each([2, 0, 3], [3]) }, { out: [700], operands: each([700]) });
  for (let n = 0; n < 24; n++) {
    const out = Array.from({ length: rng.int(0, 4) }, () => rng.int(1, 6));
    const part = (): Dims =>
      out.map((dim) => (rng.int(0, 2) === 0 ? 1 : dim)).slice(rng.int(0, rng.int(0, out.length)));
    list.push({ out, operands: Array.from({ length: operands }, part) });
  }
  return list;
}

/** For each element of the output, which one of an operand it is made from. */
export function sources(out: Dims, operand: Dims): number[] {
  return Array.from({ length: countOf(out) }, (_, element) => {
    let [rest, at, stride] = [element, 0, 1];
    for (let d = out.length - 1; d >= 0; d--) {
      const index = rest % out[d]!;
      rest = (rest - index) / out[d]!;
      const dim = operand[d - out.length + operand.length];
      if (dim === undefined) break;
      at += dim === 1 ? 0 : index * stride;
      stride *= dim;
    }
    return at;
  });
}

export interface WalkRun {
  /** Most elements of a piece. */
  readonly limit?: number;
  /** Bytes that every array is off a 64-byte border. */
  readonly shift?: number;
  /** The operand that is overwritten: as large as the output. */
  readonly inPlace?: number | undefined;
}

/** Runs `kernel` over the pieces of a walk; fills `out`. Operands must stay as they are. */
export function runWalk<T extends ArrayBufferView>(
  engine: ExecutionEngine,
  shapes: Broadcast,
  operands: readonly ArrayBufferView[],
  elementBytes: readonly number[],
  out: T,
  outBytes: number,
  kernel: (operands: readonly number[], out: number, block: number) => void,
  { limit = 1 << 20, shift = 0, inPlace }: WalkRun = {},
): T {
  const pieces = planWalk(shapes.out, shapes.operands, limit);
  const block = engine.heap.alloc(walkBytes(shapes.out.length));
  const given = operands.map((operand, i) => (i === inPlace ? out : structuredClone(operand)));
  withHeapGuards(engine, [out, ...given.filter((_, i) => i !== inPlace)], shift, (to, ...rest) => {
    const addresses = [...rest];
    if (inPlace !== undefined) addresses.splice(inPlace, 0, to!);
    for (const piece of pieces) {
      writeWalk(engine, block, piece);
      const from = addresses.map((address, i) => address + piece.starts[i]! * elementBytes[i]!);
      kernel(from, to! + piece.outStart * outBytes, block);
    }
  });
  engine.heap.free(block);
  return out;
}
