// The three convolutions: SIMD equals the definition written down in float32, bit for bit, on random shapes, with odd
// numbers, at any alignment, however the work is cut; nothing beside the output is written.

import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import {
  convPackedBytes,
  convPixels,
  convScratchBytes,
  packConv,
} from '../../../ts-host/wasm/kernels/execute/conv.js';
import {
  allOutputs,
  type ConvActivation,
  type ConvAddresses,
  type ConvAxis,
  type ConvShape,
  type OutputRange,
  outputRanges,
  tapsOf,
} from '../../../ts-host/wasm/kernels/execute/conv-shape.js';
import {
  convTransposePackedBytes,
  convTransposePixels,
  convTransposeScratchBytes,
  packConvTranspose,
} from '../../../ts-host/wasm/kernels/execute/convTranspose.js';
import {
  depthwisePackedBytes,
  depthwisePixels,
  depthwiseScratchBytes,
  packDepthwise,
} from '../../../ts-host/wasm/kernels/execute/depthwise.js';
import { activated, convOracle, convTransposeOracle } from '../../support/conv-oracle.js';
import { executionEngine, referenceExecutionEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { assertSameFloats, withHeapGuards } from './guarded-heap.js';

const ENGINES = [
  ['reference', await referenceExecutionEngine()],
  ['simd', await executionEngine()],
] as const;

interface Problem {
  readonly shape: ConvShape;
  readonly x: Float32Array;
  readonly weights: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly addend: Float32Array | undefined;
  readonly activation: ConvActivation;
}

const NO_CLAMP = { kind: 0, p: Number.NEGATIVE_INFINITY, q: Number.POSITIVE_INFINITY };
const ACTIVATIONS: readonly ConvActivation[] = [
  NO_CLAMP,
  NO_CLAMP,
  { kind: 0, p: 0, q: 1.5 },
  { kind: 1, p: Math.fround(0.1), q: 0 },
  { kind: 2, p: Math.fround(0.2), q: 0.5 },
  { kind: 3, p: Math.fround(1 / 6), q: 0.5 },
];

const ODD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1e-41, -3e-39, 3e38];

function numbers(rng: Rng, count: number, odd: boolean): Float32Array {
  const values = rng.normal(count);
  for (let i = 0; odd && i < count; i++) if (rng.int(0, 40) === 0) values[i] = ODD[rng.int(0, 7)]!;
  return values;
}

const outputsOf = ({ axes, batch, groups, groupOutputs }: ConvShape): number =>
  axes.reduce((product, { outputs }) => product * outputs, batch) * groups * groupOutputs;

function problem(rng: Rng, shape: ConvShape, odd: boolean, withAddend: boolean): Problem {
  const { batch, axes, groups, groupChannels, groupOutputs } = shape;
  const positions = axes.reduce((product, { extent }) => product * extent, batch);
  return {
    shape,
    x: numbers(rng, positions * groups * groupChannels, odd),
    weights: numbers(rng, groups * groupOutputs * groupChannels * tapsOf(shape), odd),
    bias: rng.int(0, 2) === 0 ? undefined : numbers(rng, groups * groupOutputs, odd),
    addend: withAddend && rng.int(0, 2) === 0 ? numbers(rng, outputsOf(shape), odd) : undefined,
    activation: ACTIVATIONS[rng.int(0, ACTIVATIONS.length - 1)]!,
  };
}

/** An axis with a kernel that fits, padded on both sides. */
function axis(rng: Rng, most: number): ConvAxis {
  const extent = rng.int(1, most);
  const [kernel, dilation, stride] = [rng.int(1, 4), rng.int(1, 2), rng.int(1, 3)];
  const reach = (kernel - 1) * dilation + 1;
  const pad = rng.int(0, 4);
  const padEnd = Math.max(rng.int(0, 3), reach - extent - pad);
  const outputs = Math.floor((extent + pad + padEnd - reach) / stride) + 1;
  return { extent, outputs, kernel, stride, dilation, pad };
}

