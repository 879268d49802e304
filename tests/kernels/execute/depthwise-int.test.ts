// Depthwise convolution from codes to codes: SIMD and reference equal to coordinates in plain TypeScript, for kernels that
// sweep and others, every tail of channels, every border.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import type { KernelExports } from '../../../ts-host/wasm/kernel-exports.js';
import {
  type ConvAxis,
  type ConvShape,
  tapsOf,
  writeConvShape,
} from '../../../ts-host/wasm/kernels/execute/conv-shape.js';
import {
  depthwiseCodes,
  depthwiseCodesPackedBytes,
  depthwiseCodesScratchBytes,
  hasDots,
  packDepthwiseCodes,
  writeDepthwiseCodes,
  zeroPointPlaces,
} from '../../../ts-host/wasm/kernels/execute/depthwise-int.js';
import { writeInts } from '../../../ts-host/wasm/kernels/execute/ints.js';
import { executionEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { ENGINES } from './engines.js';
import { withHeapGuards } from './guarded-heap.js';

const { fround } = Math;
const SINGLE: ConvAxis = { extent: 1, outputs: 1, kernel: 1, stride: 1, dilation: 1, pad: 0 };

function axisOf(rng: Rng, swept: boolean): ConvAxis {
  const [kernel, dilation, stride] = swept ? [3, 1, 1] : [rng.int(1, 5), rng.int(1, 2), rng.int(1, 3)];
  const pad = rng.int(0, swept ? 1 : 3);
  const behind = rng.int(0, swept ? 1 : 3);
  const reach = (kernel - 1) * dilation + 1;
  const extent = rng.int(Math.max(1, reach - pad - behind), reach + 5);
  return {
    extent,
    kernel,
    stride,
    dilation,
    pad,
    outputs: Math.floor((extent + pad + behind - reach) / stride) + 1,
  };
}

/** A row of a kernel 5 columns wide that moves by 1, some of whose pixels are taken by fours. */
function quadAxis(rng: Rng): ConvAxis {
  const [extent, pad] = [rng.int(5, 15), rng.int(0, 3)];
  return { extent, kernel: 5, stride: 1, dilation: 1, pad, outputs: extent + pad + rng.int(0, 3) - 4 };
}

function shapeOf(rng: Rng, seed: number, channels: number): ConvShape {
  const swept = seed % 2 === 0;
  const front = seed % 7 === 1 ? axisOf(rng, false) : SINGLE;
  const axes = [front, axisOf(rng, swept), seed % 4 === 1 ? quadAxis(rng) : axisOf(rng, swept)] as const;
  return { batch: rng.int(1, 2), axes, groups: channels, groupChannels: 1, groupOutputs: 1 };
}

const countOf = ({ batch, axes }: ConvShape, of: 'outputs' | 'extent'): number =>
  axes.reduce((n, axis) => n * axis[of], batch);

interface Case {
  readonly shape: ConvShape;
  readonly signed: { readonly x: boolean; readonly y: boolean; readonly w: boolean };
  readonly x: Uint8Array;
  readonly w: Uint8Array;
  readonly bias: Int32Array | undefined;
  readonly multipliers: Float32Array;
  readonly zeroPoints: { readonly x: number; readonly w: number; readonly y: number };
  readonly range: readonly [number, number];
}

const codeOf = (byte: number, signed: boolean): number => (signed ? (byte << 24) >> 24 : byte);

function caseOf(seed: number): Case {
  const rng = new Rng(seed);
  const channels = 1 + (seed % 40);
  const shape = shapeOf(rng, seed, channels);
  const signed = { x: rng.float() < 0.5, y: rng.float() < 0.5, w: rng.float() < 0.7 };
  const extreme = seed % 5 === 0;
  const fill = (count: number, ends: readonly number[]): Uint8Array =>
    extreme ? Uint8Array.from({ length: count }, () => ends[rng.int(0, 1)]!) : rng.bytes(count);
  const point = (isSigned: boolean): number => rng.int(isSigned ? -128 : 0, isSigned ? 127 : 255);
  const [low, high] = signed.y ? [-128, 127] : [0, 255];
  const first = rng.int(low, high);
  const specials = [0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-40, 3e38, -0.01];
  return {
    shape,
    signed,
    x: fill(countOf(shape, 'extent') * channels, signed.x ? [0x80, 0x7f] : [0, 255]),
    w: fill(channels * tapsOf(shape), signed.w ? [0x80, 0x7f] : [0, 255]),
    bias: seed % 3 === 0 ? undefined : Int32Array.from({ length: channels }, () => rng.int(-20000, 20000)),
    multipliers: Float32Array.from({ length: channels }, (_, i) =>
      seed % 4 === 3 && i % 3 === 0 ? specials[rng.int(0, 6)]! : fround(0.0005 + rng.float() / 100),
    ),
    zeroPoints: { x: point(signed.x), w: seed % 3 === 1 ? point(signed.w) : 0, y: point(signed.y) },
    range: seed % 3 === 2 ? [first, rng.int(first, high)] : [low, high],
  };
}

function roundEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
}

