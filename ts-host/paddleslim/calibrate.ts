// Thresholds of variables over the samples: the float program runs in our executor, under Paddle's variable names. By default
// with Octavo's methods on statistics that no order of samples changes; with compat 'paddle' by Paddle's own, batch by batch.

import { calibrateModel } from '../calibrate/calibrate.js';
import { compatRanges } from '../calibrate/compat.js';
import type { RunContext } from '../context.js';
import type { Samples } from '../data/sample.js';
import { OctavoError } from '../errors.js';
import type { Model } from '../ir/model.js';
import { compatMethod } from '../observers/activation/compat/index.js';
import { type ActivationMethodName, activationMethod } from '../observers/activation/index.js';
import type { ActivationRange } from '../observers/activation/method.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import type { SeenRange } from './styles/style.js';
import { type CodeBits, qmaxOf } from './weights.js';

/** PaddleSlim's names of the algorithms, and what Octavo calls them. */
export const ALGORITHMS = {
  KL: 'kl',
  hist: 'hist',
  avg: 'avg',
  mse: 'mse',
  emd: 'emd',
  abs_max: 'absmax',
  min_max: 'minmax',
  ptf: 'ptf',
} as const satisfies Record<string, ActivationMethodName>;

export type Algorithm = keyof typeof ALGORITHMS;

export interface CalibrationSettings {
  readonly algo: Algorithm;
  /** Share of values kept by `hist`, in (0, 1]. */
  readonly histPercent: number;
  readonly bits: CodeBits;
  readonly onnxFormat: boolean;
  readonly compat: 'paddle' | undefined;
}

/** What each variable reaches to; those that are not float32 or were never seen are missing.
 *  @param names - variables; those that the model has no value for are passed over
 *  @throws OctavoError as calibrateModel and compatRanges */
export async function seenRanges(
  model: Model,
  engine: ExecutionEngine,
  names: readonly string[],
  samples: Samples,
  settings: CalibrationSettings,
  context: RunContext,
): Promise<Map<string, SeenRange>> {
  const known = valuesOf(model);
  const sources = sourcesOf(model);
  const asked = [...new Set(names)].filter((name) => known.has(name));
  const watched = [...new Set(asked.map((name) => sources.get(name) ?? name))];
  const find = settings.compat === 'paddle' ? byPaddle : byOctavo;
  const ranges = await find(model, engine, watched, samples, settings, context);
  return new Map(
    asked.flatMap((name) => {
      const range = ranges.get(sources.get(name) ?? name);
      return range === undefined ? [] : [[name, seenRange(range)] as const];
    }),
  );
}

/** What each copy is a copy of: a dropout is nothing when a model is used, and the executor sees the value by its first name only. */
function sourcesOf({ graph }: Model): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const { opType, domain, inputs, outputs } of graph.nodes) {
    if (opType !== 'Identity' || domain !== '') continue;
    sources.set(outputs[0]!, sources.get(inputs[0]!) ?? inputs[0]!);
  }
  return sources;
}

/** A variable that is always 0 has codes of any step: 1 is as good as any. */
function seenRange({ min, max }: ActivationRange): SeenRange {
  return { min, max, threshold: Math.max(-min, max) || 1 };
}

function valuesOf({ graph }: Model): ReadonlySet<string> {
  return new Set([...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)]);
}

type Find = (
  model: Model,
  engine: ExecutionEngine,
  names: readonly string[],
  samples: Samples,
  settings: CalibrationSettings,
  context: RunContext,
) => Promise<ReadonlyMap<string, ActivationRange>>;

const byOctavo: Find = async (model, engine, names, samples, settings, context) => {
  const { algo, histPercent, bits, onnxFormat } = settings;
  const stats = await calibrateModel(model, engine, names, samples, {}, context);
  const qmax = qmaxOf(bits);
  const rule = { qmin: onnxFormat ? -qmax - 1 : -qmax, qmax, symmetric: true };
  const method = activationMethod(ALGORITHMS[algo]);
  const ranges = new Map<string, ActivationRange>();
  for (const name of names) {
    const seen = stats.get(name);
    if (seen !== undefined) ranges.set(name, method(engine, seen, rule, { percentile: 100 * histPercent }));
  }
  return ranges;
};

/** Algorithms of Paddle's whose levels do not depend on the number of bits. */
const ANY_BITS: readonly Algorithm[] = ['hist', 'avg', 'abs_max', 'min_max'];

const byPaddle: Find = (model, engine, names, samples, settings, context) => {
  const { algo, histPercent, bits, onnxFormat } = settings;
  if (bits !== 8 && !ANY_BITS.includes(algo)) {
    const message = `compat has Paddle's ${algo} for 8 bits; at ${bits} it has ${ANY_BITS.join(', ')}`;
    throw new OctavoError('INVALID_ARGUMENT', message, { field: 'compat' });
  }
  const make = compatMethod('paddle', ALGORITHMS[algo], { percentile: 100 * histPercent, onnxFormat });
  return compatRanges(model, engine, names, samples, () => make(engine), context);
};
