// Which layers would better be left in float. Those that add the most noise by themselves are tried one by one, then the best
// of them together; what helps is suggested.

import type { RunContext } from '../../context.js';
import { elementCount } from '../../ir/tensor.js';
import type { LayerReport, Suggestion, ValueReport } from './layerReport.js';
import { type TrialInput, tryVariants } from './trials.js';
import type { Leavable } from './variants.js';

/** A layer of the report with what a trial needs. */
export interface Candidate extends Leavable {
  readonly layer: LayerReport;
}

/** Layers suggested at most. */
const MOST = 6;
/** Gains below, in dB, are not worth a word; nor is one more layer that adds less to those before it. */
const LEAST_GAIN = 0.25;
/** A gain is one where it shows in so many of the samples. */
const STEADY_SHARE = 0.75;

/** @param candidates - all layers that could be left in float
 *  @param most - how many of them to try; 0 for none */
export async function suggestLayers(
  input: TrialInput,
  candidates: readonly Candidate[],
  values: readonly ValueReport[],
  most: number,
  context: RunContext,
): Promise<Suggestion[]> {
  const noisy = noisiest(candidates, values).slice(0, most);
  if (noisy.length === 0 || input.samples.length === 0) return [];
  const total = 2 * input.samples.length;
  let done = 0;
  const tell = (): void => context.report('compare', ++done, total);
  context.report('compare', 0, total);
  const singles = noisy.map(({ candidate }) => [candidate]);
  const [base = [], ...alone] = await tryVariants(input, [[], ...singles], tell, context);
  const best = noisy
    .map((each, index) => ({ ...each, gainDb: steadyGain(base, alone[index]!) }))
    .filter(({ gainDb }) => gainDb >= LEAST_GAIN)
    .sort((a, b) => b.gainDb - a.gainDb)
    .slice(0, MOST);
  if (best.length === 0) return [];
  const sets = best.map((_, index) => best.slice(0, index + 1).map(({ candidate }) => candidate));
  const together = await tryVariants(input, sets, tell, context);
  const helping = together.findIndex(
    (each, index) => index > 0 && !(steadyGain(together[index - 1]!, each) >= LEAST_GAIN),
  );
  return best
    .slice(0, helping < 0 ? best.length : helping)
    .map(({ candidate: { layer }, share, gainDb }, index) => ({
      node: layer.node,
      opType: layer.opType,
      share,
      gainDb,
      togetherDb: mean(together[index]!) - mean(base),
      bytes: bytesMore(layer),
    }));
}

/** The mean of what the samples gain; 0 where too many of them gain nothing. */
function steadyGain(before: readonly number[], after: readonly number[]): number {
  const gains = after.map((decibels, sample) => decibels - before[sample]!);
  const steady = gains.filter((gain) => gain > 0).length >= STEADY_SHARE * gains.length;
  return steady ? mean(gains) : 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Layers by the noise they add alone, most first. A layer's share is its part of the sum over all layers of
 *  Σ(T − T')² / ΣT² at what each makes. */
function noisiest(
  candidates: readonly Candidate[],
  values: readonly ValueReport[],
): { candidate: Candidate; share: number }[] {
  const noises = new Map(values.map((value) => [value.value, noiseOf(value)]));
  const total = [...noises.values()].reduce((sum, noise) => sum + noise, 0);
  return candidates
    .map((candidate) => ({ candidate, share: total === 0 ? 0 : noises.get(candidate.output)! / total }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
}

function noiseOf({ ownError, origin: { mean, variance } }: ValueReport): number {
  const noise = ownError === null ? 0 : ownError.mse / (variance + mean * mean);
  return Number.isFinite(noise) ? noise : 0;
}

/** What the file grows by when the weights of a layer are float32. */
function bytesMore({ weights }: LayerReport): number {
  return weights.reduce((sum, { dims, bits }) => sum + Math.round((elementCount(dims) * (32 - bits)) / 8), 0);
}