function transposedAxis(rng: Rng, most: number): ConvAxis {
  const extent = rng.int(1, most);
  const [kernel, dilation, stride] = [rng.int(1, 4), rng.int(1, 2), rng.int(1, 3)];
  const outputs = rng.int(1, extent * stride + kernel);
  return { extent, outputs, kernel, stride, dilation, pad: rng.int(0, 3) };
}

const SINGLE: ConvAxis = { extent: 1, outputs: 1, kernel: 1, stride: 1, dilation: 1, pad: 0 };

interface Kernel {
  packedBytes(engine: ExecutionEngine, shape: ConvShape): number;
  ranges(shape: ConvShape, most: number): OutputRange[];
  pack(engine: ExecutionEngine, shape: ConvShape, from: number, to: number, outputs: OutputRange): void;
  scratchBytes(engine: ExecutionEngine, shape: ConvShape): number;
  run(
    engine: ExecutionEngine,
    shape: ConvShape,
    at: ConvAddresses,
    activation: ConvActivation,
    first: number,
    count: number,
  ): void;
}

const CONV: Kernel = {
  packedBytes: convPackedBytes,
  ranges: outputRanges,
  pack: packConv,
  scratchBytes: convScratchBytes,
  run: convPixels,
};
const DEPTHWISE: Kernel = {
  packedBytes: depthwisePackedBytes,
  ranges: (shape) => [allOutputs(shape)],
  pack: packDepthwise,
  scratchBytes: depthwiseScratchBytes,
  run: depthwisePixels,
};
const TRANSPOSED: Kernel = {
  packedBytes: convTransposePackedBytes,
  ranges: outputRanges,
  pack: packConvTranspose,
  scratchBytes: convTransposeScratchBytes,
  run: convTransposePixels,
};

const pixelsOf = ({ axes, batch }: ConvShape): number => axes.reduce((n, { outputs }) => n * outputs, batch);

/** Pixels of a call: whole rows, or any number. */
function pieceOf(rng: Rng, shape: ConvShape): number {
  return rng.int(0, 1) === 0 ? rng.int(1, pixelsOf(shape)) : shape.axes[2].outputs * rng.int(1, 3);
}

/** Computes `piece` pixels at a time, weights packed in pieces of about as many; every tensor `misalignment` bytes off. */
function run(
  engine: ExecutionEngine,
  kernel: Kernel,
  { shape, x, weights, bias, addend, activation }: Problem,
  piece: number,
  misalignment: number,
): Float32Array {
  const out = new Float32Array(outputsOf(shape)).fill(7);
  const packed = new Uint8Array(kernel.packedBytes(engine, shape));
  const none = new Float32Array(0);
  const scratch = new Uint8Array(kernel.scratchBytes(engine, shape));
  withHeapGuards(engine, [scratch], 0, (scratchPtr) => {
    const tensors = [x, weights, packed, out, bias ?? none, addend ?? none];
    withHeapGuards(engine, tensors, misalignment, (xPtr, wPtr, packedPtr, outPtr, biasPtr, addendPtr) => {
      for (const range of kernel.ranges(shape, 20 * piece))
        kernel.pack(engine, shape, wPtr!, packedPtr!, range);
      const at: ConvAddresses = {
        x: xPtr!,
        packed: packedPtr!,
        out: outPtr!,
        bias: bias === undefined ? 0 : biasPtr!,
        addend: addend === undefined ? 0 : addendPtr!,
        scratch: scratchPtr!,
      };
      const pixels = pixelsOf(shape);
      for (let first = 0; first < pixels; first += piece) {
        kernel.run(engine, shape, at, activation, first, Math.min(piece, pixels - first));
      }
    });
  });
  return out;
}

const describeShape = (shape: ConvShape): string => JSON.stringify(shape);

