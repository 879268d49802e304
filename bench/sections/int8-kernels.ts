// Integer products and convolutions of common models, codes to codes with requantization, in every form of packed weights
// that the runtime has: in GOPS (two operations a multiply-add), with their share of what this machine does in a loop of
// nothing but dots, and how many times as fast as our own float kernel on the same shape in the same run. A form that is not
// exact on this machine is timed all the same and says so.

import type { ExecutionEngine } from '../../ts-host/wasm/execution.js';
import type { KernelExports } from '../../ts-host/wasm/kernel-exports.js';
import {
  convPackedBytes,
  convPixels,
  convScratchBytes,
  packConv,
} from '../../ts-host/wasm/kernels/execute/conv.js';
import { type ConvAxis, type ConvShape, tapsOf } from '../../ts-host/wasm/kernels/execute/conv-shape.js';
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
} from '../../ts-host/wasm/kernels/execute/product-int.js';
import { chooseProducts } from '../../ts-host/wasm/productKernels.js';
import { type Subject, speed, type Timing, time } from '../harness.js';
import { CODE_OPERATIONS, PEAK_ITERATIONS, peakLoop } from '../peak.js';
import type { Figure, SectionResult } from '../report.js';
import { engineOf } from './float-kernels.js';

const ONE: ConvAxis = { extent: 1, outputs: 1, kernel: 1, stride: 1, dilation: 1, pad: 0 };
const NO_CLAMP = { kind: 0, p: Number.NEGATIVE_INFINITY, q: Number.POSITIVE_INFINITY };

interface Workload {
  readonly name: string;
  readonly shape: ConvShape;
}

function product(m: number, k: number, n: number): Workload {
  const axes = [ONE, ONE, { ...ONE, extent: m, outputs: m }] as const;
  return {
    name: `gemm ${m} x ${k} x ${n}`,
    shape: { batch: 1, axes, groups: 1, groupChannels: k, groupOutputs: n },
  };
}

function convolution(size: number, kernel: number, from: number, to: number, stride = 1): Workload {
  const pad = kernel >> 1;
  const outputs = Math.floor((size + 2 * pad - kernel) / stride) + 1;
  const axis: ConvAxis = { extent: size, outputs, kernel, stride, dilation: 1, pad };
  const axes = [ONE, axis, axis] as const;
  const shape = { batch: 1, axes, groups: 1, groupChannels: from, groupOutputs: to };
  return {
    name: `conv ${kernel} x ${kernel}${stride > 1 ? ` / ${stride}` : ''}, ${size}² ${from} -> ${to}`,
    shape,
  };
}

const WORKLOADS: readonly Workload[] = [
  product(512, 512, 512),
  product(3136, 64, 64),
  product(196, 256, 512),
  product(49, 512, 1024),
  product(1, 1024, 1000),
  // MobileNetV1.
  convolution(224, 3, 3, 32, 2),
  convolution(112, 1, 32, 64),
  convolution(56, 1, 64, 128),
  convolution(56, 1, 128, 128),
  convolution(28, 1, 256, 256),
  convolution(14, 1, 512, 512),
  convolution(7, 1, 1024, 1024),
  // ResNet-50.
  convolution(224, 7, 3, 64, 2),
  convolution(56, 3, 64, 64),
  convolution(28, 3, 128, 128),
  convolution(14, 3, 256, 256),
  convolution(7, 3, 512, 512),
  convolution(56, 1, 64, 256),
  convolution(14, 1, 1024, 256),
];

const FORMS = {
  strict: 0,
  thin: PRODUCT_FORMS.thin,
  dot: PRODUCT_FORMS.dot,
  pairs: PRODUCT_FORMS.pairs,
} as const;
type Form = keyof typeof FORMS;

const positionsOf = ({ axes }: ConvShape): number => axes.reduce((count, { outputs }) => count * outputs, 1);
const pixelsOf = ({ axes }: ConvShape): number => axes.reduce((count, { extent }) => count * extent, 1);

/** Codes of the full range; weights of `pairs` leave the room it needs. */
function codes({ heap }: ExecutionEngine, count: number, most: number): number {
  return heap.copyIn(Uint8Array.from({ length: count }, (_, i) => (((i * 7919) >> 3) % (2 * most)) - most));
}

