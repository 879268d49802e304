// What runs the models of `npm start` before and after: Octavo, and onnxruntime-web where the tests' engines are installed.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Session, TensorInput } from '../../ts-host/index.js';

export interface Output {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

export interface Running {
  /** The first output. */
  run(input: TensorInput): Promise<Output>;
  close(): Promise<void>;
}

export interface StartEngine {
  readonly name: string;
  open(model: Uint8Array): Promise<Running>;
}

interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: object): Promise<Record<string, Output>>;
  release(): Promise<void>;
}

interface Ort {
  readonly env: { readonly wasm: { numThreads?: number } };
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => object;
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<OrtSession> };
}

const consumers = fileURLToPath(new URL('../../tests/consumers/', import.meta.url));

/** Octavo first. */
export async function startEngines(octavo: { readonly Session: typeof Session }): Promise<StartEngine[]> {
  const own = { name: 'octavo', open: (model: Uint8Array) => openOctavo(octavo.Session, model) };
  const isInstalled = existsSync(join(consumers, 'node_modules/onnxruntime-web'));
  return isInstalled ? [own, await onnxruntimeWeb()] : [own];
}

async function onnxruntimeWeb(): Promise<StartEngine> {
  const file = createRequire(join(consumers, 'package.json')).resolve('onnxruntime-web');
  const loaded = (await import(pathToFileURL(file).href)) as Ort & { readonly default?: Ort };
  const ort = loaded.default ?? loaded;
  ort.env.wasm.numThreads = 1;
  const open = async (model: Uint8Array): Promise<Running> => {
    const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
    const [input, output] = [session.inputNames[0]!, session.outputNames[0]!];
    return {
      run: async ({ data, dims }) =>
        (await session.run({ [input]: new ort.Tensor('float32', data, dims) }))[output]!,
      close: () => session.release(),
    };
  };
  return { name: 'ort-web', open };
}

async function openOctavo(create: typeof Session, model: Uint8Array): Promise<Running> {
  const session = await create.create(model);
  const input = session.inputs[0]!.name;
  return {
    run: async (tensor) => Object.values(await session.run({ [input]: tensor }))[0]! as unknown as Output,
    close: () => session.dispose(),
  };
}
