// Compat modes: exactly what another system's calibration computes, for those who want its numbers. What it keeps of a tensor
// depends on its own batches, and mostly on their order; so an observer here is fed with batches and is no TensorStats.

import type { ExecutionEngine } from '../../../wasm/execution.js';
import { observeRange, RANGE_BYTES, readRange } from '../../../wasm/kernels/execute/observe.js';
import type { ActivationRange } from '../method.js';

/** A tensor of one batch in the engine's memory: float32, dense, not empty. */
export interface Batch {
  readonly address: number;
  readonly count: number;
  /** The first dim; 1 of a scalar. */
  readonly rows: number;
}

export interface Extremes {
  readonly min: number;
  readonly max: number;
}

export interface CompatObserver {
  /** How often all batches are to be gone through, in the same order. */
  readonly passes: 1 | 2;
  /** Takes a batch in.
   *  @param pass - 0 or 1
   *  @param extremes - of the batch: {@link extremesOf}
   *  @throws OctavoError `MEMORY_LIMIT` */
  observe(pass: number, batch: Batch, extremes: Extremes): void;
  /** What the system would clip at, after the last pass. It need not hold 0. */
  threshold(): ActivationRange;
  /** Lets the memory go. */
  dispose(): void;
}

export interface CompatOptions {
  /** Paddle hist and onnxruntime percentile: share kept, in percent. Defaults 99.99 and 99.999. */
  readonly percentile?: number | undefined;
  /** movingAverage: Paddle's moving rate, default 0.9; onnxruntime's averaging constant, default 0.01. */
  readonly rate?: number | undefined;
  /** onnxruntime: bins of the first histogram. Defaults 128 for kl, 2048 for percentile. */
  readonly bins?: number | undefined;
  /** onnxruntime kl: quantized bins, default 128. */
  readonly levels?: number | undefined;
  /** onnxruntime percentile: of |x|; default true. */
  readonly symmetric?: boolean | undefined;
  /** Paddle mse and emd: codes have a sign (onnx_format); default false. */
  readonly onnxFormat?: boolean | undefined;
}

export type CompatFactory = (engine: ExecutionEngine, options: CompatOptions) => CompatObserver;

/** Smallest and largest element; undefined when one is NaN or infinite. */
export function extremesOf(engine: ExecutionEngine, { address, count }: Batch): Extremes | undefined {
  const out = engine.heap.alloc(RANGE_BYTES, 'observing a tensor');
  try {
    return observeRange(engine, address, count, out) ? readRange(engine, out) : undefined;
  } finally {
    engine.heap.free(out);
  }
}

export const largest = ({ min, max }: Extremes): number => Math.max(-min, max);

/** An observer of one pass that keeps numbers only. */
export function onePass(
  observe: (batch: Batch, extremes: Extremes) => void,
  threshold: () => ActivationRange,
): CompatObserver {
  return {
    passes: 1,
    observe: (_pass, batch, extremes) => observe(batch, extremes),
    threshold,
    dispose: () => undefined,
  };
}

/** The running extremes of all batches. */
export function minmaxObserver(): CompatObserver {
  let seen: Extremes | undefined;
  return onePass(
    (_batch, extremes) => {
      seen = widened(seen, extremes);
    },
    () => seen ?? { min: 0, max: 0 },
  );
}

export const widened = (seen: Extremes | undefined, { min, max }: Extremes): Extremes => ({
  min: Math.min(seen?.min ?? min, min),
  max: Math.max(seen?.max ?? max, max),
});
