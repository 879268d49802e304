// Float products and convolutions of common models, strict and relaxed, in GFLOPS (two operations a multiply-add), with
// their share of what this machine does in a loop of nothing but multiply-adds. Kernels alone, on data in wasm memory.

import { readFileSync } from 'node:fs';
import { createExecutionEngine, type ExecutionEngine, type Precision } from '../../ts-host/wasm/execution.js';
import {
  convPackedBytes,
  convPixels,
  convScratchBytes,
  packConv,
} from '../../ts-host/wasm/kernels/execute/conv.js';
import { type ConvAxis, type ConvShape, tapsOf } from '../../ts-host/wasm/kernels/execute/conv-shape.js';
import {
  convTransposePackedBytes,
  convTransposePixels,
  convTransposeScratchBytes,
  packConvTranspose,
} from '../../ts-host/wasm/kernels/execute/convTranspose.js';
import {
  depthwisePackedBytes,
  depthwisePixels,
  depthwiseScratchBytes,
  packDepthwise,
} from '../../ts-host/wasm/kernels/execute/depthwise.js';
import { gemm, gemmPackedBytes, packGemm } from '../../ts-host/wasm/kernels/execute/gemm.js';
import { type Subject, speed, type Timing, time } from '../harness.js';
import { OPERATIONS, type Peak, peakLoop } from '../peak.js';
import type { Figure, SectionResult } from '../report.js';

const PEAK_ITERATIONS = 200_000;
const NO_CLAMP = { kind: 0, p: Number.NEGATIVE_INFINITY, q: Number.POSITIVE_INFINITY };

interface Workload {
  readonly name: string;
  readonly multiplyAdds: number;
  /** Lays out operands in the engine's heap; the result runs the kernel once and answers a byte of what it made. */
  prepare(engine: ExecutionEngine): () => number;
  readonly goal?: number;
}

/** Values that are neither zero nor subnormal. */
function operand({ heap }: ExecutionEngine, count: number): number {
  const values = Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.4995);
  return heap.copyIn(values);
}

function product(m: number, k: number, n: number): Workload {
  return {
    name: `gemm ${m} x ${k} x ${n}`,
    multiplyAdds: m * k * n,
    prepare: (engine) => {
      const { kernels, heap } = engine;
      const packed = heap.alloc(gemmPackedBytes(kernels, n, k));
      packGemm(kernels, operand(engine, k * n), n, 1, packed, n, k);
      const args = { a: operand(engine, m * k), lda: k, packed, c: heap.alloc(m * n * 4), ldc: n, m, n, k };
      return () => {
        gemm(kernels, args);
        return heap.bytes[args.c]!;
      };
    },
  };
}

const KERNELS = {
  conv: { pack: packConv, packedBytes: convPackedBytes, scratchBytes: convScratchBytes, run: convPixels },
  depthwise: {
    pack: packDepthwise,
    packedBytes: depthwisePackedBytes,
    scratchBytes: depthwiseScratchBytes,
    run: depthwisePixels,
  },
  transposed: {
    pack: packConvTranspose,
    packedBytes: convTransposePackedBytes,
    scratchBytes: convTransposeScratchBytes,
    run: convTransposePixels,
  },
} as const;

interface Square {
  readonly size: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly from: number;
  readonly to: number;
  readonly goal?: number;
}

function shapeOf(kind: keyof typeof KERNELS, { size, kernel, stride = 1, from, to }: Square): ConvShape {
  const pad = kind === 'transposed' ? (kernel - stride) >> 1 : kernel >> 1;
  const outputs = kind === 'transposed' ? size * stride : Math.floor((size + 2 * pad - kernel) / stride) + 1;
  const axis: ConvAxis = { extent: size, outputs, kernel, stride, dilation: 1, pad };
  const single: ConvAxis = { extent: 1, outputs: 1, kernel: 1, stride: 1, dilation: 1, pad: 0 };
  const axes = [single, axis, axis] as const;
  return kind === 'depthwise'
    ? { batch: 1, axes, groups: from, groupChannels: 1, groupOutputs: to / from }
    : { batch: 1, axes, groups: 1, groupChannels: from, groupOutputs: to };
}

function convolution(kind: keyof typeof KERNELS, square: Square): Workload {
  const { size, kernel, stride = 1, from, to, goal } = square;
  const shape = shapeOf(kind, square);
  const { pack, packedBytes, scratchBytes, run } = KERNELS[kind];
  const outputs = shape.axes[1].outputs ** 2;
  const positions = kind === 'transposed' ? size * size : outputs;
  return {
    name: `${kind} ${kernel} x ${kernel}${stride > 1 ? ` / ${stride}` : ''}, ${size}² ${from} -> ${to}`,
    multiplyAdds: positions * to * shape.groupChannels * tapsOf(shape),
    ...(goal === undefined ? {} : { goal }),
    prepare: (engine) => {
      const { heap } = engine;
      const packed = heap.alloc(packedBytes(engine, shape));
      pack(engine, shape, operand(engine, to * shape.groupChannels * tapsOf(shape)), packed);
      const at = {
        x: operand(engine, size * size * from),
        packed,
        out: heap.alloc(outputs * to * 4),
        bias: operand(engine, to),
        addend: 0,
        scratch: heap.alloc(scratchBytes(engine, shape)),
      };
      return () => {
        run(engine, shape, at, NO_CLAMP, 0, outputs);
        return heap.bytes[at.out]!;
      };
    },
  };
}

