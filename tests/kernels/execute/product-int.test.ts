// Integer products and convolutions against the definition in plain TypeScript: every form of packed weights in the strict
// module, the relaxed one (on operands for which every lowering of its dots is exact: x in 0..127) and the reference.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ConvAxis, type ConvShape, tapsOf } from '../../../ts-host/wasm/kernels/execute/conv-shape.js';
import {
  beginPack,
  checkPack,
  multiply,
  PRODUCT_ARGS_BYTES,
  PRODUCT_FORMS,
  PRODUCT_WEIGHTS_BYTES,
  type ProductEnding,
  type ProductWeights,
  packProduct,
  prepareProduct,
  productPackedBytes,
  productScratchBytes,
  writeProductArgs,
  writeProductWeights,
} from '../../../ts-host/wasm/kernels/execute/product-int.js';
import { executionEngine } from '../../support/engine.js';
import { roundHalfToEven } from '../../support/quant-oracle.js';
import { Rng } from '../../support/rng.js';
import { ENGINES } from './engines.js';
import { withHeapGuards } from './guarded-heap.js';

const f32 = Math.fround;
const ONE: ConvAxis = { extent: 1, outputs: 1, kernel: 1, stride: 1, dilation: 1, pad: 0 };

interface Product {
  readonly shape: ConvShape;
  readonly ending: ProductEnding;
  readonly signedX: boolean;
  readonly weights: ProductWeights;
  readonly forms: number;
  readonly x: Uint8Array;
  readonly w: Uint8Array;
  readonly xZero: number;
  readonly wZeros: Uint8Array;
  readonly yZero: number;
  readonly bias: Int32Array;
  readonly scales: readonly [a: number, y: number];
  readonly bScales: Float32Array;
  readonly codes: readonly [number, number];
  readonly addend: Float32Array;
}

const positionsOf = ({ batch, axes }: ConvShape): number =>
  axes.reduce((n, { outputs }) => n * outputs, batch);
const pixelsOf = ({ batch, axes }: ConvShape): number => axes.reduce((n, { extent }) => n * extent, batch);
const signed = (byte: number): number => (byte << 24) >> 24;

function randomAxis(rng: Rng): ConvAxis {
  const [kernel, dilation, stride, pad] = [rng.int(1, 3), rng.int(1, 2), rng.int(1, 2), rng.int(0, 3)];
  const reach = (kernel - 1) * dilation + 1;
  const extent = rng.int(Math.max(1, reach - pad), reach + 4);
  const outputs = Math.floor((extent + pad + rng.int(0, 3) - reach) / stride) + 1;
  return { extent, kernel, stride, dilation, pad, outputs };
}

/** A matrix product, or any convolution. */
function randomShape(rng: Rng, seed: number): ConvShape {
  const groupOutputs = [1, 3, 8, 9, 16, 21][rng.int(0, 5)]!;
  if (seed % 2 === 0) {
    const m = [0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 47, 48, 49, 61][rng.int(0, 13)]!;
    const k = [0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 36, 64][rng.int(0, 12)]!;
    const axes = [ONE, ONE, { ...ONE, extent: m, outputs: m }] as const;
    return { batch: 1, axes, groups: 1, groupChannels: k, groupOutputs };
  }
  const groupChannels = [1, 2, 3, 4, 8, 16, 17, 20][rng.int(0, 7)]!;
  const axes = [rng.float() < 0.3 ? randomAxis(rng) : ONE, randomAxis(rng), randomAxis(rng)] as const;
  return { batch: rng.int(1, 2), axes, groups: rng.int(0, 2) === 0 ? 2 : 1, groupChannels, groupOutputs };
}

