// Figures that several parts of a page need.

import { MOST_DECIBELS } from '../compare/outputs.js';
import type { LayerReport, OutputReport, Report, ValueReport } from '../layers/layerReport.js';

const indices = new WeakMap<Report, ReadonlyMap<string, ValueReport>>();

export function reportedValue(report: Report, name: string): ValueReport | undefined {
  let index = indices.get(report);
  if (index === undefined) {
    index = new Map(report.values.map((value) => [value.value, value]));
    indices.set(report, index);
  }
  return index.get(name);
}

/** The compared value that a layer makes: the first, where there are several. */
export function errorOf(report: Report, layer: LayerReport): ValueReport | undefined {
  for (const name of layer.outputs) {
    const value = reportedValue(report, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Means over outputs and samples; an exact sample counts as float32's own limit. */
export function meanOutput(
  outputs: readonly OutputReport[],
): { sqnrDb: number; cosine: number; exact: boolean } | undefined {
  const sqnr = outputs.flatMap(({ sqnrDb }) => sqnrDb);
  const cosine = outputs.flatMap((output) => output.cosine);
  if (sqnr.length === 0) return undefined;
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    sqnrDb: mean(sqnr.map((value) => Math.min(MOST_DECIBELS, value))),
    cosine: mean(cosine),
    exact: sqnr.every((value) => value === Number.POSITIVE_INFINITY),
  };
}

/** `Conv + Relu` */
export function operatorsOf({ opType, fused }: LayerReport): string {
  return [opType, ...fused.map((each) => each.opType)].join(' + ');
}