function integers(engine: ExecutionEngine, k: KernelExports, shape: ConvShape, form: Form): () => number {
  const { heap } = engine;
  const { groupChannels: channels, groupOutputs: outputs } = shape;
  const taps = tapsOf(shape);
  const lie = {
    ...{ columnStride: channels * taps, channelStride: taps, tapStride: 1, signed: true },
    ...{ zeroStep: 0 as const, groups: 1, outputs, channels, taps },
  };
  const args = heap.alloc(PRODUCT_ARGS_BYTES + PRODUCT_WEIGHTS_BYTES);
  const description = args + PRODUCT_ARGS_BYTES;
  const packed = heap.alloc(productPackedBytes(k, lie, true));
  const weights = codes(engine, outputs * channels * taps, form === 'pairs' ? 64 : 128);
  writeProductWeights(engine, description, lie, weights, 0);
  beginPack(k, packed, FORMS[form]);
  checkPack(k, description, packed, 0, outputs);
  packProduct(k, description, packed, 0, Math.ceil(outputs / 8));
  const positions = positionsOf(shape);
  const scales = heap.copyIn(Float32Array.of(0.02, 0.01, 0.5));
  const out = heap.alloc(positions * outputs);
  writeProductArgs(engine, args, shape, {
    ...{ x: codes(engine, pixelsOf(shape) * channels, 128), packed, out },
    ...{ scratch: heap.alloc(productScratchBytes(k, shape, positions)) },
    ...{
      bias: heap.copyIn(new Int32Array(outputs)),
      biasStep: 1,
      aScale: scales,
      bScale: scales + 4,
      bScaleStep: 0,
    },
    ...{
      yScale: scales + 8,
      alpha: 1,
      xZero: 0,
      yZero: 0,
      signedX: false,
      ending: 'uint8',
      codes: [0, 255],
      addend: 0,
    },
  });
  return () => {
    prepareProduct(k, args);
    multiply(k, args, { from: 0, to: positions }, { first: 0, end: outputs });
    return heap.bytes[out]!;
  };
}

function floats(engine: ExecutionEngine, shape: ConvShape): () => number {
  const { heap } = engine;
  const { groupChannels: channels, groupOutputs: outputs } = shape;
  const operand = (count: number): number =>
    heap.copyIn(Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.4995));
  const packed = heap.alloc(convPackedBytes(engine, shape));
  packConv(engine, shape, operand(outputs * channels * tapsOf(shape)), packed);
  const at = {
    ...{ x: operand(pixelsOf(shape) * channels), packed, out: heap.alloc(positionsOf(shape) * outputs * 4) },
    ...{ bias: operand(outputs), addend: 0, scratch: heap.alloc(convScratchBytes(engine, shape)) },
  };
  return () => {
    convPixels(engine, shape, at, NO_CLAMP, 0, positionsOf(shape));
    return heap.bytes[at.out]!;
  };
}

export async function int8Kernels(): Promise<SectionResult> {
  const figures: Figure[] = [];
  const probed = await engineOf('strict');
  await chooseProducts(probed);
  const { reason } = probed.products!.choice;
  for (const workload of WORKLOADS) figures.push(...(await measure(workload, reason)));
  const relaxed = (await probed.loadRelaxed?.()) !== undefined;
  return {
    section: 'int8-kernels',
    figures,
    skipped: relaxed ? [] : ['relaxed: this runtime has no relaxed SIMD'],
  };
}

async function measure({ name, shape }: Workload, reason: string): Promise<Figure[]> {
  const few = positionsOf(shape) < 4;
  const strictForm: Form = few ? 'thin' : 'strict';
  const engine = await engineOf('strict');
  const relaxed = await engine.loadRelaxed?.();
  const forms: Form[] = relaxed === undefined ? [strictForm] : [strictForm, 'dot', 'pairs'];
  const fast = relaxed === undefined ? undefined : await engineOf('fast');
  const peaks = { strict: await peakLoop(false, 'codes'), relaxed: await peakLoop(true, 'codes') };
  const subjects: Subject[] = forms.map((form) => {
    const kernels = form === 'dot' || form === 'pairs' ? relaxed! : engine.kernels;
    return { name: form, run: integers(engine, kernels, shape, form) };
  });
  subjects.push({ name: 'float', run: floats(fast ?? engine, shape) });
  for (const [kind, peak] of Object.entries(peaks)) {
    if (peak !== undefined) subjects.push({ name: `peak ${kind}`, run: () => peak(PEAK_ITERATIONS) & 1 });
  }
  const timings = await time(subjects, { roundMs: 8, rounds: 9 });
  const of = (subject: string): Timing | undefined =>
    timings[subjects.findIndex((each) => each.name === subject)];
  const operations = 2 * positionsOf(shape) * shape.groupOutputs * shape.groupChannels * tapsOf(shape);
  return forms.map((form) => {
    const timing = of(form)!;
    const kind = form === 'dot' || form === 'pairs' ? 'relaxed' : 'strict';
    const limit = PEAK_ITERATIONS * CODE_OPERATIONS[kind];
    const share = (100 * speed(timing, of(`peak ${kind}`)!) * operations) / limit;
    const inexact = form === 'dot' && reason !== 'chosen: dot' ? ' (not exact here)' : '';
    const ratio = speed(timing, of('float')!).toFixed(2);
    return {
      name: `${name}, ${form}${inexact}`,
      value: operations / timing.min / 1e6,
      unit: 'GOPS',
      note: `${ratio} x ${fast ? 'relaxed' : 'strict'} float, ${share.toFixed(0)} % of the limit; us: min ${(timing.min * 1000).toFixed(0)} median ${(timing.median * 1000).toFixed(0)}`,
    };
  });
}
