// Static INT8 of real models: calibrated on some inputs, loaded and run on others in onnxruntime-node and -web. The graph that
// onnxruntime's optimizer makes of it is read back: a product may be in float there only if the report says why.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, type TestContext, test } from 'node:test';
import {
  type QuantizeOptions,
  type QuantizeReport,
  quantize,
  type TensorInput,
} from '../../ts-host/index.js';
import type { Model } from '../../ts-host/ir/model.js';
import { compareIn } from '../consumers/compare.js';
import { makeFeed } from '../consumers/feeds.js';
import { ENGINES, type Feeds } from '../consumers/job.js';
import { photo, type RealModel } from '../consumers/models.js';
import { enginesMissing, runModel } from '../consumers/run.js';
import { modelOf } from '../support/models.js';
import { prepareOctavo } from '../support/octavo.js';
import { check, row } from './suite.js';

export interface StaticExpectations {
  /** Lowest cosine of any output over all runs. */
  readonly cosine: number;
  /** Operators in float in the optimized graph that have an integer form elsewhere, with the reason in the report. */
  readonly floats?: Readonly<Record<string, RegExp>>;
}

/** Photographs of other motifs than those of the runs, and other words. */
const PHOTOS = ['02b', '04d', '06a', '09e', '11c', '13b', '17d', '21a'];
const WORDS = ['7 PETAL', 'COLOUR', '4096', 'THE FLOOR', 'U 2 CAT', '1830', 'APPLE 5', 'VOLTA'];

/** Inputs like those of a run, of which the model has seen none there. */
function calibrationFeeds([run]: readonly Feeds[]): Feeds[] {
  return PHOTOS.map((name, i) =>
    Object.fromEntries(
      Object.entries(run!).map(([input, spec]) => {
        if (spec.kind === 'image') return [input, { ...spec, file: photo(name) }];
        if (spec.kind !== 'text') return [input, spec];
        return [
          input,
          { ...spec, text: WORDS[i]!, seed: 50 + i, turned: spec.turned !== undefined && i % 2 === 1 },
        ];
      }),
    ),
  );
}

async function samplesOf(model: RealModel): Promise<Record<string, TensorInput>[]> {
  return Promise.all(
    calibrationFeeds(model.runs).map(async (feeds) => {
      const made = Object.entries(feeds).map(async ([name, spec]) => [name, await makeFeed(spec)] as const);
      return Object.fromEntries(await Promise.all(made)) as Record<string, TensorInput>;
    }),
  );
}

/** Registers the tests of a model. */
export function testStatic(name: string, model: RealModel | undefined, expected: StaticExpectations): void {
  const skip = model === undefined ? `${name}: the model's file is not here` : (enginesMissing() ?? false);
  describe(name, { skip }, () => {
    let samples: Record<string, TensorInput>[] = [];
    before(async () => {
      await prepareOctavo();
      samples = await samplesOf(model!);
    });
    for (const representation of ['qdq', 'operator'] as const) {
      test(`${name} ${representation} -> cosine >= ${expected.cosine} in both engines, products in integers`, (t) =>
        runStatic(t, model!, { mode: 'static', calibration: samples, representation }, expected));
    }
  });
}

async function runStatic(
  t: TestContext,
  model: RealModel,
  options: QuantizeOptions,
  { cosine, floats = {} }: StaticExpectations,
): Promise<void> {
  const bytes = readFileSync(model.path);
  const { report, ...result } = await quantized(bytes, options);
  const compared = [];
  for (const engine of ENGINES) {
    compared.push(await compareIn(engine, model.path, result.bytes, model.runs, model.decision));
  }
  t.diagnostic(
    row(model.name, `static ${options.representation}`, result.bytes.byteLength / bytes.byteLength, compared),
  );
  check(compared, cosine);
  const { optimized } = await runModel('node', result.bytes, [], {
    optimization: 'extended',
    wantsOptimized: true,
  });
  const left = floatProducts(await modelOf(optimized!));
  t.diagnostic(`${model.name}: in float after optimization: ${JSON.stringify(left)}`);
  for (const [opType, count] of Object.entries(left)) {
    const lines = report.nodes.filter((node) => node.opType === opType && node.form === 'float');
    assert.equal(count, lines.length, `${opType} in float`);
    assert.ok(floats[opType] !== undefined, `${opType} in float is not expected`);
    for (const { reason } of lines) assert.match(reason, floats[opType]!);
  }
}

async function quantized(
  bytes: Uint8Array,
  options: QuantizeOptions,
): Promise<{ bytes: Uint8Array; report: QuantizeReport }> {
  const result = await quantize(bytes, options);
  try {
    return { bytes: await result.bytes(), report: result.report };
  } finally {
    await result.close();
  }
}

/** Products that compute in float, by operator. */
function floatProducts({ graph }: Model): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { opType } of graph.nodes) {
    if (!/^(Fused)?(Conv|ConvTranspose|Gemm|MatMul)$/.test(opType)) continue;
    const name = opType.replace('Fused', '');
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
