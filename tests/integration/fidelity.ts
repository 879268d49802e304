// How near a statically quantized model stays to its float original: calibrated over some samples, run over others, in
// onnxruntime-node, both models looked at in front of their last Softmax or Sigmoid.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunContext } from '../../ts-host/context.js';
import { readSamples } from '../../ts-host/data/readSamples.js';
import {
  type QuantizeOptions,
  quantize,
  type Samples,
  Session,
  type TensorInput,
} from '../../ts-host/index.js';
import type { Feeds } from '../consumers/job.js';
import { toNumbers } from '../consumers/measures.js';
import { runModel } from '../consumers/run.js';
import { prepareImages } from '../support/engine.js';
import { prepareOctavo } from '../support/octavo.js';
import { logitsOf, withOutput } from './logits.js';

export interface FidelityCase {
  readonly model: Uint8Array;
  /** Samples, or what calibrate() made of some. */
  readonly calibration: QuantizeOptions['calibration'];
  readonly evaluation: Samples;
  readonly options?: QuantizeOptions;
}

export interface Fidelity {
  /** Of every sample: its logits by the float model and by the quantized one. */
  readonly float: readonly Float64Array[];
  readonly quantized: readonly Float64Array[];
  readonly bytes: Uint8Array;
}

/** Makes the package's public functions work from this checkout. */
export async function prepareFidelity(): Promise<void> {
  await prepareOctavo();
  await prepareImages();
}

/** Quantizes over the one set of samples and runs both models over the other. */
export async function fidelityOf({
  model,
  calibration,
  evaluation,
  options = {},
}: FidelityCase): Promise<Fidelity> {
  const result = await quantize(model, { ...options, mode: 'static', calibration });
  const bytes = await result.bytes();
  await result.close();
  const logits = logitsOf(model);
  const seen = (each: Uint8Array) => (logits === undefined ? each : withOutput(each, logits));
  const folder = mkdtempSync(join(tmpdir(), 'octavo-fidelity-'));
  try {
    const runs = await written(model, evaluation, folder);
    return {
      float: await outputsOf(seen(model), runs),
      quantized: await outputsOf(seen(bytes), runs),
      bytes,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The first output of every sample; a batch gives one for each of its items. */
async function outputsOf(model: Uint8Array, runs: readonly Feeds[]): Promise<Float64Array[]> {
  const { runs: results } = await runModel('node', model, runs);
  return results.flatMap(([first]) => {
    const values = toNumbers(first!);
    const [items = 1] = first!.dims;
    const each = values.length / items;
    return Array.from({ length: items }, (_, item) => values.subarray(item * each, (item + 1) * each));
  });
}

/** Samples as files, made by Octavo for the model's inputs. */
async function written(model: Uint8Array, samples: Samples, folder: string): Promise<Feeds[]> {
  const session = await Session.create(model);
  const inputs = session.inputs.map(({ name, dtype, dims }) => ({ name, dtype, dims }));
  await session.dispose();
  const runs: Feeds[] = [];
  for await (const { feeds } of readSamples(samples, inputs as never, new RunContext())) {
    const entries = [...feeds].map(([name, feed]): [string, Feeds[string]] => {
      const { data, dims } = feed as unknown as TensorInput & { data: Float32Array };
      const file = join(folder, `${runs.length}-${name.replace(/\W/g, '_')}.bin`);
      writeFileSync(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      return [name, { kind: 'file', file, dims: [...dims] }];
    });
    runs.push(Object.fromEntries(entries));
  }
  return runs;
}

export interface Figures {
  /** Over all samples as one long vector, and of the worst sample. */
  readonly cosine: number;
  readonly worstCosine: number;
  /** Mean over the samples, dB. */
  readonly sqnr: number;
  /** Share of samples whose largest value is the same one. */
  readonly agreement: number;
}

export function figuresOf({ float, quantized }: Pick<Fidelity, 'float' | 'quantized'>): Figures {
  const sums = float.map((x, i) => sumsOf(x, quantized[i]!));
  const total = (pick: (each: Sums) => number) => sums.reduce((sum, each) => sum + pick(each), 0);
  const cosine = ({ xx, yy, xy }: Sums) => xy / Math.sqrt(xx * yy);
  return {
    cosine: total(({ xy }) => xy) / Math.sqrt(total(({ xx }) => xx) * total(({ yy }) => yy)),
    worstCosine: Math.min(...sums.map(cosine)),
    sqnr: total(({ xx, ee }) => 10 * Math.log10(xx / ee)) / sums.length,
    agreement: float.filter((x, i) => best(x) === best(quantized[i]!)).length / float.length,
  };
}

interface Sums {
  readonly xx: number;
  readonly yy: number;
  readonly xy: number;
  readonly ee: number;
}

function sumsOf(x: Float64Array, y: Float64Array): Sums {
  let [xx, yy, xy, ee] = [0, 0, 0, 0];
  for (const [i, a] of x.entries()) {
    const b = y[i]!;
    xx += a * a;
    yy += b * b;
    xy += a * b;
    ee += (a - b) ** 2;
  }
  return { xx, yy, xy, ee };
}

/** Place of the largest value. */
export function best(values: Float64Array): number {
  return values.reduce((at, value, i) => (value > values[at]! ? i : at), 0);
}

/** One line for a person. */
export function describeFigures({ cosine, worstCosine, sqnr, agreement }: Figures): string {
  return `cosine ${cosine.toFixed(5)}, worst ${worstCosine.toFixed(5)}, SQNR ${sqnr.toFixed(2)} dB, agreement ${(agreement * 100).toFixed(1)} %`;
}
