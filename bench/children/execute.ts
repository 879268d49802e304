// execute.ts MODEL INPUT DIMS [profile]: one model in four engines, interleaved; with `profile` also where the time of
// our own runs goes. Prints JSON. Runs under a Node with relaxed SIMD.

import { readFile } from 'node:fs/promises';
import { Session as Inspector, type Profiler } from 'node:inspector/promises';
import { createRequire } from 'node:module';
import type * as Octavo from '../../ts-host/index.js';
import { type Timing, time } from '../harness.js';

interface Ort {
  readonly Tensor: new (type: string, data: Float32Array, dims: readonly number[]) => object;
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<OrtSession> };
  readonly env: { wasm: { numThreads?: number }; logLevel: string };
}

interface OrtSession {
  run(feeds: Record<string, object>): Promise<Record<string, { data: Float32Array }>>;
}

export interface Executed {
  readonly node: string;
  /** Engines in the order strict, fast, onnxruntime-web, onnxruntime-node. */
  readonly timings: readonly Timing[];
  /** What `fast` really ran as. */
  readonly fast: 'strict' | 'fast';
  /** Largest difference of our strict output from onnxruntime-node's, as a share of its range. */
  readonly error: number;
  /** Share of samples outside wasm, in our strict runs. */
  readonly outside?: number;
}

const PROFILE_MS = 3000;
const SAMPLING_US = 200;

const [path = '', input = '', dimsText = '', profile] = process.argv.slice(2);
const dims = dimsText.split('x').map(Number);
const bytes = await readFile(path);
// Linear congruential, so that every engine and every machine gets the same picture.
let state = 1;
const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2147483648 - 1;
});

const octavo = (await import(new URL('../../dist/index.js', import.meta.url).href)) as typeof Octavo;
const strict = await octavo.Session.create(bytes);
const fast = await octavo.Session.create(bytes, { precision: 'fast' });
const feeds = { [input]: { data, dims } };
const [output] = strict.outputs.map(({ name }) => name) as [string];

const consumers = createRequire(new URL('../../tests/consumers/package.json', import.meta.url));
const node = await ort('onnxruntime-node', {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
});
const web = await ort('onnxruntime-web', { executionProviders: ['wasm'] });

const timings = await time(
  [
    { name: 'strict', run: () => strict.run(feeds).then((all) => Number(all[output]!.data[0])) },
    { name: 'fast', run: () => fast.run(feeds).then((all) => Number(all[output]!.data[0])) },
    { name: 'onnxruntime-web', run: () => web().then((all) => all[0]!) },
    { name: 'onnxruntime-node', run: () => node().then((all) => all[0]!) },
  ],
  { rounds: 11, roundMs: 100, warmup: 3 },
);
const result: Executed = {
  node: process.version,
  timings,
  fast: fast.diagnostics().precision,
  error: rangeError((await strict.run(feeds))[output]!.data as Float32Array, await node()),
  ...(profile === 'profile' && { outside: await shareOutside(() => strict.run(feeds)) }),
};
console.log(JSON.stringify(result));
process.exit(0);

async function ort(name: string, options: object): Promise<() => Promise<Float32Array>> {
  const engine = consumers(name) as Ort;
  engine.env.logLevel = 'fatal';
  engine.env.wasm.numThreads = 1;
  const session = await engine.InferenceSession.create(bytes, { ...options, logSeverityLevel: 4 });
  const tensor = new engine.Tensor('float32', data, dims);
  return async () => (await session.run({ [input]: tensor }))[output]!.data;
}

function rangeError(actual: Float32Array, expected: Float32Array): number {
  let [low, high, error] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const [i, value] of expected.entries()) {
    low = Math.min(low, value);
    high = Math.max(high, value);
    error = Math.max(error, Math.abs(value - actual[i]!));
  }
  return error / (high - low);
}

/** Share of profile samples whose innermost frame is no wasm function. */
async function shareOutside(run: () => Promise<unknown>): Promise<number> {
  const inspector = new Inspector();
  inspector.connect();
  await inspector.post('Profiler.enable');
  await inspector.post('Profiler.setSamplingInterval', { interval: SAMPLING_US });
  await inspector.post('Profiler.start');
  const end = performance.now() + PROFILE_MS;
  while (performance.now() < end) await run();
  const { profile: found } = (await inspector.post('Profiler.stop')) as { profile: Profiler.Profile };
  inspector.disconnect();
  const inside = new Set(
    found.nodes.filter(({ callFrame }) => callFrame.url.startsWith('wasm:')).map(({ id }) => id),
  );
  const samples = found.samples ?? [];
  return samples.filter((id) => !inside.has(id)).length / samples.length;
}
