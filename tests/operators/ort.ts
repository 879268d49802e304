// onnxruntime-node as the judge of operator cases: in this process, one thread, the graph as it is.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DType } from '../../ts-host/ir/dtype.js';
import { enginesMissing } from '../consumers/run.js';
import { elementsOf, type Feed } from './feeds.js';

interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayBufferView;
}

interface OrtSession {
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

interface Ort {
  readonly Tensor: new (type: string, data: ArrayBufferView, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<OrtSession> };
  readonly env: { logLevel: string };
}

/** dtypes that onnxruntime's JavaScript tensors have. */
export const ORT_FEEDS: ReadonlySet<DType> = new Set<DType>([
  'float32',
  'float64',
  'float16',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
]);

let loaded: Ort | undefined;

function ort(): Ort {
  if (loaded !== undefined) return loaded;
  const missing = enginesMissing();
  if (missing !== undefined) throw new Error(`operators are compared with onnxruntime-node, but ${missing}`);
  const folder = fileURLToPath(new URL('../consumers/', import.meta.url));
  loaded = createRequire(join(folder, 'package.json'))('onnxruntime-node') as Ort;
  loaded.env.logLevel = 'fatal';
  return loaded;
}

/** Runs a model once.
 *  @param optimization - onnxruntime's level; 'disabled' runs the operator itself */
export async function runOrt(
  model: Uint8Array,
  feeds: ReadonlyMap<string, Feed>,
  optimization: 'disabled' | 'all' = 'disabled',
): Promise<Map<string, Feed>> {
  const { Tensor, InferenceSession } = ort();
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: optimization,
    logSeverityLevel: 4,
  });
  try {
    const inputs: Record<string, OrtTensor> = {};
    for (const [name, { dtype, dims, data }] of feeds) inputs[name] = new Tensor(dtype, data, dims);
    const outputs = await session.run(inputs);
    return new Map(Object.entries(outputs).map(([name, tensor]) => [name, toFeed(tensor)]));
  } finally {
    await session.release();
  }
}

function toFeed({ type, dims, data }: OrtTensor): Feed {
  const dtype = type as DType;
  const { buffer, byteOffset, byteLength } = data;
  const copy = buffer.slice(byteOffset, byteOffset + byteLength);
  return { dtype, dims: [...dims], data: elementsOf(dtype, copy) };
}
