// Chooses what integer products run on: the strict module, or the relaxed one with one of its two dots, by what they
// compute and then by how fast. Results are equal whatever is chosen, so sessions of either precision take part.
//
//   dot     sums four products of 8 bits into 32 (vpdpbusd)            exact for every u8 · s8, or refused
//   pairs   sums two into 16 bits, then pairs of them (pmaddubsw …)    exact where weights leave room for it, or refused
//
// That a runtime accepts relaxed SIMD says nothing about its meaning: the same instruction is exact in one, saturates in
// another, takes both operands as signed in a third and doubles sums in a fourth. So the real kernels run on data of the
// full range, and one differing bit refuses them.

import { type ExecutionEngine, type ProductKernels, productExports } from './execution.js';
import type { KernelExports } from './kernel-exports.js';
import {
  beginPack,
  checkPack,
  multiply,
  PRODUCT_ARGS_BYTES,
  PRODUCT_FORMS,
  PRODUCT_WEIGHTS_BYTES,
  packProduct,
  prepareProduct,
  productPackedBytes,
  productScratchBytes,
  writeProductArgs,
  writeProductWeights,
} from './kernels/execute/product-int.js';

/** What was found of compiled modules: neither they nor the machine change. */
const judged = new WeakMap<WebAssembly.Module, ProductKernels>();

/** Makes sure that integer products are served by the best kernels: some milliseconds, once a process. A module that
 *  cannot be loaded or tried only keeps things slower: a reason and no error.
 *  @param known - forms that were found fast before, where weights are packed so: they need only be exact */
export async function chooseProducts(engine: ExecutionEngine, known = 0): Promise<void> {
  const { products } = engine;
  if (products?.choice.reason !== 'not probed') return;
  try {
    const relaxed = await engine.loadRelaxed?.();
    if (relaxed === undefined) {
      products.choice = { variant: 'simd', reason: 'no relaxed module' };
      return;
    }
    const { module } = products;
    const before = module && judged.get(module);
    Object.assign(products, before ?? judgeProducts(engine, relaxed, known));
    if (module !== undefined) judged.set(module, { choice: products.choice, forms: products.forms });
    if (products.forms !== 0) Object.assign(engine.kernels, productExports(relaxed, true));
  } catch (error) {
    products.choice = {
      variant: 'simd',
      reason: `failed: ${error instanceof Error ? error.message : error}`,
    };
  }
}

/** Judges the relaxed module's kernels against those of the engine.
 *  @param known - as of {@link chooseProducts} */
export function judgeProducts(engine: ExecutionEngine, relaxed: KernelExports, known = 0): ProductKernels {
  const { dot, pairs } = PRODUCT_FORMS;
  const exact = [dot, pairs].filter((form) => isExact(engine, relaxed, form));
  for (const form of exact) {
    if ((form & known) === 0 && !isFaster(engine, relaxed, form)) continue;
    const reason = form === dot ? 'chosen: dot' : 'chosen: pairs, where weights allow';
    return { choice: { variant: 'relaxed', reason }, forms: form };
  }
  const reason = exact.length === 0 ? 'refused: inexact' : 'refused: slower';
  return { choice: { variant: 'simd', reason }, forms: 0 };
}

/** [m, n, k]: whole tiles, partial tiles of rows, columns and depth, one row. */
const EXACT_SHAPES = [
  [12, 16, 64],
  [7, 13, 37],
  [1, 8, 66],
] as const;

function isExact(engine: ExecutionEngine, relaxed: KernelExports, form: number): boolean {
  return EXACT_SHAPES.every((shape, seed) => {
    const [expected, actual] = [
      withProbe(engine, engine.kernels, shape, 0, form, seed, (probe) => probe.run()),
      withProbe(engine, relaxed, shape, form, form, seed, (probe) => probe.run()),
    ];
    return expected.every((sum, index) => sum === actual[index]);
  });
}

/** Longest time spent on timing, and most rounds, for clocks that stand still or are coarse. */
const TIMING_MS = 4;
const MOST_ROUNDS = 64;
/** Rounds whose best times are compared, and how much slower the best may look: times of microseconds waver by that. */
const WINDOW = 8;
const MARGIN = 1.1;
const TIMED_SHAPE = [24, 32, 256] as const;

/** Runs both in turn and compares the best times of some rounds, so that a disturbance meets both. Relaxed kernels are taken once they
 *  keep up: later rounds may find one of the two compiled by the better compiler and the other not yet, which says nothing. */
