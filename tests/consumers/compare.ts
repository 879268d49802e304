// Compares a model with its float original inside the engines:
//   npx tsx tests/consumers/compare.ts float.onnx quantized.onnx [--engine node|web|both] [--like MODEL] [--json]
// Inputs are those of the real model of the same file name, or of --like (ocr-cls ocr-rec ocr-det mobilenet-v1
// squeezenet).

import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ENGINES, type EngineName, type Feeds } from './job.js';
import { type Decision, type Measures, measure } from './measures.js';
import { realModel } from './models.js';
import { type EngineOptions, type EngineRun, enginesMissing, runModel } from './run.js';

export interface Comparison {
  readonly engine: EngineName;
  readonly outputs: readonly Measures[];
  /** Lowest over the outputs. */
  readonly cosine: number;
  readonly worstCosine: number;
  readonly sqnrDb: number;
  readonly agreement: number;
  readonly loadMs: number;
}

const references = new Map<string, Promise<EngineRun>>();

/** The float model's outputs; each model runs once an engine, however many candidates are compared with it. */
function referenceRun(engine: EngineName, path: string, runs: readonly Feeds[]): Promise<EngineRun> {
  const key = `${engine} ${path} ${JSON.stringify(runs)}`;
  const known = references.get(key) ?? runModel(engine, path, runs);
  references.set(key, known);
  return known;
}

/** Runs both models on the same inputs in one engine and measures the difference.
 *  @throws EngineError when the engine refuses a model. */
export async function compareIn(
  engine: EngineName,
  reference: string,
  candidate: string | Uint8Array,
  runs: readonly Feeds[],
  decision: Decision,
  options: EngineOptions = {},
): Promise<Comparison> {
  const a = await referenceRun(engine, reference, runs);
  const b = await runModel(engine, candidate, runs, options);
  const outputs = measure(a.runs, b.runs, decision);
  const lowest = (pick: (m: Measures) => number) => Math.min(...outputs.map(pick));
  return {
    engine,
    outputs,
    cosine: lowest((m) => m.cosine),
    worstCosine: lowest((m) => m.worstCosine),
    sqnrDb: lowest((m) => m.sqnrDb),
    agreement: lowest((m) => m.agreement),
    loadMs: b.loadMs,
  };
}

/** One line for a person. */
export function describe(result: Comparison): string {
  const { cosine, worstCosine, sqnrDb, agreement } = result;
  return `${result.engine.padEnd(4)} cosine ${cosine.toFixed(6)} worst ${worstCosine.toFixed(6)} sqnr ${sqnrDb.toFixed(1)} dB agreement ${(agreement * 100).toFixed(1)} %`;
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      engine: { type: 'string', default: 'both' },
      like: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  const [reference, candidate] = positionals;
  if (reference === undefined || candidate === undefined) throw new Error('give two models');
  const missing = enginesMissing();
  if (missing !== undefined) throw new Error(missing);
  const model = realModel(values.like ?? basename(reference));
  if (model === undefined) throw new Error('unknown model: name one whose inputs to use with --like');
  const results: Comparison[] = [];
  for (const engine of ENGINES.filter((e) => values.engine === 'both' || values.engine === e)) {
    const result = await compareIn(engine, reference, candidate, model.runs, model.decision);
    results.push(result);
    if (values.json !== true) console.log(describe(result));
  }
  if (values.json === true) console.log(JSON.stringify(results, null, 2));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
