// Depthwise sums, SIMD and reference, against coordinates in plain TypeScript.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type ConvAxis,
  type ConvShape,
  tapsOf,
  writeConvShape,
} from '../../../ts-host/wasm/kernels/execute/conv-shape.js';
import { Rng } from '../../support/rng.js';
import { ENGINES } from './engines.js';
import { withHeapGuards } from './guarded-heap.js';

function randomAxis(rng: Rng): ConvAxis {
  const [kernel, dilation, stride, pad] = [rng.int(1, 3), rng.int(1, 2), rng.int(1, 2), rng.int(0, 3)];
  const reach = (kernel - 1) * dilation + 1;
  const extent = rng.int(Math.max(1, reach - pad), reach + 4);
  return {
    extent,
    kernel,
    stride,
    dilation,
    pad,
    outputs: Math.floor((extent + pad + rng.int(0, 3) - reach) / stride) + 1,
  };
}

function randomShape(rng: Rng, groups: number, groupChannels: number): ConvShape {
  const axes = [randomAxis(rng), randomAxis(rng), randomAxis(rng)] as const;
  return { batch: rng.int(1, 2), axes, groups, groupChannels, groupOutputs: 1 };
}

const outputsOf = ({ batch, axes }: ConvShape): number => axes.reduce((n, { outputs }) => n * outputs, batch);
const pixelsOf = ({ batch, axes }: ConvShape): number => axes.reduce((n, { extent }) => n * extent, batch);

/** Position in x under a tap of an output; undefined outside. */
function positionOf({ axes }: ConvShape, index: number, tap: number): number | undefined {
  let [restOut, restTap] = [index, tap];
  const at: number[] = [];
  for (const { outputs, kernel, stride, dilation, pad, extent } of [...axes].reverse()) {
    const coordinate = (restOut % outputs) * stride - pad + (restTap % kernel) * dilation;
    if (coordinate < 0 || coordinate >= extent) return undefined;
    at.unshift(coordinate);
    restOut = Math.floor(restOut / outputs);
    restTap = Math.floor(restTap / kernel);
  }
  return at.reduce((position, coordinate, i) => position * axes[i]!.extent + coordinate, restOut);
}

for (const [name, engine] of ENGINES) {
  const k = engine.kernels;
  describe(`conv-int ${name}`, () => {
    it('depthwise weights and sums -> exact', () => {
      for (let seed = 1; seed <= 60; seed++) {
        const rng = new Rng(seed);
        const channels = [1, 2, 15, 16, 17, 33][seed % 6]!;
        const shape = randomShape(rng, channels, 1);
        const taps = tapsOf(shape);
        const [x, w] = [rng.bytes(pixelsOf(shape) * channels), rng.bytes(channels * taps)];
        const zeroPoints = Int32Array.from({ length: channels }, () => rng.int(-128, 127));
        const [flipX, flipW, za] = [pickFlip(rng), pickFlip(rng), Int32Array.of(rng.int(0, 255))];
        const [from, to] = [rng.int(0, outputsOf(shape)), outputsOf(shape)];
        const [sums, weights] = [new Int32Array((to - from) * channels), new Int16Array(taps * channels)];
        const [list, block] = [new Int32Array(taps * 2), new Int32Array(22)];
        const arrays = [x, w, zeroPoints, za, weights, sums, list, block];
        withHeapGuards(engine, arrays, 4, (xPtr, wPtr, zb, zaPtr, weightsPtr, sumsPtr, listPtr, shapePtr) => {
          writeConvShape(engine, shapePtr!, shape);
          k.depthwise_weights_i16!(wPtr!, weightsPtr!, zb!, channels, taps, flipW);
          k.depthwise_sums_i32!(xPtr!, weightsPtr!, sumsPtr!, from, to, flipX, zaPtr!, listPtr!, shapePtr!);
        });
        const centred = weights.map((_, i) => {
          const channel = i % channels;
          const code = w[channel * taps + Math.floor(i / channels)]! ^ flipW;
          return ((code << 24) >> 24) - zeroPoints[channel]!;
        });
        assert.deepEqual(weights, centred, `weights, seed ${seed}`);
        const expected = sums.map((_, i) => {
          let sum = 0;
          for (let tap = 0; tap < taps; tap++) {
            const position = positionOf(shape, from + Math.floor(i / channels), tap);
            if (position === undefined) continue;
            const code = (x[position * channels + (i % channels)]! ^ flipX) - za[0]!;
            sum += code * centred[tap * channels + (i % channels)]!;
          }
          return sum;
        });
        assert.deepEqual(sums, expected, `sums, seed ${seed}`);
      }
    });
  });
}

function pickFlip(rng: Rng): 0 | 128 {
  return rng.float() < 0.5 ? 0 : 128;
}