for (const [name, engine] of ENGINES) {
  describe(`conv-f32 ${name}`, () => {
    it('random shapes -> the definition', () => {
      const rng = new Rng(31);
      for (let round = 0; round < 150; round++) {
        const groups = rng.int(0, 2) === 0 ? rng.int(2, 3) : 1;
        const shape: ConvShape = {
          batch: rng.int(1, 2),
          axes: [round % 3 === 0 ? axis(rng, 3) : SINGLE, round % 2 ? axis(rng, 5) : SINGLE, axis(rng, 9)],
          groups,
          groupChannels: [1, 2, 3, 5, 16, 33][rng.int(0, 5)]!,
          groupOutputs: rng.int(1, 19),
        };
        const each = problem(rng, shape, round % 4 === 0, true);
        const actual = run(engine, CONV, each, rng.int(1, pixelsOf(shape)), 4 * rng.int(0, 3));
        assertSameFloats(actual, convOracle(each, 'zeros'), describeShape(shape));
      }
    });

    it('weights beyond a block -> the definition', () => {
      const rng = new Rng(32);
      const wide = { ...SINGLE, extent: 5, outputs: 5, kernel: 3, pad: 1 };
      const shape: ConvShape = {
        batch: 1,
        axes: [SINGLE, SINGLE, wide],
        groups: 1,
        groupChannels: 1500,
        groupOutputs: 30,
      };
      const each = problem(rng, shape, false, true);
      assertSameFloats(run(engine, CONV, each, 5, 0), convOracle(each, 'zeros'), 'blocks');
    });
  });

  describe(`depthwise-f32 ${name}`, () => {
    it('random shapes -> the definition', () => {
      const rng = new Rng(33);
      for (let round = 0; round < 150; round++) {
        const shape: ConvShape = {
          batch: rng.int(1, 2),
          axes: [round % 5 === 0 ? axis(rng, 3) : SINGLE, axis(rng, 4), axis(rng, 12)],
          groups: [1, 3, 4, 7, 8, 12, 21][rng.int(0, 6)]!,
          groupChannels: 1,
          groupOutputs: rng.int(0, 1) === 0 ? 1 : rng.int(2, 5),
        };
        const each = problem(rng, shape, round % 4 === 0, true);
        const actual = run(engine, DEPTHWISE, each, pieceOf(rng, shape), 4 * rng.int(0, 3));
        assertSameFloats(actual, convOracle(each, 'left out'), describeShape(shape));
      }
    });
  });

  describe(`depthwise-f32 ${name}, kernels 3 wide`, () => {
    it('every width, rows above and below x -> the definition', () => {
      const rng = new Rng(35);
      for (let width = 1; width <= 14; width++) {
        const height = axis(rng, 5);
        const across = { extent: width, outputs: width, kernel: 3, stride: 1, dilation: 1, pad: 1 };
        const shape: ConvShape = {
          batch: 2,
          axes: [SINGLE, height, across],
          groups: [4, 5, 8, 14][width % 4]!,
          groupChannels: 1,
          groupOutputs: 1,
        };
        const each = problem(rng, shape, width % 2 === 0, true);
        const actual = run(engine, DEPTHWISE, each, 3 * width, 4);
        assertSameFloats(actual, convOracle(each, 'left out'), describeShape(shape));
      }
    });
  });

  describe(`conv-transpose-f32 ${name}`, () => {
    it('random shapes -> the definition', () => {
      const rng = new Rng(34);
      for (let round = 0; round < 150; round++) {
        const depth = round % 5 === 0 ? transposedAxis(rng, 2) : SINGLE;
        const shape: ConvShape = {
          batch: rng.int(1, 2),
          axes: [depth, transposedAxis(rng, 3), transposedAxis(rng, 6)],
          groups: rng.int(1, 3),
          groupChannels: rng.int(1, 6),
          groupOutputs: rng.int(1, 18),
        };
        const each = problem(rng, shape, round % 4 === 0, false);
        const actual = run(engine, TRANSPOSED, each, pieceOf(rng, shape), 4 * rng.int(0, 3));
        assertSameFloats(actual, activated(each, convTransposeOracle(each)), describeShape(shape));
      }
    });
  });
}
