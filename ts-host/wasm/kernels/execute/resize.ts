// Resizing: tables of one axis, passes along one axis or two, and what stands around them.

import type { ExecutionEngine } from '../../execution.js';
import { writeInts } from './ints.js';

/** In the order of the kernel's numbers. */
export const COORDINATES = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
  'tf_half_pixel_for_nn',
  'tf_crop_and_resize',
] as const;

/** In the order of the kernel's numbers. */
export const ROUNDINGS = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil', 'truncate'] as const;

export interface CoordinateRule {
  readonly mode: (typeof COORDINATES)[number];
  readonly scale: number;
  readonly extent: number;
  readonly outputs: number;
  /** Of the crop, as parts of the extent. */
  readonly start: number;
  readonly end: number;
}

/** `outputs` floats at `out`. */
export function resizeCoordinates({ kernels }: ExecutionEngine, rule: CoordinateRule, out: number): void {
  const { mode, scale, extent, outputs, start, end } = rule;
  kernels.resize_coordinates!(out, outputs, COORDINATES.indexOf(mode), scale, extent, start, end);
}

/** How windows are made of coordinates. */
export type WindowRule =
  | { readonly kind: 'nearest'; readonly rounding: (typeof ROUNDINGS)[number] }
  | { readonly kind: 'linear' }
  | { readonly kind: 'cubic'; readonly a: number; readonly exclude: boolean }
  | { readonly kind: 'antialias'; readonly cubic: boolean; readonly a: number; readonly exclude: boolean };

/** Weights a window of this rule needs room for. */
export function windowTaps(rule: WindowRule, { scale, extent }: CoordinateRule): number {
  if (rule.kind === 'nearest' || rule.kind === 'linear') return rule.kind === 'linear' ? 2 : 0;
  if (rule.kind === 'cubic') return 4;
  return Math.min(extent, 2 * Math.ceil((rule.cubic ? 2 : 1) * Math.max(1, 1 / scale)) + 3);
}

/** Bytes of the table that {@link resizeTable} fills. */
export function tableBytes(rule: WindowRule, axis: CoordinateRule): number {
  return axis.outputs * 4 * (rule.kind === 'nearest' ? 1 : 2 + windowTaps(rule, axis));
}

/** Indices (nearest) or windows for the coordinates at `from`. extent >= 1. */
export function resizeTable(
  { kernels }: ExecutionEngine,
  rule: WindowRule,
  axis: CoordinateRule,
  from: number,
  to: number,
): void {
  const { outputs, extent, scale } = axis;
  if (rule.kind === 'nearest') {
    kernels.resize_nearest_table!(from, outputs, extent, ROUNDINGS.indexOf(rule.rounding), to);
  } else if (rule.kind === 'linear') {
    kernels.resize_linear_table!(from, outputs, extent, to);
  } else if (rule.kind === 'cubic') {
    kernels.resize_cubic_table!(from, outputs, extent, rule.a, Number(rule.exclude), to);
  } else {
    const { cubic, a, exclude } = rule;
    const taps = windowTaps(rule, axis);
    kernels.resize_antialias_table!(
      from,
      outputs,
      extent,
      scale,
      Number(cubic),
      a,
      Number(exclude),
      taps,
      to,
    );
  }
}

/** One axis of a pass; `table` is 0 where it is not resized, and `extent` and `outputs` are 1 then. */
export interface PassAxis {
  readonly extent: number;
  readonly outputs: number;
  readonly table: number;
  readonly taps: number;
}

export interface ResizePass {
  readonly a: PassAxis;
  readonly b: PassAxis;
  /** Elements behind B; bytes for nearest. */
  readonly inner: number;
  readonly cache: number;
}

/** Bytes of memory a pass needs for its description. */
export const PASS_BYTES = 40;

/** Bytes of cache that {@link resizeRows} of windows needs. */
export function cacheBytes({ a, b, inner }: Omit<ResizePass, 'cache'>): number {
  return a.taps > 0 && b.taps > 0 ? 4 * a.taps * (1 + b.outputs * inner) : 0;
}

/** Output rows [from, to) of outer · a.outputs. Windows are of float32; nearest moves bytes.
 *  @param block - address of {@link PASS_BYTES} bytes */
export function resizeRows(
  engine: ExecutionEngine,
  kind: 'nearest' | 'blend',
  pass: ResizePass,
  at: { readonly x: number; readonly out: number; readonly block: number },
  from: number,
  to: number,
): void {
  const words = [pass.a, pass.b].flatMap(({ extent, outputs, table, taps }) => [
    extent,
    outputs,
    table,
    taps,
  ]);
  writeInts(engine, at.block, [...words, pass.inner, pass.cache]);
  const { resize_nearest, resize_blend_f32 } = engine.kernels;
  (kind === 'nearest' ? resize_nearest : resize_blend_f32)!(at.x, at.out, from, to, at.block);
}

/** Integers that can be blended. */
export type ResizeInteger = 'i8' | 'u8' | 'i32';

export function widenForResize(
  { kernels }: ExecutionEngine,
  element: ResizeInteger,
  x: number,
  out: number,
  count: number,
): void {
  kernels[`resize_widen_${element}`]!(x, out, count);
}

/** Floats as integers: towards zero, or half up. */
export function narrowAfterResize(
  { kernels }: ExecutionEngine,
  element: ResizeInteger,
  x: number,
  out: number,
  count: number,
  halfUp: boolean,
): void {
  kernels[`resize_narrow_${element}`]!(x, out, count, Number(halfUp));
}

/** Gives the elements of [outer, outputs, inner] whose coordinate is no place in [0, extent - 1] a value.
 *  @param value - address of its bytes */
export function extrapolate(
  { kernels }: ExecutionEngine,
  out: number,
  { outer, inner, elementBytes }: { outer: number; inner: number; elementBytes: number },
  axis: CoordinateRule,
  coordinates: number,
  value: number,
): void {
  kernels.resize_extrapolate!(out, outer, axis.outputs, inner, coordinates, axis.extent, value, elementBytes);
}