/** The sum under output position `index`. */
function sumOf({ shape, x, w, signed, zeroPoints, bias }: Case, index: number, channel: number): number {
  const channels = shape.groups;
  let sum = bias?.[channel] ?? 0;
  const taps = tapsOf(shape);
  for (let tap = 0; tap < taps; tap++) {
    let [restOut, restTap, position, scale, inside] = [index, tap, 0, 1, true];
    for (const { outputs, kernel, stride, dilation, pad, extent } of [...shape.axes].reverse()) {
      const at = (restOut % outputs) * stride - pad + (restTap % kernel) * dilation;
      inside &&= at >= 0 && at < extent;
      position += at * scale;
      scale *= extent;
      restOut = Math.floor(restOut / outputs);
      restTap = Math.floor(restTap / kernel);
    }
    if (!inside) continue;
    const code = codeOf(x[(restOut * scale + position) * channels + channel]!, signed.x) - zeroPoints.x;
    sum += code * (codeOf(w[channel * taps + tap]!, signed.w) - zeroPoints.w);
  }
  return sum;
}

function expectedOf(test: Case, from: number, to: number): Uint8Array {
  const channels = test.shape.groups;
  const out = new Uint8Array((to - from) * channels);
  return out.map((_, i) => {
    const channel = i % channels;
    const scaled = fround(
      fround(sumOf(test, from + Math.floor(i / channels), channel)) * test.multipliers[channel]!,
    );
    const rounded = Number.isNaN(scaled) ? 0 : roundEven(Math.max(-1e6, Math.min(1e6, scaled)));
    return Math.max(test.range[0], Math.min(test.range[1], rounded + test.zeroPoints.y)) & 255;
  });
}

/** @param small - weights are packed for dots too, and operands such that every machine's dot is exact: codes of 0 to 127 */
function check(engine: ExecutionEngine, k: KernelExports, small: boolean): void {
  for (let seed = 1; seed <= (small ? 60 : 160); seed++) {
    const test = small ? smallCodes(caseOf(2 * seed)) : caseOf(seed);
    const { shape, signed, zeroPoints } = test;
    const dots = small && hasDots(shape);
    const rng = new Rng(seed + 1000);
    const positions = countOf(shape, 'outputs');
    const [from, to] = seed % 3 === 0 ? [rng.int(0, positions), positions] : [0, rng.int(0, positions)];
    const channels = shape.groups;
    const out = new Uint8Array((to - from) * channels);
    const arrays = [
      test.x,
      test.w,
      test.bias ?? new Int32Array(0),
      test.multipliers,
      new Uint8Array(depthwiseCodesPackedBytes(k, shape, dots)),
      new Uint8Array(depthwiseCodesScratchBytes(k, shape)),
      new Int32Array(22),
      new Int32Array(8),
      out,
    ];
    withHeapGuards(
      engine,
      arrays,
      4 * (seed % 3),
      (x, w, bias, multiplier, packed, scratch, block, codes, to0) => {
        writeConvShape(engine, block!, shape);
        packDepthwiseCodes(k, shape, w!, packed!, { unsigned: !signed.w, zeroPoint: zeroPoints.w, dots });
        const ending = {
          bias: test.bias === undefined ? 0 : bias!,
          multiplier: multiplier!,
          signed,
          range: test.range,
        };
        writeDepthwiseCodes(engine, codes!, ending);
        writeInts(engine, zeroPointPlaces(codes!).x, [zeroPoints.x, zeroPoints.y]);
        const at = {
          shape: block!,
          codes: codes!,
          x: x!,
          packed: packed!,
          out: to0! - from * channels,
          scratch: scratch!,
        };
        depthwiseCodes(k, at, from, to);
      },
    );
    assert.deepEqual(out, expectedOf(test, from, to), `seed ${seed}: ${JSON.stringify(shape)}`);
  }
}

/** As the kernel of dots reads them, codes and their zero point within 0 to 127; weights of 8 bits. */
function smallCodes(test: Case): Case {
  const small = (code: number): number => (test.signed.x ? code | 128 : code & 127);
  const { x, y } = test.zeroPoints;
  const zeroPoints = { x: test.signed.x ? -1 - (x & 127) : x & 127, w: test.signed.w ? 0 : 128, y };
  return { ...test, x: test.x.map(small), zeroPoints };
}

describe('depthwise-int', () => {
  for (const [name, engine] of ENGINES) {
    it(`${name}: any kernel, border, sign and tail of channels -> the codes of the definition`, () => {
      check(engine, engine.kernels, false);
    });
  }

  it('weights packed for dots, relaxed where the runtime has it -> the codes of the definition', async () => {
    const engine = await executionEngine('fast');
    const relaxed = await engine.loadRelaxed?.();
    for (const kernels of [engine.kernels, relaxed ?? engine.kernels]) check(engine, kernels, true);
  });
});
