// Runs one model in one engine, in another process: a crash or a hang becomes an EngineError instead of the end of the suite.
// A process serves several models of its engine, one after the other, because to start one takes seconds: onnxruntime-web
// compiles its wasm anew.

import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineName, Feeds, Job, JobResult } from './job.js';

const HERE = dirname(fileURLToPath(import.meta.url));
const TIMEOUT_MS = 180_000;
/** Jobs of one process: wasm memory never shrinks. */
const MOST_JOBS = 16;

export interface EngineOutput {
  readonly name: string;
  readonly dtype: string;
  readonly dims: readonly number[];
  /** Little-endian elements, as the engine returned them. */
  readonly bytes: Uint8Array;
}

export interface EngineRun {
  readonly version: string;
  readonly loadMs: number;
  readonly runMs: readonly number[];
  /** Outputs of every run, in the engine's order. */
  readonly runs: readonly (readonly EngineOutput[])[];
  /** The optimized model, where it was asked for. */
  readonly optimized?: Uint8Array;
}

/** The engine refused the model, failed to run it, or died. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly engine: EngineName;
  readonly stage: string;
  constructor(engine: EngineName, stage: string, message: string) {
    super(`onnxruntime-${engine}, ${stage}: ${message}`);
    this.engine = engine;
    this.stage = stage;
  }
}

export interface EngineOptions {
  readonly optimization?: Job['optimization'];
  /** Names of the external data files, which lie beside the model. */
  readonly externalFiles?: readonly string[];
  /** onnxruntime-node: hand back the graph as its optimizer leaves it. */
  readonly wantsOptimized?: boolean;
}

/** Why the engines cannot be used here, or undefined when they can. */
export function enginesMissing(): string | undefined {
  const folder = join(HERE, 'node_modules');
  const absent = ['onnxruntime-node', 'onnxruntime-web', 'jpeg-js'].filter(
    (p) => !existsSync(join(folder, p)),
  );
  return absent.length === 0
    ? undefined
    : `tests/consumers has no ${absent.join(', ')}: npm ci --prefix tests/consumers`;
}

/** Loads a model (path or bytes) and runs it once for each element of `runs`; none only loads it.
 *  @throws EngineError */
export async function runModel(
  engine: EngineName,
  model: string | Uint8Array,
  runs: readonly Feeds[],
  options: EngineOptions = {},
): Promise<EngineRun> {
  const outputDir = await mkdtemp(join(tmpdir(), 'octavo-engine-'));
  try {
    const path = typeof model === 'string' ? resolve(model) : join(outputDir, 'model.onnx');
    if (typeof model !== 'string') await writeFile(path, model);
    const folder = dirname(path);
    const externalData = (options.externalFiles ?? []).map((f) => ({ location: f, path: join(folder, f) }));
    const optimization = options.optimization ?? 'all';
    const optimizedModel = join(outputDir, 'optimized.onnx');
    const wanted = options.wantsOptimized === true ? { optimizedModel } : {};
    const job: Job = { engine, model: path, externalData, runs, optimization, outputDir, ...wanted };
    const jobFile = join(outputDir, 'job.json');
    await writeFile(jobFile, JSON.stringify(job));
    const died = await runChild(engine, jobFile);
    const result = await readResult(outputDir, died);
    if (!result.ok) throw new EngineError(engine, result.stage, result.message);
    const optimized = options.wantsOptimized === true ? { optimized: await readFile(optimizedModel) } : {};
    return { ...result, ...optimized, runs: await Promise.all(result.runs.map(readOutputs)) };
  } finally {
    await rm(outputDir, { recursive: true, force: true });
  }
}

type OkResult = Extract<JobResult, { ok: true }>;

async function readOutputs(refs: OkResult['runs'][number]): Promise<EngineOutput[]> {
  return Promise.all(
    refs.map(async ({ name, dtype, dims, file }) => ({ name, dtype, dims, bytes: await readFile(file) })),
  );
}

async function readResult(outputDir: string, died: string): Promise<JobResult> {
  const file = join(outputDir, 'result.json');
  if (!existsSync(file)) return { ok: false, stage: 'crash', message: died };
  return JSON.parse(await readFile(file, 'utf8')) as JobResult;
}

interface Worker {
  readonly child: ChildProcess;
  jobs: number;
  /** The end of what it wrote to stderr. */
  tail: string;
}

const idle: Record<EngineName, Worker[]> = { node: [], web: [] };

/** Has a job done. Resolves with how the process ended, for the case that it left no result. */
async function runChild(engine: EngineName, jobFile: string): Promise<string> {
  const known = idle[engine].pop();
  const worker = known?.child.connected ? known : startWorker();
  const { child } = worker;
  const ended = await new Promise<string | undefined>((done, fail) => {
    const settle = (how: string | undefined): void => {
      clearTimeout(timer);
      child.removeAllListeners('message').removeAllListeners('close').removeAllListeners('error');
      done(how);
    };
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    child.once('message', () => settle(undefined));
    child.once('close', (code, signal) => settle(`ended with ${signal ?? code}: ${worker.tail.trim()}`));
    child.once('error', (error) => {
      clearTimeout(timer);
      fail(error);
    });
    hold(child);
    child.send(jobFile);
  });
  if (ended !== undefined) return ended;
  if (++worker.jobs < MOST_JOBS) {
    letGo(child);
    idle[engine].push(worker);
  } else child.kill();
  return '';
}

function startWorker(): Worker {
  const child = fork(join(HERE, 'engine.ts'), {
    execArgv: ['--import', import.meta.resolve('tsx')],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const worker: Worker = { child, jobs: 0, tail: '' };
  child.stderr!.on(
    'data',
    (chunk: Buffer) => (worker.tail = (worker.tail + chunk.toString('utf8')).slice(-2000)),
  );
  return worker;
}

/** An idle process keeps this one from ending no longer. It ends itself when the channel closes. */
function letGo(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
  (child.stderr as unknown as { unref(): void }).unref();
}

function hold(child: ChildProcess): void {
  child.ref();
  child.channel?.ref();
  (child.stderr as unknown as { ref(): void }).ref();
}
