// Regions of an image, resampled to one size.

import type { ExecutionEngine } from '../../execution.js';
import { writeInts } from './ints.js';

export interface RoiAlignCall {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Samples along a bin's side; 0: as many as it has input elements. */
  readonly sampling: number;
  readonly takesMax: boolean;
  readonly halfPixel: boolean;
  readonly scale: number;
}

const WORDS_BYTES = 64;

/** Bytes of memory a call needs. */
export function roiAlignScratch({ channels }: RoiAlignCall): number {
  return WORDS_BYTES + channels * 4;
}

function describe(engine: ExecutionEngine, call: RoiAlignCall, scratch: number): void {
  const { batch, channels, height, width, outHeight, outWidth, sampling } = call;
  const [scale] = new Int32Array(Float32Array.of(call.scale).buffer);
  const flags = [Number(call.takesMax), Number(call.halfPixel), scale!];
  writeInts(engine, scratch, [batch, channels, height, width, outHeight, outWidth, sampling, ...flags]);
}

/** What is wrong with the regions, if anything. */
export function checkRegions(
  engine: ExecutionEngine,
  call: RoiAlignCall,
  at: { readonly rois: number; readonly images: number; readonly scratch: number },
  count: number,
): { readonly region: number; readonly why: 'image' | 'size' } | undefined {
  describe(engine, call, at.scratch);
  const status = engine.kernels.roi_align_check!(at.rois, at.images, count, at.scratch);
  if (status === 0) return undefined;
  return status > 0 ? { region: status - 1, why: 'image' } : { region: -1 - status, why: 'size' };
}

/** Regions [from, to), which must have been checked. */
export function roiAlign(
  engine: ExecutionEngine,
  call: RoiAlignCall,
  at: { x: number; rois: number; images: number; out: number; scratch: number },
  from: number,
  to: number,
): void {
  describe(engine, call, at.scratch);
  const sums = at.scratch + WORDS_BYTES;
  engine.kernels.roi_align_f32!(at.x, at.rois, at.images, at.out, from, to, at.scratch, sums);
}
