// The shape of a convolution as its kernels read it: three spatial axes, missing ones in front have extents of 1.

import type { ExecutionEngine } from '../../execution.js';
import { writeInts } from './ints.js';

/** One spatial axis. */
export interface ConvAxis {
  /** Positions of x. */
  readonly extent: number;
  /** Positions of the output. */
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding in front; what is behind shows in `outputs`. */
  readonly pad: number;
}

export interface ConvShape {
  readonly batch: number;
  /** Depth, height, width. */
  readonly axes: readonly [ConvAxis, ConvAxis, ConvAxis];
  readonly groups: number;
  /** Channels of x in a group. */
  readonly groupChannels: number;
  /** Channels of the output in a group. */
  readonly groupOutputs: number;
}

/** Where a convolution finds what it works on. 0 stands for an absent bias or addend. */
export interface ConvAddresses {
  readonly x: number;
  readonly packed: number;
  readonly out: number;
  readonly bias: number;
  /** Of the output's shape, added before the activation. */
  readonly addend: number;
  /** 64-byte aligned. */
  readonly scratch: number;
}

/** `p` and `q` are parameters; see assembly/num/activate.ts. */
export interface ConvActivation {
  readonly kind: number;
  readonly p: number;
  readonly q: number;
}

/** Bytes in front of a kernel's own scratch: 22 integers, to the next border of 64. */
export const CONV_SHAPE_BYTES = 128;

/** Kernel positions. */
export function tapsOf({ axes: [d, h, w] }: Pick<ConvShape, 'axes'>): number {
  return d.kernel * h.kernel * w.kernel;
}

/** Writes the shape at `address` for the kernels. */
export function writeConvShape(engine: ExecutionEngine, address: number, shape: ConvShape): void {
  writeInts(engine, address, convShapeInts(shape));
}

/** What {@link writeConvShape} writes. */
export function convShapeInts({ axes, groups, groupChannels, groupOutputs }: ConvShape): number[] {
  const each = (of: (axis: ConvAxis) => number): number[] => axes.map(of);
  return [
    ...each(({ extent }) => extent),
    groups * groupChannels,
    ...each(({ outputs }) => outputs),
    ...each(({ kernel }) => kernel),
    ...each(({ stride }) => stride),
    ...each(({ dilation }) => dilation),
    ...each(({ pad }) => pad),
    groups,
    groupChannels,
    groupOutputs,
  ];
}

/** How the kernel of a convolution is called for output pixels [first, first + count), those of all images counted
 *  through, once the shape is written at `at.scratch`. */
export interface PixelCalls {
  readonly kernel: string;
  /** The argument that is the address of the kernel's own scratch, {@link CONV_SHAPE_BYTES} behind `at.scratch`. */
  readonly scratch: number;
  call(at: ConvAddresses, activation: ConvActivation, first: number, count: number): number[];
}

/** Outputs, counted through all groups, whose weights are packed apart: both ends are multiples of 8 within a group, or
 *  ends of groups. */
export interface OutputRange {
  readonly first: number;
  readonly end: number;
}

export function allOutputs({ groups, groupOutputs }: ConvShape): OutputRange {
  return { first: 0, end: groups * groupOutputs };
}

/** All outputs in ranges of at most about `most` weights, where one panel of outputs is not more. */
export function outputRanges(shape: ConvShape, most: number): OutputRange[] {
  const { groups, groupOutputs, groupChannels } = shape;
  const perOutput = groupChannels * tapsOf(shape);
  const perGroup = perOutput * groupOutputs;
  const ranges: OutputRange[] = [];
  if (perGroup <= most) {
    const together = Math.max(1, Math.floor(most / Math.max(1, perGroup))) * groupOutputs;
    const end = groups * groupOutputs;
    for (let first = 0; first < end; first += together)
      ranges.push({ first, end: Math.min(end, first + together) });
    return ranges;
  }
  const size = Math.max(1, Math.floor(most / perOutput / PANEL)) * PANEL;
  for (let group = 0; group < groups; group++) {
    const [start, end] = [group * groupOutputs, (group + 1) * groupOutputs];
    for (let first = start; first < end; first += size)
      ranges.push({ first, end: Math.min(end, first + size) });
  }
  return ranges;
}

/** Outputs that are packed side by side. */
const PANEL = 8;
