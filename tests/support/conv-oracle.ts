// Convolutions as their definitions say, in float32 arithmetic step by step, channels last.

import type { ConvActivation, ConvAxis, ConvShape } from '../../ts-host/wasm/kernels/execute/conv-shape.js';

export interface ConvProblem {
  readonly shape: ConvShape;
  readonly x: Float32Array;
  readonly weights: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly addend: Float32Array | undefined;
  readonly activation: ConvActivation;
}

type Position = readonly [d: number, h: number, w: number];

const f = Math.fround;

/** Calls `visit` for all positions of a box, the last axis fastest, with their number. */
function each(
  axes: readonly ConvAxis[],
  size: (axis: ConvAxis) => number,
  visit: (at: Position, index: number) => void,
) {
  const [depth, height, width] = axes.map(size) as [number, number, number];
  let index = 0;
  for (let d = 0; d < depth; d++)
    for (let h = 0; h < height; h++) for (let w = 0; w < width; w++) visit([d, h, w], index++);
}

/** Index of a position of x in its image, or undefined outside. */
function positionOf(axes: readonly ConvAxis[], at: readonly number[]): number | undefined {
  let index = 0;
  for (const [i, { extent }] of axes.entries()) {
    if (at[i]! < 0 || at[i]! >= extent) return undefined;
    index = index * extent + at[i]!;
  }
  return index;
}

function forOutputs(
  { axes, batch, groups, groupOutputs }: ConvShape,
  sumOf: (image: number, at: Position, output: number) => number,
): Float32Array {
  const sums: number[] = [];
  for (let image = 0; image < batch; image++) {
    each(
      axes,
      ({ outputs }) => outputs,
      (at) => {
        for (let output = 0; output < groups * groupOutputs; output++) sums.push(sumOf(image, at, output));
      },
    );
  }
  return Float32Array.from(sums);
}

/** @param padding - whether products with padding are added as zeros times weights, or left out */
export function convOracle(problem: ConvProblem, padding: 'zeros' | 'left out'): Float32Array {
  const { shape, x, weights, bias } = problem;
  const { axes, groups, groupChannels, groupOutputs } = shape;
  const taps = axes.reduce((product, { kernel }) => product * kernel, 1);
  const positions = axes.reduce((product, { extent }) => product * extent, 1);
  const sums = forOutputs(shape, (image, at, output) => {
    let sum = bias?.[output] ?? 0;
    const group = Math.floor(output / groupOutputs);
    each(
      axes,
      ({ kernel }) => kernel,
      (tap, index) => {
        const from = axes.map(({ stride, dilation, pad }, i) => at[i]! * stride + tap[i]! * dilation - pad);
        const position = positionOf(axes, from);
        if (position === undefined && padding === 'left out') return;
        for (let channel = 0; channel < groupChannels; channel++) {
          const xAt =
            (image * positions + (position ?? 0)) * groups * groupChannels + group * groupChannels + channel;
          const value = position === undefined ? 0 : x[xAt]!;
          sum = f(sum + f(value * weights[(output * groupChannels + channel) * taps + index]!));
        }
      },
    );
    return sum;
  });
  return activated(problem, sums);
}

/** The sums, without activation. */
export function convTransposeOracle({ shape, x, weights, bias }: ConvProblem): Float32Array {
  const { axes, groups, groupChannels, groupOutputs } = shape;
  const taps = axes.reduce((product, { kernel }) => product * kernel, 1);
  const positions = axes.reduce((product, { extent }) => product * extent, 1);
  return forOutputs(shape, (image, at, output) => {
    let sum = bias?.[output] ?? 0;
    const group = Math.floor(output / groupOutputs);
    each(
      axes,
      ({ kernel }) => kernel,
      (tap, index) => {
        const from = axes.map(({ stride, dilation, pad }, i) => (at[i]! + pad - tap[i]! * dilation) / stride);
        if (!from.every(Number.isInteger)) return;
        const position = positionOf(axes, from);
        for (let c = 0; c < groupChannels; c++) {
          const channel = group * groupChannels + c;
          const xAt = (image * positions + (position ?? 0)) * groups * groupChannels + channel;
          const value = position === undefined ? 0 : x[xAt]!;
          const weight = weights[(channel * groupOutputs + (output % groupOutputs)) * taps + index]!;
          sum = f(sum + f(value * weight));
        }
      },
    );
    return sum;
  });
}

/** The addend and the activation behind sums. */
export function activated(
  { activation: { kind, p, q }, addend }: ConvProblem,
  sums: Float32Array,
): Float32Array {
  return sums.map((sum, i) => {
    const value = addend === undefined ? sum : f(sum + addend[i]!);
    if (kind === 0) return clamp(value, p, q);
    if (kind === 1) return value < 0 ? f(value * p) : value;
    const gate = clamp(f(f(value * p) + q), 0, 1);
    return kind === 2 ? gate : f(value * gate);
  });
}

function clamp(value: number, low: number, high: number): number {
  if (value < low) return low;
  return value > high ? high : value;
}
