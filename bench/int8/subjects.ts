// A model in an engine, ready to be timed: every engine behind the same few lines.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';
import type * as Octavo from '../../ts-host/index.js';
import type { Subject } from '../harness.js';
import type { Net } from '../nets/net.js';
import { type Tf, tfjsOf } from '../nets/tfjs.js';
import { tfliteOf } from '../nets/tflite.js';

export interface Picture {
  readonly input: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | Uint8Array;
}

const consumers = createRequire(new URL('../../tests/consumers/package.json', import.meta.url));
const peers = createRequire(new URL('../peers/js/package.json', import.meta.url));
const wasm = (name: string): Uint8Array => readFileSync(new URL(`../../dist/${name}.wasm`, import.meta.url));

/** Which kernels a session may use: all that the runtime computes exactly, or strict SIMD only. */
export type Kernels = 'all' | 'simd';

/** A session of ours. */
export async function octavoSession(
  octavo: typeof Octavo,
  bytes: Uint8Array,
  kernels: Kernels,
  precision: 'strict' | 'fast',
): Promise<Octavo.Session> {
  const [simd, execute] = [wasm('simd'), wasm('execute')];
  // A module that the runtime refuses is one that it has not.
  const none = new Uint8Array(8);
  const relaxed =
    kernels === 'all'
      ? { relaxed: wasm('relaxed'), executeRelaxed: wasm('execute-relaxed') }
      : { executeRelaxed: none };
  await octavo.init({ simd, execute, ...relaxed });
  return octavo.Session.create(bytes, { precision });
}

export function octavoSubject(
  name: string,
  session: Octavo.Session,
  { input, dims, data }: Picture,
): Subject {
  const feeds = { [input]: { data, dims } };
  const output = session.outputs[0]!.name;
  return { name, run: async () => Number((await session.run(feeds))[output]!.data[0]) };
}

interface OrtEngine {
  readonly Tensor: new (type: string, data: ArrayBufferView, dims: readonly number[]) => object;
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<OrtSession> };
  readonly env: { wasm: { numThreads?: number }; logLevel: string };
}

interface OrtSession {
  readonly outputNames: readonly string[];
  run(feeds: Record<string, object>): Promise<Record<string, { readonly data: ArrayLike<number> }>>;
}

export async function ortSubject(
  name: string,
  engine: 'onnxruntime-node' | 'onnxruntime-web',
  bytes: Uint8Array,
  { input, dims, data }: Picture,
): Promise<Subject> {
  // They share one registry of backends, in which the first to come keeps the name cpu: both would be the one in WebAssembly.
  consumers('onnxruntime-node');
  const ort = consumers(engine) as OrtEngine;
  ort.env.logLevel = 'fatal';
  ort.env.wasm.numThreads = 1;
  const options =
    engine === 'onnxruntime-node'
      ? { executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1 }
      : { executionProviders: ['wasm'] };
  const session = await ort.InferenceSession.create(bytes, { ...options, logSeverityLevel: 4 });
  const feeds = { [input]: new ort.Tensor(data instanceof Uint8Array ? 'uint8' : 'float32', data, dims) };
  const output = session.outputNames[0]!;
  return { name, run: async () => (await session.run(feeds))[output]!.data[0]! };
}

interface LiteRt {
  loadLiteRt(folder: string): Promise<unknown>;
  loadAndCompile(model: Uint8Array, options: object): Promise<LiteRtModel>;
  readonly Tensor: new (data: ArrayBufferView, dims: readonly number[]) => LiteRtTensor;
}

interface LiteRtTensor {
  toTypedArray(): ArrayLike<number>;
  delete(): void;
}

interface LiteRtModel {
  getInputDetails(): readonly { readonly dtype: string; readonly shape: ArrayLike<number> }[];
  run(inputs: readonly LiteRtTensor[]): Promise<readonly LiteRtTensor[]>;
}

/** Loaded once. LiteRT.js is made for pages: its script is run here as a page would, with what it asks of Node. */
let litert: Promise<LiteRt> | undefined;

function loadLitert(): Promise<LiteRt> {
  const load = async (): Promise<LiteRt> => {
    const entry = peers.resolve('@litertjs/core');
    const folder = `${pathToFileURL(join(dirname(entry), '../wasm')).href}/`;
    const importScripts = (url: string): void => {
      const path = fileURLToPath(url);
      Object.assign(globalThis, { require: createRequire(url), __dirname: dirname(path) });
      vm.runInThisContext(readFileSync(path, 'utf8'), { filename: path });
    };
    Object.assign(globalThis, { self: globalThis, importScripts });
    const module = (await import(pathToFileURL(entry).href)) as LiteRt;
    await module.loadLiteRt(folder);
    // Others take these for signs of a worker of the web.
    for (const name of ['importScripts', 'require', '__dirname']) Reflect.deleteProperty(globalThis, name);
    return module;
  };
  litert ??= load();
  return litert;
}

export async function litertSubject(name: string, bytes: Uint8Array): Promise<Subject> {
  const module = await loadLitert();
  const options = { accelerator: 'wasm', cpuOptions: { numThreads: 1 } };
  const model = await module.loadAndCompile(bytes, options);
  const { dtype, shape } = model.getInputDetails()[0]!;
  const dims = Array.from(shape);
  const count = dims.reduce((a, b) => a * b, 1);
  const data = dtype === 'float32' ? new Float32Array(count).fill(0.5) : new Uint8Array(count).fill(96);
  const tensor = new module.Tensor(data, dims);
  const run = async (): Promise<number> => {
    const outputs = await model.run([tensor]);
    const first = outputs[0]!.toTypedArray()[0]!;
    for (const output of outputs) output.delete();
    return first;
  };
  return { name, run };
}

/** The quantized file and the net of the same shapes, as far as there are any. */
export async function litertSubjects(net: Net | undefined, file: string | undefined): Promise<Subject[]> {
  const subjects: Subject[] = [];
  if (net !== undefined) subjects.push(await litertSubject('LiteRT float', tfliteOf(net)));
  if (file !== undefined && existsSync(file))
    subjects.push(await litertSubject('LiteRT int8', readFileSync(file)));
  return subjects;
}

/** One thread, SIMD. */
export async function tfjsSubject(name: string, net: Net): Promise<Subject> {
  const tf = peers('@tensorflow/tfjs-core') as Tf;
  const backend = peers('@tensorflow/tfjs-backend-wasm') as { setWasmPaths(folder: string): void };
  backend.setWasmPaths(`${dirname(peers.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
  await tf.ready();
  return { name, run: tfjsOf(tf, net) };
}
