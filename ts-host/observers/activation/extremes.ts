// The extremes of the last KEPT_SAMPLES samples by their numbers, whatever the order in which they are seen.

import { KEPT_SAMPLES, type SampleExtremes } from './stats.js';

/** Adds `seen` to `kept`, which is in the order of samples; a sample that is there already is widened. */
export function keepExtremes(kept: SampleExtremes[], seen: SampleExtremes): void {
  let at = kept.length;
  while (at > 0 && kept[at - 1]!.sample > seen.sample) at--;
  const before = kept[at - 1];
  if (before?.sample === seen.sample) kept[at - 1] = widened(before, seen);
  else if (at > 0 || kept.length < KEPT_SAMPLES) kept.splice(at, 0, seen);
  if (kept.length > KEPT_SAMPLES) kept.shift();
}

/** Those of both lists, each in the order of samples. */
export function mergeExtremes(
  a: readonly SampleExtremes[],
  b: readonly SampleExtremes[],
): readonly SampleExtremes[] {
  const bySample = new Map(a.map((each) => [each.sample, each]));
  for (const each of b) {
    const other = bySample.get(each.sample);
    bySample.set(each.sample, other === undefined ? each : widened(other, each));
  }
  return [...bySample.values()].sort((x, y) => x.sample - y.sample).slice(-KEPT_SAMPLES);
}

const widened = (a: SampleExtremes, b: SampleExtremes): SampleExtremes => ({
  sample: a.sample,
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
});
