// quantize and dequantize, float32 and int8, against wasm memory.copy of as many bytes as the float side has, and
// against a plain JavaScript loop. In the cache (128 KB of floats) and out of it (64 MB); the kernel alone on data in
// wasm memory, and the binding with its copies in and out.

import { readFileSync } from 'node:fs';
import { createEngine, type Engine } from '../../ts-host/wasm/engine.js';
import {
  dequantize,
  type QuantParams,
  quantize,
  writeQuantParams,
} from '../../ts-host/wasm/kernels/quantize.js';
import { kernelLayout } from '../../ts-host/wasm/kernels/scales.js';
import { type Subject, speed, type Timing, time } from '../harness.js';
import type { Figure, SectionResult } from '../report.js';

const SIZES = [
  { name: '128 KB', bytes: 128 * 1024, roundMs: 20 },
  { name: '64 MB', bytes: 64 * 1024 * 1024, roundMs: 60 },
] as const;

const SCALE = 0.0213;
const ZERO_POINT = 3;
/** The goal of the issue: quantize against memory.copy at 64 MB. */
const QUANTIZE_GOAL = 0.6;

const PARAMS: QuantParams = {
  layout: { depth: 1, inner: 1, block: 1, scaleCount: 1 },
  scale: Float32Array.of(SCALE),
  zeroPoint: Int32Array.of(ZERO_POINT),
  qmin: -128,
  qmax: 127,
};

/** `(module (import "env" "memory" (memory 1)) (func (export "copy") (param i32 i32 i32) memory.copy))`, the
 *  parameters being destination, source, bytes. */
const COPY_MODULE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0],
  ...[1, 7, 1, 96, 3, 127, 127, 127, 0],
  ...[2, 15, 1, 3, 101, 110, 118, 6, 109, 101, 109, 111, 114, 121, 2, 0, 1],
  ...[3, 2, 1, 0],
  ...[7, 8, 1, 4, 99, 111, 112, 121, 0, 0],
  ...[10, 14, 1, 12, 0, 32, 0, 32, 1, 32, 2, 252, 10, 0, 0, 11],
);

type Copy = (destination: number, source: number, bytes: number) => void;

export async function kernels(): Promise<SectionResult> {
  const simd = readFileSync(new URL('../../dist/simd.wasm', import.meta.url));
  const figures: Figure[] = [];
  for (const size of SIZES) {
    const engine = await createEngine({ simd });
    const { instance } = await WebAssembly.instantiate(COPY_MODULE, { env: { memory: engine.arena.memory } });
    const copy = instance.exports.copy as unknown as Copy;
    const timings = await measureSize(engine, copy, size.bytes / 4, size.roundMs);
    figures.push(...figuresOf(size.name, size.bytes, timings));
  }
  return { section: 'kernels', figures };
}

type Names = 'copy' | 'quantize' | 'dequantize' | 'boundQuantize' | 'boundDequantize' | 'js' | 'jsBack';
type Timings = Record<Names, Timing>;

async function measureSize(engine: Engine, copy: Copy, count: number, roundMs: number): Promise<Timings> {
  // In the cache, three sets of data taken in turn; beyond it one set evicts itself.
  const sets = count > 1 << 20 ? 1 : 3;
  const inputs = Array.from({ length: sets }, (_, seed) => sample(count, seed));
  const codes = new Int8Array(count);
  const back = new Float32Array(count);
  const subjects: Record<Names, (turn: number) => unknown> = {
    ...kernelSubjects(engine, copy, inputs),
    boundQuantize: (turn) => quantize(engine, inputs[turn % sets]!, codes, PARAMS),
    boundDequantize: () => dequantize(engine, codes, back, PARAMS),
    js: (turn) => plainQuantize(inputs[turn % sets]!, codes),
    jsBack: () => plainDequantize(codes, back),
  };
  const names = Object.keys(subjects) as Names[];
  const timings = await time(
    names.map((name) => consuming(name, subjects[name], codes, back)),
    { roundMs },
  );
  return Object.fromEntries(names.map((name, index) => [name, timings[index]!])) as Timings;
}

const consuming = (
  name: string,
  work: (turn: number) => unknown,
  codes: Int8Array,
  back: Float32Array,
): Subject => ({
  name,
  run(turn) {
    work(turn);
    return codes[turn % codes.length]! + Math.abs(back[turn % back.length]!);
  },
});

/** The kernels on data that lies in wasm memory, which this engine keeps for good. */
function kernelSubjects(
  engine: Engine,
  copy: Copy,
  inputs: readonly Float32Array[],
): Record<'copy' | 'quantize' | 'dequantize', (turn: number) => void> {
  const { arena, simd } = engine;
  const count = inputs[0]!.length;
  const params = writeQuantParams(engine, PARAMS, kernelLayout(PARAMS.layout), 0, count);
  const x = inputs.map((input) => arena.copyIn(input));
  const q = arena.alloc(count);
  const out = arena.alloc(count * 4);
  const quantizeKernel = simd.quantize_f32_i8!;
  const dequantizeKernel = simd.dequantize_i8_f32!;
  return {
    copy: (turn) => copy(out, x[turn % x.length]!, count * 4),
    quantize: (turn) => quantizeKernel(x[turn % x.length]!, q, count, 0, params),
    dequantize: () => dequantizeKernel(q, out, count, 0, params),
  };
}

function figuresOf(size: string, bytes: number, t: Timings): Figure[] {
  const ratio = (name: string, subject: Timing, base: Timing, goal?: Figure['goal']): Figure => ({
    name: `${name}, ${size}`,
    value: speed(subject, base),
    unit: 'x',
    note: note(subject, bytes),
    ...(goal === undefined ? {} : { goal }),
  });
  const far = bytes > 1 << 20 ? { atLeast: QUANTIZE_GOAL } : undefined;
  return [
    {
      name: `memory.copy, ${size}`,
      value: bytes / t.copy.median / 1e6,
      unit: 'GB/s',
      note: note(t.copy, bytes),
    },
    ratio('quantize / memory.copy', t.quantize, t.copy, far),
    ratio('dequantize / memory.copy', t.dequantize, t.copy),
    ratio('quantize with copies / memory.copy', t.boundQuantize, t.copy),
    ratio('dequantize with copies / memory.copy', t.boundDequantize, t.copy),
    ratio('quantize / JavaScript loop', t.quantize, t.js),
    ratio('dequantize / JavaScript loop', t.dequantize, t.jsBack),
  ];
}

/** `bytes` is the float side, as everywhere in this section. */
function note({ min, median, mad }: Timing, bytes: number): string {
  const us = (ms: number): string => (ms * 1000).toFixed(ms < 0.1 ? 2 : 0);
  return `${(bytes / 4 / median / 1e6).toFixed(2)} Gel/s; us: min ${us(min)} median ${us(median)} mad ${us(mad)}`;
}

/** What one would write without Octavo: round half up, clamp. */
function plainQuantize(x: Float32Array, codes: Int8Array): void {
  for (let i = 0; i < x.length; i++) {
    codes[i] = Math.max(-128, Math.min(127, Math.round(x[i]! / SCALE) + ZERO_POINT));
  }
}

function plainDequantize(codes: Int8Array, out: Float32Array): void {
  for (let i = 0; i < codes.length; i++) out[i] = (codes[i]! - ZERO_POINT) * SCALE;
}

/** Values over the whole range of codes and a little beyond. */
function sample(count: number, seed: number): Float32Array {
  const values = new Float32Array(count);
  let state = seed + 1;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = (state / 4294967296 - 0.5) * 6;
  }
  return values;
}