function isFaster(engine: ExecutionEngine, relaxed: KernelExports, form: number): boolean {
  return withProbe(engine, engine.kernels, TIMED_SHAPE, 0, form, 1, (strict) =>
    withProbe(engine, relaxed, TIMED_SHAPE, form, form, 1, (other) => {
      const start = performance.now();
      for (let round = 0; round < MOST_ROUNDS && performance.now() - start < TIMING_MS; round += WINDOW) {
        const [base, time] = bestTimes([strict, other], start + TIMING_MS);
        if (time! <= base! * MARGIN) return true;
      }
      return false;
    }),
  );
}

/** Of each probe, the best of {@link WINDOW} rounds; fewer after `end`, but one. */
function bestTimes(probes: readonly Probe[], end: number): number[] {
  const best = probes.map(() => Number.POSITIVE_INFINITY);
  let round = 0;
  do {
    for (const [index, probe] of probes.entries()) {
      const begin = performance.now();
      probe.multiply();
      best[index] = Math.min(best[index]!, performance.now() - begin);
    }
  } while (++round < WINDOW && performance.now() < end);
  return best;
}

interface Probe {
  multiply(): void;
  /** Sums. */
  run(): Int32Array;
}

/** A product of random codes of the full range, laid out in memory while `body` runs.
 *  @param form - of the packed weights
 *  @param data - the form whose weights these are: those of pairs leave room */
function withProbe<T>(
  engine: ExecutionEngine,
  kernels: KernelExports,
  [m, n, k]: readonly [number, number, number],
  form: number,
  data: number,
  seed: number,
  body: (probe: Probe) => T,
): T {
  const { heap } = engine;
  const one = { extent: 1, outputs: 1, kernel: 1, stride: 1, dilation: 1, pad: 0 };
  const axes = [one, one, { ...one, extent: m, outputs: m }] as const;
  const shape = { batch: 1, axes, groups: 1, groupChannels: k, groupOutputs: n };
  const lie = {
    ...{ columnStride: k, channelStride: 1, tapStride: 0, signed: true, zeroStep: 0 as const },
    ...{ groups: 1, outputs: n, channels: k, taps: 1 },
  };
  const blocks: number[] = [];
  const take = (bytes: number): number => {
    blocks.push(heap.alloc(bytes, 'choosing kernels'));
    return blocks.at(-1)!;
  };
  try {
    const [x, weights] = [take(m * k), take(n * k)];
    const [packed, scratch] = [
      take(productPackedBytes(kernels, lie, true)),
      take(productScratchBytes(kernels, shape, m)),
    ];
    const [args, out] = [take(PRODUCT_ARGS_BYTES + PRODUCT_WEIGHTS_BYTES), take(m * n * 4)];
    const description = args + PRODUCT_ARGS_BYTES;
    heap.bytes.set(codes(m, k, seed), x);
    heap.bytes.set(weightCodes(n, k, seed, data), weights);
    writeProductWeights(engine, description, lie, weights, 0);
    beginPack(kernels, packed, form);
    if (form !== 0) checkPack(kernels, description, packed, 0, n);
    packProduct(kernels, description, packed, 0, Math.ceil(n / 8));
    writeProductArgs(engine, args, shape, {
      ...{ x, packed, out, scratch, bias: 0, biasStep: 0, aScale: 0, bScale: 0, bScaleStep: 0, yScale: 0 },
      ...{ alpha: 1, xZero: 0, yZero: 0, signedX: false, ending: 'int32', codes: [0, 255], addend: 0 },
    });
    prepareProduct(kernels, args);
    const run = (): void => multiply(kernels, args, { from: 0, to: m }, { first: 0, end: n });
    return body({
      multiply: run,
      run: () => {
        run();
        return new Int32Array(heap.memory.buffer, out, m * n).slice();
      },
    });
  } finally {
    for (const block of blocks) heap.free(block);
  }
}

/** Random codes; the first row, 255, saturates first. */
function codes(m: number, k: number, seed: number): Uint8Array {
  return randomBytes(m * k, seed + 1).fill(255, 0, k);
}

/** Weights [n, k] of the full range, with columns of the extremes; or such as `pairs` takes. */
function weightCodes(n: number, k: number, seed: number, form: number): Uint8Array {
  const bytes = randomBytes(n * k, seed + 101);
  const pairs = form === PRODUCT_FORMS.pairs;
  if (pairs) for (let i = 0; i < bytes.length; i++) bytes[i] = (bytes[i]! & 127) - 64;
  const [low, high] = pairs ? [-64, 64] : [-128, 127];
  return bytes.fill(low, 0, k).fill(high, k, 2 * k);
}

/** `count` bytes of the full range, always the same for a seed (xorshift32). */
function randomBytes(count: number, seed: number): Uint8Array {
  let state = seed * 0x9e3779b1;
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
