// An operand of Einsum: where its elements are along every label. A repeated label is a diagonal (its strides add up), a
// dim of size 1 under a larger label repeats (stride 0).

import type { Contraction, ContractionDim } from '../../../wasm/kernels/execute/contract.js';
import { stridesOf } from '../../movement/copy.js';

/** Elements between neighbours, by label. */
export type View = ReadonlyMap<string, number>;

export type Sizes = ReadonlyMap<string, number>;

export function viewOf(labels: readonly string[], dims: readonly number[]): View {
  const view = new Map<string, number>();
  const strides = stridesOf(dims);
  for (const [dim, label] of labels.entries()) {
    view.set(label, (view.get(label) ?? 0) + (dims[dim] === 1 ? 0 : strides[dim]!));
  }
  return view;
}

/** The view of a dense tensor with these labels. */
export function denseView(labels: readonly string[], sizes: Sizes): View {
  const strides = stridesOf(labels.map((label) => sizes.get(label)!));
  return new Map(labels.map((label, dim) => [label, strides[dim]!]));
}

export function countOf(labels: readonly string[], sizes: Sizes): number {
  return labels.reduce((count, label) => count * sizes.get(label)!, 1);
}

/** The labels as one dim: its stride, or undefined if their elements are not evenly spaced in this order. */
export function mergedStride(labels: readonly string[], view: View, sizes: Sizes): number | undefined {
  const present = labels.filter((label) => sizes.get(label) !== 1);
  for (let i = 0; i + 1 < present.length; i++) {
    const inner = present[i + 1]!;
    if (view.get(present[i]!) !== view.get(inner)! * sizes.get(inner)!) return undefined;
  }
  const last = present.at(-1);
  return last === undefined ? 1 : view.get(last)!;
}

/** A contraction of the labels `out` and `sum`, with neighbouring dims made one where both operands allow it. */
export function contractionOf(
  out: readonly string[],
  sum: readonly string[],
  a: View,
  b: View,
  sizes: Sizes,
): Contraction {
  const dimsOf = (labels: readonly string[]): ContractionDim[] =>
    coalesced(
      labels.map((label) => ({ size: sizes.get(label)!, a: a.get(label) ?? 0, b: b.get(label) ?? 0 })),
    );
  return { out: dimsOf(out), sum: dimsOf(sum) };
}

function coalesced(dims: readonly ContractionDim[]): ContractionDim[] {
  const merged: ContractionDim[] = [];
  for (const dim of dims) {
    if (dim.size === 1) continue;
    const outer = merged.at(-1);
    if (outer !== undefined && outer.a === dim.a * dim.size && outer.b === dim.b * dim.size) {
      merged[merged.length - 1] = { ...dim, size: outer.size * dim.size };
    } else merged.push(dim);
  }
  return merged;
}
