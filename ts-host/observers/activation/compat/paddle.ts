// Paddle's post-training calibration (paddle.static.quantization.PostTrainingQuantization), batch by batch as its data loader
// gives them; movingAverage is the fake quantizer moving_average_abs_max of its training.

import type { ExecutionEngine } from '../../../wasm/execution.js';
import {
  type Coded,
  CodeForm,
  numpyMean,
  numpyMoments,
  numpySquaredError,
  wholeLevelDivergences,
} from '../../../wasm/kernels/execute/compat.js';
import type { ActivationRange } from '../method.js';
import { evenEdges, type Histogram, HistogramObserver } from './histogram.js';
import {
  type Batch,
  type CompatFactory,
  type CompatObserver,
  extremesOf,
  largest,
  minmaxObserver,
  onePass,
} from './observer.js';

const LEVELS = 127;
const BINS = 2048;

const upTo = (threshold: number): ActivationRange => ({ min: -threshold, max: threshold });

const absmax: CompatFactory = () => {
  let most = 0;
  return onePass(
    (_batch, extremes) => {
      most = Math.max(most, largest(extremes));
    },
    () => upTo(most),
  );
};

/** The mean over batches of the mean over rows of the largest |x|. */
const avg: CompatFactory = (engine) => {
  const means: number[] = [];
  return onePass(
    (batch) => {
      means.push(meanOfRows(engine, batch));
    },
    () => upTo(means.length === 0 ? 0 : pairwiseSum(means, 0, means.length) / means.length),
  );
};

function meanOfRows(engine: ExecutionEngine, { address, count, rows }: Batch): number {
  const length = count / rows;
  const sizes = Array.from({ length: rows }, (_, row) =>
    largest(extremesOf(engine, { address: address + 4 * length * row, count: length, rows: 1 })!),
  );
  const block = engine.heap.copyIn(Float32Array.from(sizes), 'observing a tensor');
  try {
    return numpyMean(engine, block, rows);
  } finally {
    engine.heap.free(block);
  }
}

/** NumPy's order of float64 sums. */
function pairwiseSum(values: readonly number[], from: number, count: number): number {
  if (count > 128) {
    const half = Math.floor(count / 2) - (Math.floor(count / 2) % 8);
    return pairwiseSum(values, from, half) + pairwiseSum(values, from + half, count - half);
  }
  const lanes = count < 8 ? [] : values.slice(from, from + 8);
  const whole = count < 8 ? 0 : count - (count % 8);
  for (let i = 8; i < whole; i++) lanes[i % 8]! += values[from + i]!;
  const [a, b, c, d, e, f, g, h] = lanes as [number, number, number, number, number, number, number, number];
  let sum = count < 8 ? 0 : a + b + (c + d) + (e + f + (g + h));
  for (let i = whole; i < count; i++) sum += values[from + i]!;
  return sum;
}

const movingAverage: CompatFactory = (_engine, { rate = 0.9 }) => {
  const kept = Math.fround(rate);
  // Both begin at 1, as if a batch with a largest |x| of 1 had come before.
  let [state, sum] = [1, 1];
  return onePass(
    (_batch, extremes) => {
      state = Math.fround(Math.fround(kept * state) + 1);
      sum = Math.fround(Math.fround(kept * sum) + largest(extremes));
    },
    () => upTo(Math.fround(sum / state)),
  );
};

/** Of 0.30, 0.32 … 1.00 of a batch's largest |x|, the one of least loss, over all batches: the batch with the lowest loss
 *  decides. */
function lossObserver(loss: (batch: Batch, coded: Coded) => number, onnxFormat: boolean): CompatObserver {
  let [least, threshold] = [Infinity, 0];
  const form = onnxFormat ? CodeForm.signed : CodeForm.positive;
  return onePass(
    (batch, extremes) => {
      const most = largest(extremes) || 1e-8;
      for (let share = 0.3; share <= 1; share += 0.02) {
        const scale = share * most;
        const lost = loss(batch, { form, scale, levels: LEVELS });
        if (!(lost <= least)) continue;
        [least, threshold] = [lost, scale];
      }
    },
    () => upTo(threshold),
  );
}

const mse: CompatFactory = (engine, { onnxFormat = false }) =>
  lossObserver(({ address, count }, coded) => numpySquaredError(engine, address, count, coded), onnxFormat);

const emd: CompatFactory = (engine, { onnxFormat = false }) =>
  lossObserver(({ address, count }, coded) => {
    const [x, q] = [numpyMoments(engine, address, count), numpyMoments(engine, address, count, coded)];
    const apart = (a: number, b: number): number => Math.abs(Math.fround(a - b));
    return Math.fround(apart(x.mean, q.mean) + apart(x.std, q.std));
  }, onnxFormat);

const FACTORS = [1, 2, 4, 8] as const;

/** Of the last batch: its largest |x| or a half, a quarter, an eighth of it. */
const ptf: CompatFactory = (engine) => {
  let threshold = 0;
  return onePass(
    ({ address, count }, extremes) => {
      const smallest = largest(extremes) / LEVELS / 8;
      const losses = FACTORS.map((factor) => {
        const coded = { form: CodeForm.steps, scale: smallest * factor, levels: LEVELS };
        return numpySquaredError(engine, address, count, coded);
      });
      const best = losses.indexOf(Math.min(...losses));
      threshold = smallest === 0 ? 0 : LEVELS * (smallest * FACTORS[best]!);
    },
    () => upTo(threshold),
  );
};

const histogramOf = (
  engine: ExecutionEngine,
  threshold: (histogram: Histogram) => number,
): HistogramObserver =>
  new HistogramObserver(engine, {
    absolute: true,
    edges: ({ absolute }) => evenEdges(absolute.min, absolute.max, BINS),
    threshold: (histogram) => upTo(threshold(histogram)),
  });

const widthOf = ({ edges }: Histogram): number => edges[1]! - edges[0]!;

/** The threshold leaves out where the histogram begins, as Paddle does. */
const kl: CompatFactory = (engine) =>
  histogramOf(engine, (histogram) => {
    const first = Math.floor((BINS - 1) * 0.5);
    const { address, counts } = histogram;
    const divergences = wholeLevelDivergences(engine, address, BINS, [first, BINS - 1], LEVELS);
    const least = Math.min(...divergences);
    let index = first + divergences.indexOf(least);
    if (least === Infinity) for (index = first; index > 0 && counts[index] === 0; index--);
    return (index + 0.5) * widthOf(histogram);
  });

const hist: CompatFactory = (engine, { percentile = 99.99 }) =>
  histogramOf(engine, (histogram) => {
    const total = histogram.counts.reduce((sum, count) => sum + count, 0);
    let share = 0;
    const last = histogram.counts.findIndex((count) => {
      share += count / total;
      return share >= percentile / 100;
    });
    return (last + 1 - 0.5) * widthOf(histogram);
  });

export const PADDLE: Readonly<Record<string, CompatFactory>> = {
  absmax,
  minmax: minmaxObserver,
  movingAverage,
  avg,
  hist,
  percentile: hist,
  mse,
  kl,
  emd,
  ptf,
};
