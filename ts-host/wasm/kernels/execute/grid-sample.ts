// Sampling at the points of a grid.

import type { ExecutionEngine } from '../../execution.js';
import { writeInts } from './ints.js';

export interface GridSampleCall {
  readonly channels: number;
  /** Of the input: D (1 for a plane), H, W. */
  readonly extents: readonly [number, number, number];
  /** Points of one image. */
  readonly points: number;
  /** Coordinates of a point. */
  readonly rank: 2 | 3;
  readonly mode: 'linear' | 'nearest' | 'cubic';
  readonly padding: 'zeros' | 'border' | 'reflection';
  readonly align: boolean;
}

/** In the order of the kernel's numbers. */
export const GRID_MODES = ['linear', 'nearest', 'cubic'] as const;
export const GRID_PADDINGS = ['zeros', 'border', 'reflection'] as const;

const WORDS_BYTES = 64;
/** Bytes of memory a call needs: its description and the taps of 64 points. */
export const GRID_SAMPLE_SCRATCH_BYTES = WORDS_BYTES + 64 * 16 * 8 + 96;

/** Points [from, to) of all images. */
export function gridSample(
  engine: ExecutionEngine,
  call: GridSampleCall,
  at: { readonly x: number; readonly grid: number; readonly out: number; readonly scratch: number },
  from: number,
  to: number,
): void {
  const { channels, extents, points, rank, mode, padding, align } = call;
  const numbers = [GRID_MODES.indexOf(mode), GRID_PADDINGS.indexOf(padding), Number(align)];
  writeInts(engine, at.scratch, [channels, ...extents, points, rank, ...numbers, at.scratch + WORDS_BYTES]);
  engine.kernels.grid_sample_f32!(at.x, at.grid, at.out, from, to, at.scratch);
}
