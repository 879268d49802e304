// Which layers would better be left in float: those that add the most noise by themselves.
//
// A layer alone adds noise of e = Σ(T − T')² / ΣT² to its output. Taken to be independent and to reach the outputs alike,
// the noises of all layers add up, a layer's share is e / Σe, and without the layers of S the outputs' SQNR gains
// −10 · log10(1 − Σ share). It is an estimate: later layers damp some noises and amplify others.

import type { ExecutionEngine } from '../../wasm/execution.js';
import { decibels } from '../../wasm/kernels/execute/errors.js';
import type { LayerReport, Suggestion, ValueReport } from './layerReport.js';

const MOST = 10;
/** Layers with a smaller share are not worth a word. */
const LEAST_SHARE = 0.02;

export function suggestLayers(
  engine: ExecutionEngine,
  layers: readonly LayerReport[],
  values: readonly ValueReport[],
): Suggestion[] {
  const byName = new Map(values.map((value) => [value.value, value]));
  const noises = layers.map((layer) => ({
    layer,
    noise: layer.outputs.reduce((sum, name) => sum + noiseOf(byName.get(name)), 0),
  }));
  const total = noises.reduce((sum, { noise }) => sum + noise, 0);
  if (!(total > 0 && total < Number.POSITIVE_INFINITY)) return [];
  const worst = noises
    .filter(({ layer, noise }) => layer.state !== 'float' && noise / total >= LEAST_SHARE)
    .sort((a, b) => b.noise - a.noise)
    .slice(0, MOST);
  let left = 1;
  return worst.map(({ layer: { node, opType }, noise }) => {
    left -= noise / total;
    return {
      node,
      opType,
      share: noise / total,
      gainDb: decibels(engine, 1, Math.max(0, left)),
    };
  });
}

/** Σ(T − T')² / ΣT². */
function noiseOf(value: ValueReport | undefined): number {
  if (value?.ownError == null) return 0;
  const { mean, variance } = value.origin;
  const noise = value.ownError.mse / (variance + mean * mean);
  return Number.isFinite(noise) ? noise : 0;
}