export const WORKLOADS: readonly Workload[] = [
  product(512, 512, 512),
  product(3136, 64, 64),
  product(196, 512, 256),
  product(49, 1024, 512),
  product(1, 1024, 1000),
  convolution('conv', { size: 224, kernel: 3, stride: 2, from: 3, to: 32 }),
  convolution('conv', { size: 224, kernel: 7, stride: 2, from: 3, to: 64 }),
  convolution('conv', { size: 112, kernel: 1, from: 32, to: 64 }),
  convolution('conv', { size: 14, kernel: 1, from: 512, to: 512 }),
  convolution('conv', { size: 55, kernel: 1, from: 64, to: 16 }),
  convolution('conv', { size: 55, kernel: 3, from: 16, to: 64 }),
  convolution('conv', { size: 56, kernel: 3, from: 64, to: 64 }),
  convolution('conv', { size: 28, kernel: 3, from: 128, to: 128 }),
  convolution('conv', { size: 7, kernel: 3, from: 512, to: 512 }),
  convolution('depthwise', { size: 112, kernel: 3, from: 64, to: 64, goal: 15 }),
  convolution('depthwise', { size: 112, kernel: 3, stride: 2, from: 64, to: 64 }),
  convolution('depthwise', { size: 56, kernel: 3, from: 128, to: 128, goal: 15 }),
  convolution('depthwise', { size: 14, kernel: 3, from: 512, to: 512, goal: 15 }),
  convolution('depthwise', { size: 28, kernel: 5, from: 120, to: 120 }),
  convolution('depthwise', { size: 56, kernel: 3, from: 32, to: 64 }),
  convolution('transposed', { size: 40, kernel: 2, stride: 2, from: 64, to: 64 }),
  convolution('transposed', { size: 28, kernel: 4, stride: 2, from: 64, to: 32 }),
];

export async function engineOf(precision: Precision): Promise<ExecutionEngine> {
  const file = (name: string): Uint8Array => readFileSync(new URL(`../../dist/${name}`, import.meta.url));
  return createExecutionEngine(
    { simd: file('simd.wasm'), execute: file('execute.wasm'), executeRelaxed: file('execute-relaxed.wasm') },
    precision,
  );
}

export async function floatKernels(): Promise<SectionResult> {
  const figures: Figure[] = [];
  const peaks = [await peakLoop(false), await peakLoop(true)];
  const relaxed = (await engineOf('fast')).precision === 'fast';
  for (const workload of WORKLOADS) figures.push(...(await measure(workload, relaxed, peaks)));
  const skipped = relaxed ? [] : ['relaxed: this runtime has no relaxed SIMD'];
  return { section: 'float-kernels', figures, skipped };
}

async function measure(
  workload: Workload,
  relaxed: boolean,
  peaks: readonly (Peak | undefined)[],
): Promise<Figure[]> {
  const precisions: Precision[] = relaxed ? ['strict', 'fast'] : ['strict'];
  const subjects: Subject[] = [];
  for (const precision of precisions) {
    const run = workload.prepare(await engineOf(precision));
    subjects.push({ name: precision, run });
  }
  for (const peak of peaks) {
    if (peak !== undefined) subjects.push({ name: 'peak', run: () => peak(PEAK_ITERATIONS) & 1 });
  }
  const timings = await time(subjects, { roundMs: 10, rounds: 9 });
  return precisions.map((precision, i) =>
    figureOf(workload, precision, timings[i]!, timings[precisions.length + i]!, timings[0]!),
  );
}

function figureOf(
  { name, multiplyAdds, goal }: Workload,
  precision: Precision,
  timing: Timing,
  peak: Timing,
  strict: Timing,
): Figure {
  const operations = 2 * multiplyAdds;
  const share = (speed(timing, peak) * operations) / (PEAK_ITERATIONS * OPERATIONS);
  const ratio = precision === 'fast' ? `${speed(timing, strict).toFixed(2)} x strict, ` : '';
  return {
    name: `${name}, ${precision === 'fast' ? 'relaxed' : 'strict'}`,
    value: operations / timing.min / 1e6,
    unit: 'GFLOPS',
    note: `${ratio}${(100 * share).toFixed(0)} % of the limit; us: min ${(timing.min * 1000).toFixed(0)} median ${(timing.median * 1000).toFixed(0)}`,
    ...(goal === undefined ? {} : { goal: { atLeast: goal } }),
  };
}