/** @param half - x in 0..127 as u8 */
function randomProduct(seed: number, forms: number, half: boolean): Product {
  const rng = new Rng(seed);
  const shape = randomShape(rng, seed);
  const { groups, groupChannels: channels, groupOutputs: outputs } = shape;
  const [taps, columns] = [tapsOf(shape), groups * outputs];
  const signedX = rng.float() < 0.4;
  const signedW = rng.float() < 0.7;
  const rows = taps === 1 && groups === 1 && rng.float() < 0.5;
  const strides = rows ? [1, outputs, 0] : [channels * taps, taps, 1];
  const zeroStep = rng.float() < 0.3 ? 1 : 0;
  const extreme = rng.float() < 0.2;
  const flip = signedX ? 128 : 0;
  const code = (): number => ((extreme ? 255 : rng.int(0, 255)) & (half ? 127 : 255)) ^ flip;
  const range = signedW ? (forms & PRODUCT_FORMS.pairs ? 64 : 127) : 255;
  const codes: readonly [number, number] = rng.float() < 0.5 ? [0, 255] : [rng.int(0, 90), rng.int(90, 255)];
  const ending = (['int32', 'float32', 'uint8', 'int8'] as const)[rng.int(0, 3)]!;
  return {
    shape,
    ending,
    signedX,
    forms,
    weights: {
      ...{ columnStride: strides[0]!, channelStride: strides[1]!, tapStride: strides[2]! },
      ...{ signed: signedW, zeroStep, groups, outputs, channels, taps },
    },
    x: Uint8Array.from({ length: pixelsOf(shape) * groups * channels }, code),
    w: Uint8Array.from({ length: columns * channels * taps }, () =>
      extreme ? (signedW ? -range - (range & 1) : range) : rng.int(signedW ? -range : 0, range),
    ),
    xZero: code(),
    wZeros: Uint8Array.from({ length: columns }, () => (rng.float() < 0.6 ? 0 : rng.int(0, 255))),
    yZero: rng.int(0, 255),
    bias: Int32Array.from({ length: columns }, () =>
      rng.float() < 0.1 ? rng.uint32() : rng.int(-5000, 5000),
    ),
    scales: [0.01, 0.7],
    bScales: Float32Array.from({ length: columns }, () =>
      rng.float() < 0.1 ? [Number.NaN, Number.POSITIVE_INFINITY, 0, -0.5][rng.int(0, 3)]! : rng.float() * 0.1,
    ),
    codes: ending === 'int8' ? [codes[0] - 128, codes[1] - 128] : codes,
    addend:
      rng.float() < 0.5 ? new Float32Array(0) : Float32Array.from({ length: columns }, () => rng.float()),
  };
}

/** Pixel of x under a tap of an output; undefined outside. */
function pixelOf({ axes }: ConvShape, position: number, tap: number): number | undefined {
  let [restOut, restTap] = [position, tap];
  const at: number[] = [];
  for (const { outputs, kernel, stride, dilation, pad, extent } of [...axes].reverse()) {
    const coordinate = (restOut % outputs) * stride - pad + (restTap % kernel) * dilation;
    if (coordinate < 0 || coordinate >= extent) return undefined;
    at.unshift(coordinate);
    restOut = Math.floor(restOut / outputs);
    restTap = Math.floor(restTap / kernel);
  }
  return at.reduce((pixel, coordinate, i) => pixel * axes[i]!.extent + coordinate, restOut);
}

function sumOf(
  { shape, weights, signedX, x, w, xZero, wZeros }: Product,
  position: number,
  column: number,
): number {
  const { groups, groupChannels: channels, groupOutputs } = shape;
  const wide = (byte: number, isSigned: boolean): number => (isSigned ? signed(byte) : byte);
  const first = Math.floor(column / groupOutputs) * channels;
  const zero = wide(wZeros[column * weights.zeroStep]!, weights.signed);
  let sum = 0;
  for (let tap = 0; tap < tapsOf(shape); tap++) {
    const pixel = pixelOf(shape, position, tap);
    if (pixel === undefined) continue;
    for (let c = 0; c < channels; c++) {
      const { columnStride, channelStride, tapStride } = weights;
      const weight = w[column * columnStride + c * channelStride + tap * tapStride]!;
      const code = wide(x[pixel * groups * channels + first + c]!, signedX) - wide(xZero, signedX);
      sum += code * (wide(weight, weights.signed) - zero);
    }
  }
  return sum;
}

function expectedOf(product: Product): number[] {
  const { shape, ending, bias, scales, bScales, codes, yZero, addend } = product;
  const columns = shape.groups * shape.groupOutputs;
  return Array.from({ length: positionsOf(shape) * columns }, (_, i) => {
    const column = i % columns;
    const sum = (sumOf(product, Math.floor(i / columns), column) + bias[column]!) | 0;
    if (ending === 'int32') return sum;
    const product1 = f32(f32(scales[0]) * bScales[column]!);
    if (ending === 'float32') {
      const value = f32(f32(sum) * product1);
      return addend.length === 0 ? value : f32(value + addend[column]!);
    }
    const scaled = f32(f32(sum) * f32(product1 / f32(scales[1])));
    const zero = ending === 'int8' ? signed(yZero) : yZero;
    const code = Number.isNaN(scaled) ? zero : roundHalfToEven(Math.max(-1e6, Math.min(1e6, scaled))) + zero;
    return Math.max(codes[0], Math.min(codes[1], code));
  });
}

const OUTPUTS = { int32: Int32Array, float32: Float32Array, uint8: Uint8Array, int8: Int8Array } as const;

type Engine = (typeof ENGINES)[number][1];

