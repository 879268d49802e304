// Normalisation: y = (x − mean) · factor + bias in float32, from statistics in float64.
//
//   layerNormRows(k, { x, scale, bias, out, rows, length, epsilon })             whole rows at once
//
//   fold, finish (reduce.ts)  ->  means        of x, seen as [outer, axis, inner]
//   deviations, finish        ->  variances
//   parameters                ->  mean, factor, bias of each channel
//   affine                    ->  y

import type { KernelExports } from '../../kernel-exports.js';
import type { AxisView } from './reduce.js';

type Address = number;

export interface LayerNormArguments {
  readonly x: Address;
  /** `length` float32. */
  readonly scale: Address;
  /** `length` float32, or 0 for none. */
  readonly bias: Address;
  /** May be x. */
  readonly out: Address;
  readonly rows: number;
  readonly length: number;
  readonly epsilon: number;
  /** The mean is taken to be 0, the variance is the mean square. */
  readonly rms?: boolean;
  /** Where the rows' means and 1 / sqrt(variance + epsilon) go as float32; 0 or none: nowhere. */
  readonly means?: Address;
  readonly inverses?: Address;
}

/** out = (x − mean) / sqrt(variance + epsilon) · scale + bias, row by row. */
export function layerNormRows(kernels: KernelExports, args: LayerNormArguments): void {
  const { x, scale, bias, out, rows, length, epsilon, rms = false, means = 0, inverses = 0 } = args;
  kernels.layer_norm_f32!(x, scale, bias, out, means, inverses, rows, length, epsilon, rms ? 1 : 0);
}

/** out = x + skip + bias, rows of `length` float32. `skip` has `skipRows` rows, taken again and again.
 *  @param bias - `length` float32, or 0 for none
 *  @param out - may be x */
export function addRows(
  kernels: KernelExports,
  x: Address,
  skip: Address,
  bias: Address,
  out: Address,
  rows: number,
  length: number,
  skipRows: number,
): void {
  kernels.add_rows_f32!(x, skip, bias, out, rows, length, skipRows);
}

/** Σ (x − mean)² of each row or column, float64.
 *  @param means - one float64 a result
 *  @param more - goes on from the results at `out` */
export function deviations(
  kernels: KernelExports,
  x: Address,
  means: Address,
  out: Address,
  { outer, axis, inner }: AxisView,
  more = false,
): void {
  kernels.deviations_f32!(x, means, out, outer, axis, inner, more ? 1 : 0);
}

/** Joins float64 means and variances of equally large parts along `axis`. */
export function joinMoments(
  kernels: KernelExports,
  means: Address,
  variances: Address,
  mean: Address,
  variance: Address,
  { outer, axis, inner }: AxisView,
): void {
  kernels.join_moments!(means, variances, mean, variance, outer, axis, inner);
}

/** How a variance becomes a factor: 1 / sqrt(v + ε); 1 / (sqrt(v) + ε); 1 / sqrt(v) and 1 / v, both 0 where v is 0. */
export const Factor = { inside: 0, outside: 1, root: 2, plain: 3 } as const;

export interface ParameterArguments {
  /** 0: the mean is 0. */
  readonly means: Address;
  readonly variances: Address;
  /** Whether means and variances are float32, not float64. */
  readonly narrow?: boolean;
  /** float32; 0 for none. */
  readonly scale: Address;
  readonly bias: Address;
  /** Three arrays of `count` float32: mean, factor, bias. */
  readonly out: Address;
  readonly count: number;
  /** Channel p of the count has statistic floor(p / perStatistic), and scale and bias with the number
   *  floor((first + p) / perScale) mod scales. */
  readonly perStatistic?: number;
  readonly first?: number;
  readonly perScale?: number;
  readonly scales?: number;
  readonly epsilon: number;
  readonly factor?: (typeof Factor)[keyof typeof Factor];
}

/** The parameters of {@link affine}. */
export function parameters(kernels: KernelExports, args: ParameterArguments): void {
  const { means, variances, narrow = false, scale, bias, out, count, epsilon, factor = Factor.inside } = args;
  const { perStatistic = 1, first = 0, perScale = 1, scales = Math.max(1, count) } = args;
  const kernel = narrow ? kernels.norm_parameters_f32! : kernels.norm_parameters_f64!;
  kernel(
    ...[means, variances, scale, bias, out, count, first, perStatistic, perScale, scales, epsilon, factor],
  );
}

/** A tensor around its channels: each of `groups` parts has channels · (its own) parameters. */
export interface ChannelView {
  readonly groups: number;
  readonly outer: number;
  readonly channels: number;
  readonly inner: number;
}

/** out = (x − mean) · factor + bias with the parameters at `from`: three arrays of `count` float32.
 *  @param first - index of the first parameter used
 *  @param out - may be x */
export function affine(
  kernels: KernelExports,
  x: Address,
  from: Address,
  count: number,
  first: number,
  out: Address,
  { groups, outer, channels, inner }: ChannelView,
): void {
  const mean = from + first * 4;
  const [factor, bias] = [mean + count * 4, mean + count * 8];
  kernels.affine_f32!(x, mean, factor, bias, out, groups, outer, channels, inner);
}
