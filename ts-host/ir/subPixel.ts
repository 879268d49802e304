// A ConvTranspose as a convolution of more channels: each of the s × s outputs that an input spreads to is a convolution of its
// own, with every s-th tap of the kernel, and DepthToSpace puts them side by side.
//
//   y[s · j + p] = Σ x[j − t] · w[p + s · t]        phases p = 0 … s − 1, taps t = 0 … ⌈k / s⌉ − 1
//
// What the pads take away is cut off behind.

import { integer } from './attributes.js';
import type { Node } from './model.js';

export interface SubPixel {
  readonly stride: number;
  /** Taps of each phase, along both axes. */
  readonly taps: readonly [number, number];
  /** Taps of zeros behind the kernel, that every phase has as many. */
  readonly added: readonly [number, number];
  /** Rows and columns of what DepthToSpace makes that are not in the result, at the start and at the end. */
  readonly before: readonly [number, number];
  readonly behind: readonly [number, number];
}

/** @param dims - of the weight: [C, M, kh, kw]
 *  @returns a reason where there is no such convolution */
export function subPixel(node: Node, dims: readonly number[]): SubPixel | string {
  if (dims.length !== 4) return 'its image has not two axes';
  if (integer(node, 'group', 1) !== 1) return 'it has groups';
  if (pairOf(node, 'dilations', 1).some((each) => each !== 1)) return 'it is dilated';
  const auto = node.attributes.get('auto_pad');
  const mode = auto?.kind === 'string' ? new TextDecoder().decode(auto.value) : 'NOTSET';
  const given = node.attributes.get('output_shape');
  if (mode.startsWith('SAME') || (given?.kind === 'ints' && given.value.length > 0)) {
    return 'its pads follow from the size of its result';
  }
  const [stride, other] = pairOf(node, 'strides', 1);
  if (stride !== other) return 'its strides differ';
  const more = pairOf(node, 'output_padding', 0);
  const before = mode === 'VALID' ? ([0, 0] as const) : pairOf(node, 'pads', 0);
  const end = mode === 'VALID' ? ([0, 0] as const) : pairOf(node, 'pads', 0, 2);
  const kernel = [dims[2]!, dims[3]!] as const;
  const along = (make: (axis: 0 | 1) => number): readonly [number, number] => [make(0), make(1)];
  const taps = along((axis) => Math.ceil(kernel[axis] / stride));
  const added = along((axis) => taps[axis] * stride - kernel[axis]);
  const behind = along((axis) => added[axis] - more[axis] + end[axis]);
  if ([...before, ...behind].some((each) => each < 0)) return 'its result goes beyond its kernel';
  return { stride, taps, added, before, behind };
}

function pairOf(node: Node, name: string, fallback: number, from = 0): readonly [number, number] {
  const list = node.attributes.get(name);
  const at = (i: number): number =>
    list?.kind === 'ints' ? Number(list.value[from + i] ?? fallback) : fallback;
  return [at(0), at(1)];
}
