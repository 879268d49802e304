// The one program that every runtime runs: every model in every mode, each output file and each plan hashed; every
// float model, and what small ones became, run once, with each output hashed; where a runtime has threads, on two of them as well.
// Then Paddle models, see paddle.ts.

import type * as Images from '../../ts-host/images.js';
import type * as Octavo from '../../ts-host/index.js';
import type { WorkloadResult } from './outcome.js';
import { type PaddleEntries, paddleResults } from './paddle.js';
import { STATIC_DIMS, STATIC_MODEL, staticFiles } from './static.js';

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

/** The entries of the package that work everywhere. */
export interface Entries extends PaddleEntries {
  readonly images: typeof Images;
}

/** @param threads - that this runtime must have when two are asked for */
export async function runWorkload(
  entries: Entries,
  inputs: Inputs,
  threads: number,
): Promise<WorkloadResult> {
  const { octavo, images } = entries;
  await octavo.init();
  const hashes: Record<string, string> = {};
  const precisions = new Set<string>();
  for (const [name, open] of Object.entries(inputs)) {
    const source = await octavo.toSource(await open());
    const isSmall = source.size <= SMALL_BYTES;
    for (const [label, options] of Object.entries(isSmall ? { ...CASES, ...MORE_CASES } : CASES)) {
      const result = await octavo.quantize(source, options);
      const sink = octavo.memorySink();
      await result.writeTo(sink);
      for (const [file, bytes] of sink.result) hashes[`${name} ${label} ${file}`] = await sha256(bytes);
      const plan = new TextEncoder().encode(JSON.stringify(result.plan));
      hashes[`${name} ${label} plan`] = await sha256(plan);
      const [model, ...external] = sink.result.values();
      if (!isSmall || external.length > 0) continue;
      await hashOutputs(hashes, `${name} ${label}`, (await execute(octavo, model!, name, 'strict')).outputs);
    }
    const { outputs } = await execute(octavo, source, name, 'strict');
    if (name === STATIC_MODEL) {
      await hashStatic(hashes, octavo, images, source);
      requireThreads(await execute(octavo, source, name, 'strict', 2), outputs, threads);
    }
    await hashOutputs(hashes, name, outputs);
    const fast = await execute(octavo, source, name, 'fast');
    requireNear(name, fast.outputs, outputs);
    precisions.add(fast.precision);
    await source.close?.();
  }
  for (const [what, bytes] of await paddleResults(entries)) hashes[`paddle ${what}`] = await sha256(bytes);
  const { simd, relaxed } = octavo.diagnostics();
  const hasRelaxed = WebAssembly.validate(RELAXED_MODULE) ? 'yes' : 'no';
  const sessions = `fast sessions ${[...precisions].join(' and ')}`;
  const features = `simd ${simd ? 'yes' : 'no'}, relaxed simd ${hasRelaxed} (module ${relaxed})`;
  return { hashes, diagnostics: `${features}, ${sessions}, threads ${threads} of 2` };
}

/** Statistics, statically quantized models, and what these give. */
async function hashStatic(
  hashes: Record<string, string>,
  octavo: typeof Octavo,
  images: typeof Images,
  source: Octavo.SourceInput,
): Promise<void> {
  for (const [label, bytes] of await staticFiles(octavo, images, source)) {
    const what = `${STATIC_MODEL} ${label}`;
    hashes[what] = await sha256(bytes);
    if (label.includes('statistics')) continue;
    const { outputs } = await execute(octavo, bytes, STATIC_MODEL, 'strict');
    await hashOutputs(hashes, what, outputs);
  }
  const of = (label: string) => hashes[`${STATIC_MODEL} ${label}`];
  if (of('static statistics') !== of('static statistics of merged shards')) {
    throw new Error('shards merge to other statistics than those of the whole');
  }
}

/** Dims of an input, and the bounds of its whole numbers. */
interface FeedRule {
  readonly dims: readonly number[];
  readonly low?: number;
  readonly high?: number;
}

