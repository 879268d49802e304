// Pools over channels-last tensors: the block of numbers that describes the windows, and the calls.

import type { ExecutionEngine } from '../../execution.js';
import { writeInts } from './ints.js';

/** The windows along one axis of the input. */
export interface PoolAxis {
  readonly extent: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pad: number;
  readonly padEnd: number;
}

export interface PoolCall {
  readonly channels: number;
  /** max: 1 = start from the first tap, else from the lowest number; with indices: the storage order; average: 1 =
   *  padding counts; lp: the exponent. */
  readonly option: number;
  /** D, H, W. */
  readonly axes: readonly [PoolAxis, PoolAxis, PoolAxis];
}

/** Bytes of memory a call needs for its description. */
export const POOL_SCRATCH_BYTES = 92;

export type PoolKind = 'max' | 'average' | 'lp';

/** Element types of max pools; the others have f32 alone. */
export type PoolElement = 'f32' | 'i8' | 'u8';

function describe(engine: ExecutionEngine, scratch: number, { channels, option, axes }: PoolCall): void {
  const words = axes.flatMap((axis) => [
    axis.extent,
    axis.outputs,
    axis.kernel,
    axis.stride,
    axis.dilation,
    axis.pad,
    axis.padEnd,
  ]);
  writeInts(engine, scratch, [channels, option, ...words]);
}

/** Output rows [from, to) of the batch · outputs(D) · outputs(H) rows.
 *  @param scratch - address of {@link POOL_SCRATCH_BYTES} bytes */
export function poolRows(
  engine: ExecutionEngine,
  kind: PoolKind,
  element: PoolElement,
  call: PoolCall,
  at: { readonly x: number; readonly out: number; readonly scratch: number },
  from: number,
  to: number,
): void {
  describe(engine, at.scratch, call);
  engine.kernels[`${kind}_pool_${element}`]!(at.x, at.out, from, to, at.scratch);
}

/** As {@link poolRows} of `max`, and writes int64 indices into ONNX's tensor [N, C, D, H, W]. */
export function maxPoolIndexRows(
  engine: ExecutionEngine,
  element: PoolElement,
  call: PoolCall,
  at: { readonly x: number; readonly out: number; readonly indices: number; readonly scratch: number },
  from: number,
  to: number,
): void {
  describe(engine, at.scratch, call);
  engine.kernels[`max_pool_index_${element}`]!(at.x, at.out, at.indices, from, to, at.scratch);
}
