// Broadcasting as kernels walk it: dims that need no walk of their own are merged, the rest is written as the block that
// assembly/layout/broadcast.ts describes.
//
//   [8, 3, 224, 224] · [3, 1, 1]  ──►  rows of 50176, over dims (8, 3):   strides (150528, 50176) and (0, 1)

import type { ExecutionEngine } from '../../execution.js';
import { writeInts } from './ints.js';

/** One dim with the strides (in elements) of every operand in it; 0 repeats. */
interface Dim {
  readonly size: number;
  readonly strides: readonly number[];
}

/** A piece of a walk small enough for one step. */
export interface WalkPiece {
  /** First element of each operand, and of the output. */
  readonly starts: readonly number[];
  readonly outStart: number;
  readonly elements: number;
  readonly block: readonly number[];
}

/** The shape that shapes broadcast to; undefined when they do not fit. */
export function broadcastShape(shapes: readonly (readonly number[])[]): number[] | undefined {
  const rank = Math.max(0, ...shapes.map((dims) => dims.length));
  const result: number[] = [];
  for (let d = 0; d < rank; d++) {
    let size = 1;
    for (const dims of shapes) {
      const dim = dims[d - rank + dims.length] ?? 1;
      if (dim === 1 || dim === size) continue;
      if (size !== 1) return undefined;
      size = dim;
    }
    result.push(size);
  }
  return result;
}

/** Bytes of the block for a shape of `rank` dims. */
export function walkBytes(rank: number): number {
  return 4 * (8 + 5 * Math.max(0, rank - 1));
}

/** How up to three operands are walked to fill a tensor of shape `out`, in pieces of at most `limit` elements. */
export function planWalk(
  out: readonly number[],
  operands: readonly (readonly number[])[],
  limit: number,
): WalkPiece[] {
  const dims = mergedDims(out, operands);
  if (dims.some(({ size }) => size === 0)) return [];
  const pieces: WalkPiece[] = [];
  cut(
    dims,
    operands.map(() => 0),
    0,
    limit,
    pieces,
  );
  return pieces;
}

/** Writes the block of `piece`; a kernel's call uses it up. */
export function writeWalk(engine: ExecutionEngine, address: number, piece: WalkPiece): void {
  writeInts(engine, address, piece.block);
}

/** Dims without those of size 1, neighbours merged where every operand goes through both as through one. */
function mergedDims(out: readonly number[], operands: readonly (readonly number[])[]): Dim[] {
  const strides = operands.map((dims) => stridesIn(dims, out.length));
  const merged: Dim[] = [];
  for (let d = 0; d < out.length; d++) {
    if (out[d] === 1) continue;
    const dim = { size: out[d]!, strides: strides.map((of) => of[d]!) };
    const last = merged.at(-1);
    if (last?.strides.every((stride, i) => stride === dim.strides[i]! * dim.size)) {
      merged[merged.length - 1] = { size: last.size * dim.size, strides: dim.strides };
    } else merged.push(dim);
  }
  return merged.length === 0 ? [{ size: 1, strides: operands.map(() => 1) }] : merged;
}

function stridesIn(dims: readonly number[], rank: number): number[] {
  const strides = new Array<number>(rank).fill(0);
  let stride = 1;
  for (let d = dims.length - 1; d >= 0; d--) {
    if (dims[d] !== 1) strides[d + rank - dims.length] = stride;
    stride *= dims[d]!;
  }
  return strides;
}

/** Cuts along the first dim, or within each of its indices where those are still too long. */
function cut(
  dims: readonly Dim[],
  starts: readonly number[],
  outStart: number,
  limit: number,
  pieces: WalkPiece[],
): void {
  const [first, ...inner] = dims as [Dim, ...Dim[]];
  const innerSize = inner.reduce((product, { size }) => product * size, 1);
  const whole = innerSize <= limit;
  const group = whole ? Math.max(1, Math.floor(limit / innerSize)) : 1;
  for (let at = 0; at < first.size; at += group) {
    const size = Math.min(group, first.size - at);
    const from = starts.map((start, i) => start + at * first.strides[i]!);
    const outFrom = outStart + at * innerSize;
    if (!whole) cut(inner, from, outFrom, limit, pieces);
    else {
      const block = blockOf([{ size, strides: first.strides }, ...inner]);
      pieces.push({ starts: from, outStart: outFrom, elements: size * innerSize, block });
    }
  }
}

function blockOf(dims: readonly Dim[]): number[] {
  const row = dims.at(-1)!;
  const strideOf = (dim: Dim, operand: number) => dim.strides[operand] ?? 0;
  const block = [dims.length - 1, row.size, strideOf(row, 0), strideOf(row, 1), strideOf(row, 2), 0, 0, 0];
  for (const dim of dims.slice(0, -1)) {
    block.push(dim.size, 0, strideOf(dim, 0), strideOf(dim, 1), strideOf(dim, 2));
  }
  return block;
}
