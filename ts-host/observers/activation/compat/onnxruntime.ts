// onnxruntime's calibration (onnxruntime.quantization.calibrate) as quantize_static uses it: all batches are collected, then
// looked at together. movingAverage is its MinMax with moving_average, collected batch by batch.

import { aroundZeroThreshold } from '../../../wasm/kernels/execute/compat.js';
import type { ActivationRange } from '../method.js';
import { evenEdges, type Histogram, HistogramObserver } from './histogram.js';
import { type CompatFactory, type Extremes, largest, minmaxObserver, onePass } from './observer.js';

const movingAverage: CompatFactory = (_engine, { rate = 0.01 }) => {
  const weight = Math.fround(rate);
  let seen: Extremes | undefined;
  const moved = (from: number, to: number): number =>
    Math.fround(from + Math.fround(weight * Math.fround(to - from)));
  return onePass(
    (_batch, { min, max }) => {
      seen = seen === undefined ? { min, max } : { min: moved(seen.min, min), max: moved(seen.max, max) };
    },
    () => seen ?? { min: 0, max: 0 },
  );
};

/** The same to either side of 0, or, for one bin more above than below, to the middle's other end. */
const kl: CompatFactory = (engine, { bins = 128, levels = 128 }) =>
  new HistogramObserver(engine, {
    absolute: false,
    edges: (seen) => evenEdges(-largest(seen), largest(seen), bins, Math.fround),
    threshold({ edges, address }, seen) {
      const middle = Math.floor(bins / 2);
      const half = Math.floor(levels / 2) + aroundZeroThreshold(engine, address, bins, levels);
      const [low, high] = [edges[middle - half]!, edges[Math.min(middle + half + 1, bins)]!];
      return within(seen, low, high);
    },
  });

const percentile: CompatFactory = (engine, options) => {
  const { percentile: kept = 99.999, bins = 2048, symmetric = true } = options;
  return new HistogramObserver(engine, {
    absolute: symmetric,
    edges: (seen) => {
      const { min, max } = symmetric ? seen.absolute : { min: -largest(seen), max: largest(seen) };
      return evenEdges(min, max, bins, Math.fround);
    },
    threshold(histogram, seen) {
      const { edges } = histogram;
      if (symmetric) {
        const end = edges[firstReaching(histogram, kept / 100)]!;
        return within(seen, -end, end);
      }
      const cut = (100 - kept) / 200;
      return within(seen, edges[firstReaching(histogram, cut)]!, edges[firstReaching(histogram, 1 - cut)]!);
    },
  });
};

/** The first bin up to which the counts are `share` of all; behind the last when rounding keeps them below it. */
function firstReaching({ counts }: Histogram, share: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  const bin = counts.findIndex((count) => {
    sum += count / total;
    return sum >= share;
  });
  return bin < 0 ? counts.length : bin;
}

const within = ({ min, max }: Extremes, low: number, high: number): ActivationRange => ({
  min: Math.max(min, low),
  max: Math.min(max, high),
});

export const ONNXRUNTIME: Readonly<Record<string, CompatFactory>> = {
  minmax: minmaxObserver,
  movingAverage,
  kl,
  percentile,
};
