// Puts NaN, infinities, zeros of either sign and subnormals into the float inputs of every operator's cases, and answers
// where the outcome differs from onnxruntime's, beyond the bound of the case.

import { anyOf, type Bound, exact, ofRange, relative } from './bounds.js';
import { type Case, describeCase } from './cases.js';
import { operatorSuite } from './census.js';
import { type Feed, pick } from './feeds.js';
import { checkCase, Rng } from './harness.js';
import { answer } from './suite.js';

export interface SpecialsReport {
  /** Cases by operator. */
  readonly tried: Record<string, number>;
  readonly failures: {
    readonly opType: string;
    readonly input: number;
    readonly value: string;
    readonly text: string;
  }[];
}

const CASES_OF_A_LIST = 1;

const VALUES = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
  subnormal: 1e-41,
} as const;

/** The same tensor with one or a few elements replaced. */
function withSpecial(rng: Rng, { dtype, dims, data }: Feed, value: number): Feed {
  const copy = data.slice() as Float32Array | Float64Array;
  for (let i = 0; i < 1 + copy.length / 50; i++) copy[rng.int(0, copy.length - 1)] = value;
  return { dtype, dims, data: copy };
}

/** Cases of one list with every value in every float input. */
function* specialCases(
  rng: Rng,
  cases: readonly Case[],
): Generator<{ each: Case; input: number; value: string }> {
  const usable = cases.filter(
    ({ expected, judged, graph }) => (expected ?? judged) === undefined && !hasMaxPool(graph),
  );
  for (const each of usable.slice(0, CASES_OF_A_LIST)) {
    for (const [input, feed] of each.inputs.entries()) {
      if ((feed?.dtype !== 'float32' && feed?.dtype !== 'float64') || feed.data.length === 0) continue;
      const names = Object.keys(VALUES) as (keyof typeof VALUES)[];
      for (const value of [
        pick(rng, names.slice(0, 3)),
        pick(rng, names.slice(1, 3)),
        pick(rng, names.slice(3)),
      ]) {
        const inputs = each.inputs.map((old, i) =>
          i === input ? withSpecial(rng, feed, VALUES[value]) : old,
        );
        yield { each: { ...each, inputs }, input, value };
      }
    }
  }
}

/** Special numbers among parameters make results large: sums then cancel. */
function loosened(bound: Bound | readonly Bound[]): Bound[] {
  const list = Array.isArray(bound) ? (bound as Bound[]) : Array.from({ length: 8 }, () => bound as Bound);
  return list.map((each) => (each === exact ? each : anyOf(each, ofRange(2e-5), relative(2e-5))));
}

const report: SpecialsReport = { tried: {}, failures: [] };
for (const [number, { opType, bound, cases }] of (await operatorSuite()).entries()) {
  if (process.argv[2] !== undefined && process.argv[2] !== opType) continue;
  for (const { each, input, value } of specialCases(new Rng(number + 1), cases)) {
    report.tried[opType] = (report.tried[opType] ?? 0) + 1;
    await checkCase(opType, each, loosened(each.bound ?? bound)).catch((error: Error) => {
      const text = `${describeCase(opType, each)}\n${error.message}`;
      report.failures.push({ opType, input, value, text });
    });
  }
}
answer(report);
function hasMaxPool(graph: Case['graph']): boolean {
  return graph?.nodes?.some(({ opType }) => opType === 'MaxPool') ?? false;
}