/** Runs it in pieces: positions and outputs are cut. */
function run(engine: Engine, product: Product, misalignment: number, rng: Rng): number[] {
  const k = engine.kernels;
  const { shape, weights, ending, forms } = product;
  const { groups, outputs } = weights;
  const [columns, positions] = [groups * outputs, positionsOf(shape)];
  const out = new OUTPUTS[ending](positions * columns);
  const scales = Float32Array.of(...product.scales);
  const zeros = Uint8Array.of(product.xZero, product.yZero);
  const blocks = [
    new Uint8Array(productPackedBytes(k, weights, true)),
    new Uint8Array(productScratchBytes(k, shape, positions)),
    new Uint8Array(PRODUCT_ARGS_BYTES + PRODUCT_WEIGHTS_BYTES),
  ];
  const arrays = [
    ...blocks,
    out,
    product.x,
    product.w,
    product.wZeros,
    product.bias,
    scales,
    product.bScales,
    zeros,
  ];
  withHeapGuards(engine, [...arrays, product.addend], misalignment, (...at) => {
    const [packed, scratch, args, to, x, w, wZeros, bias, scale, bScale, zero, addend] = at as [
      number,
      ...number[],
    ];
    const description = args! + PRODUCT_ARGS_BYTES;
    writeProductWeights(engine, description, weights, w!, wZeros!);
    beginPack(k, packed, forms);
    const half = Math.floor(columns / 2);
    checkPack(k, description, packed, 0, half);
    checkPack(k, description, packed, half, columns);
    const panels = groups * Math.ceil(outputs / 8);
    packProduct(k, description, packed, 0, 1);
    packProduct(k, description, packed, 1, panels);
    writeProductArgs(engine, args!, shape, {
      ...{ x: x!, packed, out: to!, scratch: scratch!, bias: bias!, biasStep: 1 },
      ...{ aScale: scale!, bScale: ending === 'int32' ? 0 : bScale!, bScaleStep: 1 },
      ...{ yScale: ending === 'float32' || ending === 'int32' ? 0 : scale! + 4, alpha: 1 },
      ...{ xZero: zero!, yZero: zero! + 1, signedX: product.signedX, ending, codes: product.codes },
      addend: ending === 'float32' && product.addend.length > 0 ? addend! : 0,
    });
    prepareProduct(k, args!);
    const [middle, column] = [rng.int(0, positions), Math.min(outputs, 8 * rng.int(0, 2))];
    for (const [from, end] of [[0, middle] as const, [middle, positions] as const]) {
      multiply(k, args!, { from, to: end }, { first: 0, end: column });
      multiply(k, args!, { from, to: end }, { first: column, end: outputs });
    }
  });
  return Array.from(out);
}

const same = (a: number, b: number): boolean => Object.is(a, b) || (a === 0 && b === 0);

function hold(engine: Engine, seeds: number, forms: (seed: number) => number, half: boolean): void {
  for (let seed = 1; seed <= seeds; seed++) {
    const product = randomProduct(seed, forms(seed), half);
    const actual = run(engine, product, 4 * (seed % 5), new Rng(seed + 1000));
    const expected = expectedOf(product);
    const wrong = actual.findIndex((value, i) => !same(value, expected[i]!));
    const shown = `${JSON.stringify(product.shape)} ${product.ending} forms ${product.forms}`;
    assert.equal(
      wrong,
      -1,
      `seed ${seed}, element ${wrong}: ${actual[wrong]} not ${expected[wrong]}; ${shown}`,
    );
  }
}

for (const [name, engine] of ENGINES) {
  describe(`product-int ${name}`, () => {
    it('products and convolutions of any shape, full range -> exact', () => {
      hold(engine, 120, (seed) => [0, PRODUCT_FORMS.thin][(seed % 2) ^ ((seed >> 1) % 2)]!, false);
    });

    it('sums beyond 32 bits -> modulo 2^32, as ONNX has them', () => {
      const k = 70_001;
      const shape: ConvShape = {
        batch: 1,
        axes: [ONE, ONE, ONE],
        groups: 1,
        groupChannels: k,
        groupOutputs: 1,
      };
      const product = {
        ...randomProduct(2, 0, false),
        ...{ shape, ending: 'int32' as const, signedX: false, xZero: 0, bias: Int32Array.of(7), yZero: 0 },
        x: new Uint8Array(k).fill(255),
        w: new Uint8Array(k).fill(128),
        wZeros: new Uint8Array(1),
        bScales: new Float32Array(1),
        weights: {
          ...{ columnStride: k, channelStride: 1, tapStride: 0, signed: true, zeroStep: 0 as const },
          ...{ groups: 1, outputs: 1, channels: k, taps: 1 },
        },
      };
      for (const forms of [0, PRODUCT_FORMS.thin]) {
        const [sum] = run(engine, { ...product, forms }, 0, new Rng(1));
        assert.equal(sum, (7 - 255 * 128 * k) | 0);
      }
    });
  });
}

// Where the runtime has no relaxed SIMD this is the strict module again, which has neither form.
const strict = await executionEngine();
const exports = await strict.loadRelaxed?.();
const relaxed = { ...strict, kernels: { ...strict.kernels, ...exports } };

describe('product-int relaxed', () => {
  const { dot, pairs, thin } = PRODUCT_FORMS;
  it('products and convolutions of any shape, x in 0..127 -> exact', () => {
    const forms = exports !== undefined ? [dot, pairs, dot | thin, 0] : [thin, 0];
    hold(relaxed, 120, (seed) => forms[(seed % 7) % forms.length]!, true);
  });
});
