// The child process: an engine and one model after the other. Each message is the path of a job; every output becomes a file,
// result.json is written last, and then told. Whatever goes wrong becomes a result; a crash leaves none, which the parent
// reports.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFeed } from './feeds.js';
import type { Feeds, Job, JobResult, OutputRef } from './job.js';

interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayBufferView | readonly string[];
}

interface OrtSession {
  readonly inputNames: readonly string[];
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

/** The part of onnxruntime-common both packages share. */
interface Ort {
  readonly Tensor: new (type: string, data: ArrayBufferView, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(model: string | Uint8Array, options: object): Promise<OrtSession> };
  readonly env: {
    wasm: { numThreads?: number };
    logLevel?: string;
    versions: { common: string; node?: string; web?: string };
  };
}

class Failure extends Error {
  readonly stage: 'start' | 'load' | 'run';
  constructor(stage: 'start' | 'load' | 'run', cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.stage = stage;
  }
}

async function at<T>(stage: Failure['stage'], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new Failure(stage, cause);
  }
}

async function open(ort: Ort, job: Job): Promise<OrtSession> {
  const options = { graphOptimizationLevel: job.optimization, logSeverityLevel: 3 };
  if (job.engine === 'node') {
    const optimized = job.optimizedModel === undefined ? {} : { optimizedModelFilePath: job.optimizedModel };
    const threads = { intraOpNumThreads: 1, interOpNumThreads: 1 };
    return ort.InferenceSession.create(job.model, { ...options, ...threads, ...optimized });
  }
  const externalData = await Promise.all(
    job.externalData.map(async ({ location, path }) => ({ path: location, data: await readFile(path) })),
  );
  return ort.InferenceSession.create(await readFile(job.model), { ...options, externalData });
}

async function runOnce(ort: Ort, session: OrtSession, feeds: Feeds): Promise<Record<string, OrtTensor>> {
  const tensors: Record<string, OrtTensor> = {};
  for (const [name, spec] of Object.entries(feeds)) {
    const feed = await makeFeed(spec);
    tensors[name] = new ort.Tensor(feed.dtype, feed.data, feed.dims);
  }
  return session.run(tensors);
}

async function save(job: Job, run: number, outputs: Record<string, OrtTensor>): Promise<OutputRef[]> {
  const refs: OutputRef[] = [];
  for (const [index, [name, tensor]] of Object.entries(outputs).entries()) {
    if (!ArrayBuffer.isView(tensor.data)) throw new Error(`output ${name} holds strings`);
    const { buffer, byteOffset, byteLength } = tensor.data;
    const file = join(job.outputDir, `run${run}-output${index}.bin`);
    await writeFile(file, new Uint8Array(buffer, byteOffset, byteLength));
    refs.push({ name, dtype: tensor.type, dims: [...tensor.dims], file });
  }
  return refs;
}

async function work(job: Job): Promise<JobResult> {
  const packageName = job.engine === 'node' ? 'onnxruntime-node' : 'onnxruntime-web';
  const ort = await at('start', async () => (await import(packageName)) as Ort);
  if (job.engine === 'web') ort.env.wasm.numThreads = 1;
  const begun = performance.now();
  const session = await at('load', () => open(ort, job));
  const loadMs = performance.now() - begun;
  try {
    const runs: OutputRef[][] = [];
    const runMs: number[] = [];
    for (const [index, feeds] of job.runs.entries()) {
      const started = performance.now();
      const outputs = await at('run', () => runOnce(ort, session, feeds));
      runMs.push(performance.now() - started);
      runs.push(await save(job, index, outputs));
    }
    const version = ort.env.versions[job.engine] ?? ort.env.versions.common;
    return { ok: true, version, loadMs, runMs, inputNames: [...session.inputNames], runs };
  } finally {
    await session.release();
  }
}

process.on('message', async (jobFile: string) => {
  const job = JSON.parse(await readFile(jobFile, 'utf8')) as Job;
  const result: JobResult = await work(job).catch((error: unknown): JobResult => {
    const stage = error instanceof Failure ? error.stage : 'run';
    return { ok: false, stage, message: error instanceof Error ? error.message : String(error) };
  });
  await writeFile(join(job.outputDir, 'result.json'), JSON.stringify(result));
  process.send!('done');
});
// The parent has ended.
process.on('disconnect', () => process.exit(0));
