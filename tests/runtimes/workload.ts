// The one program that every runtime runs: every model in every mode, each output file and each plan hashed; and every
// float model run once, its outputs hashed.

import type * as Octavo from '../../ts-host/index.js';
import type { WorkloadResult } from './outcome.js';

/** Model file name → how this runtime reads it: a path, a range request, an object of a bucket. */
export type Inputs = Readonly<Record<string, () => Promise<Octavo.SourceInput>>>;

/** What is asked of every model. Together they use every mode, width and form at least once. */
const CASES: Readonly<Record<string, Octavo.QuantizeOptions>> = {
  default: {},
  'weights 8': { mode: 'weights' },
  'weights 4 blocks': { mode: 'weights', bits: 4, observer: 'absmax' },
  dynamic: { mode: 'dynamic' },
  fp16: { mode: 'fp16' },
};

/** Asked of models up to {@link SMALL_BYTES} only, to keep slow machines within seconds. */
const MORE_CASES: Readonly<Record<string, Octavo.QuantizeOptions>> = {
  'weights 8 mse': { mode: 'weights', observer: 'mse' },
  'weights 4 blocks mse': { mode: 'weights', bits: 4, observer: 'mse' },
  'weights 2 blocks': { mode: 'weights', bits: 2 },
  'weights 3 blocks of 64': { mode: 'weights', bits: 3, blockSize: 64 },
  'weights 4 blocks qdq': { mode: 'weights', bits: 4, blockForm: 'qdq', symmetric: true },
  'weights 5': { mode: 'weights', bits: 5 },
  'weights 6 tensor': { mode: 'weights', bits: 6, granularity: 'tensor' },
  'weights 7 asymmetric': { mode: 'weights', bits: 7, symmetric: false },
  'weights 8 blocks of 128': { mode: 'weights', granularity: 'block', blockSize: 128 },
  'weights 16': { mode: 'weights', bits: 16 },
  'dynamic uint8': { mode: 'dynamic', weightType: 'uint8', reduceRange: true },
  'dynamic integer conv': { mode: 'dynamic', convInteger: true },
  'embedding 8': { mode: 'embedding' },
  'embedding 4': { mode: 'embedding', bits: 4 },
  'external data': { mode: 'weights', externalData: 'always' },
};
const SMALL_BYTES = 1_000_000;

/** `(module (func (result v128) (i8x16.relaxed_swizzle (i8x16.splat (i32.const 0)) (i8x16.splat (i32.const 0)))))` */
const RELAXED_MODULE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0], // magic and version
  ...[1, 5, 1, 96, 0, 1, 123], // type section: () -> v128
  ...[3, 2, 1, 0], // function section: one function of type 0
  ...[10, 15, 1, 13, 0, 65, 0, 253, 15, 65, 0, 253, 15, 253, 128, 2, 11], // code section
);

export async function runWorkload(octavo: typeof Octavo, inputs: Inputs): Promise<WorkloadResult> {
  await octavo.init();
  const hashes: Record<string, string> = {};
  for (const [name, open] of Object.entries(inputs)) {
    const source = await octavo.toSource(await open());
    const cases = source.size > SMALL_BYTES ? CASES : { ...CASES, ...MORE_CASES };
    for (const [label, options] of Object.entries(cases)) {
      const result = await octavo.quantize(source, options);
      const sink = octavo.memorySink();
      await result.writeTo(sink);
      for (const [file, bytes] of sink.result) hashes[`${name} ${label} ${file}`] = await sha256(bytes);
      const plan = new TextEncoder().encode(JSON.stringify(result.plan));
      hashes[`${name} ${label} plan`] = await sha256(plan);
    }
    const outputs = await execute(octavo, source, name);
    for (const [output, bytes] of outputs) hashes[`${name} run ${output}`] = await sha256(bytes);
    await source.close?.();
  }
  const { simd, relaxed } = octavo.diagnostics();
  const hasRelaxed = WebAssembly.validate(RELAXED_MODULE) ? 'yes' : 'no';
  const diagnostics = `simd ${simd ? 'yes' : 'no'}, relaxed simd ${hasRelaxed} (module ${relaxed})`;
  return { hashes, diagnostics };
}

/** Dims for what a model leaves open, by the model's file name: a small picture that its network can take. */
const OPEN_DIMS: Readonly<Record<string, readonly number[]>> = {
  'ch_PP-OCRv4_det_infer.onnx': [1, 3, 64, 96],
  'ch_PP-OCRv4_rec_infer.onnx': [1, 3, 48, 96],
  'ch_ppocr_mobile_v2.0_cls_infer.onnx': [1, 3, 48, 96],
};

/** The bytes of a model's outputs for inputs made of whole numbers, which are the same everywhere. */
async function execute(
  octavo: typeof Octavo,
  source: Octavo.SourceInput,
  name: string,
): Promise<[string, Uint8Array][]> {
  const session = await octavo.Session.create(source);
  try {
    const feeds = session.inputs.map((input) => [input.name, feedFor(input, OPEN_DIMS[name] ?? [])] as const);
    const outputs = await session.run(Object.fromEntries(feeds));
    return Object.entries(outputs).map(([output, { data }]) => [
      output,
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    ]);
  } finally {
    await session.dispose();
  }
}

function feedFor({ dtype, dims = [] }: Octavo.ValueMetadata, open: readonly number[]): Octavo.TensorInput {
  const shape = dims.map((dim, index) => (typeof dim === 'number' ? dim : (open[index] ?? 1)));
  const count = shape.reduce((a, b) => a * b, 1);
  // Knuth's multiplicative hash; exact in float32.
  const value = (index: number): number => (((Math.imul(index, 2654435761) >>> 20) & 255) - 128) / 64;
  if (dtype === 'int64')
    return { data: BigInt64Array.from({ length: count }, (_, i) => BigInt(i % 7)), dims: shape };
  return { data: Float32Array.from({ length: count }, (_, i) => value(i)), dims: shape };
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as BufferSource));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