/** How to feed what a model leaves open, by file and input: pictures and sequences small enough for slow machines. */
const FEEDS: Readonly<Record<string, Readonly<Record<string, FeedRule>>>> = {
  'ch_PP-OCRv4_det_infer.onnx': { x: { dims: [1, 3, 64, 96] } },
  'ch_PP-OCRv4_rec_infer.onnx': { x: { dims: [1, 3, 48, 96] } },
  [STATIC_MODEL]: { x: { dims: STATIC_DIMS } },
  'synthetic.onnx': { ids: { dims: [5] } },
  'recurrent.onnx': { tokens: { dims: [3, 7] }, lengths: { dims: [3], low: 2, high: 7 } },
  'encoder.onnx': { tokens: { dims: [2, 9] }, mask: { dims: [2, 9], low: 0, high: 1 } },
  'control-flow.onnx': { x: { dims: [5, 8] }, steps: { dims: [], low: 4, high: 4 } },
};

interface Executed {
  readonly outputs: Readonly<Record<string, Octavo.Tensor>>;
  readonly precision: string;
  readonly threads: Octavo.SessionThreads | undefined;
}

/** Runs a model once, on inputs that are the same everywhere. */
async function execute(
  octavo: typeof Octavo,
  source: Octavo.SourceInput,
  name: string,
  precision: 'strict' | 'fast',
  threads = 1,
): Promise<Executed> {
  const session = await octavo.Session.create(source, { precision, threads });
  try {
    const feeds = session.inputs.map(
      (input) => [input.name, feedFor(input, FEEDS[name]?.[input.name])] as const,
    );
    const outputs = await session.run(Object.fromEntries(feeds));
    const { precision: served, threads: used } = session.diagnostics();
    return { outputs, precision: served, threads: used };
  } finally {
    await session.dispose();
  }
}

/** Knuth's multiplicative hash, eight bits of it. */
const mixed = (index: number): number => (Math.imul(index, 2654435761) >>> 20) & 255;

function feedFor({ dtype, dims = [] }: Octavo.ValueMetadata, rule: FeedRule | undefined): Octavo.TensorInput {
  const shape = rule?.dims ?? dims.map((dim) => (typeof dim === 'number' ? dim : 1));
  const length = shape.reduce((a, b) => a * b, 1);
  const { low = 0, high = 6 } = rule ?? {};
  const whole = (index: number): number => low + (mixed(index) % (high - low + 1));
  if (dtype === 'int64') {
    return { data: BigInt64Array.from({ length }, (_, i) => BigInt(whole(i))), dims: shape };
  }
  if (dtype === 'int32') return { data: Int32Array.from({ length }, (_, i) => whole(i)), dims: shape };
  // Exact in float32.
  return { data: Float32Array.from({ length }, (_, i) => (mixed(i) - 128) / 64), dims: shape };
}

async function hashOutputs(
  hashes: Record<string, string>,
  what: string,
  outputs: Readonly<Record<string, Octavo.Tensor>>,
): Promise<void> {
  for (const [output, { dims, data }] of Object.entries(outputs)) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    hashes[`${what} run ${output} ${dims.join('x')}`] = await sha256(bytes);
  }
}

/** As many threads as expected, or a reason for one; and the bytes of one thread. */
function requireThreads({ outputs, threads }: Executed, single: Executed['outputs'], expected: number): void {
  const { used = 0, reason = '' } = threads ?? {};
  if (used !== expected || (used === 1) !== (reason !== '')) {
    throw new Error(`${used} threads of 2, not ${expected}: ${reason || 'no reason'}`);
  }
  for (const [output, { data }] of Object.entries(single)) {
    const same = outputs[output]!.data.every((each, index) => Object.is(each, data[index]));
    if (!same) throw new Error(`${output} on two threads has other bytes than on one`);
  }
}

/** Relaxed SIMD may change last bits only: 1e-4 of an output's range. */
function requireNear(name: string, fast: Executed['outputs'], strict: Executed['outputs']): void {
  for (const [output, { data }] of Object.entries(strict)) {
    const wanted = Array.from(data, Number);
    const [low, high] = [wanted.reduce((a, b) => Math.min(a, b)), wanted.reduce((a, b) => Math.max(a, b))];
    const error = Array.from(fast[output]!.data, Number).reduce(
      (largest, each, i) => Math.max(largest, Math.abs(each - wanted[i]!)),
      0,
    );
    if (error <= 1e-4 * (high - low)) continue;
    throw new Error(`${name}: ${output} of precision fast is off by ${error} in a range of ${high - low}`);
  }
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as BufferSource));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
