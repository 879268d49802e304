// Lines of drawn text as a camera would see them: every line another text, grey levels, blur and noise, all from a seed.

import type { TensorInput } from '../../ts-host/index.js';
import type { PixelRule } from '../consumers/job.js';
import { Noise } from '../consumers/noise.js';
import { drawText, type Picture, toPlanes } from '../consumers/pixels.js';

export interface TextLine {
  readonly text: string;
  readonly turned: boolean;
  /** [3, height, width] */
  readonly planes: Float32Array;
}

/** What the test font has, without the letters that look the same upside down. */
const LETTERS = '1234567ACEFLPRTUV';
const MOST_LETTERS = 11;
const LEAST_LETTERS = 5;
/** Standard deviation of the strongest blur in pixels, and of the strongest noise in grey levels. */
const MOST_BLUR = 1.2;
const MOST_NOISE = 14;

/** A line upright or turned by 180°; the same seed gives the same line both ways. */
export function textLine(
  seed: number,
  turned: boolean,
  width: number,
  height: number,
  rule: PixelRule,
): TextLine {
  const noise = new Noise(seed);
  const length = LEAST_LETTERS + noise.below(MOST_LETTERS - LEAST_LETTERS + 1);
  const text = Array.from({ length }, () => LETTERS[noise.below(LETTERS.length)]!).join('');
  const drawn = blurred(drawText(text, width, height, seed, turned), noise.float() * MOST_BLUR);
  const strength = noise.float() * MOST_NOISE;
  // A sum of four uniform numbers is near enough to normal; its deviation is 1/√3.
  const grain = (): number => (noise.float() + noise.float() + noise.float() + noise.float() - 2) * 1.732;
  const data = drawn.data.map((level) => Math.min(255, Math.max(0, Math.round(level + grain() * strength))));
  return { text, turned, planes: toPlanes({ width, height, data }, rule) };
}

/** Samples of `batch` lines each, [batch, 3, height, width]: `count` seeds from `first` on, each upright and then turned. */
export function textBatches(
  first: number,
  count: number,
  batch: number,
  width: number,
  height: number,
  rule: PixelRule,
): TensorInput[] {
  const item = 3 * width * height;
  return Array.from({ length: (2 * count) / batch }, (_, index) => {
    const data = new Float32Array(batch * item);
    for (let i = 0; i < batch; i++) {
      const at = index * batch + i;
      const line = textLine(first + Math.floor(at / 2), at % 2 === 1, width, height, rule);
      data.set(line.planes, i * item);
    }
    return { data, dims: [batch, 3, height, width] };
  });
}

/** Gaussian blur, rows and then columns; the border's pixels go on outside. */
function blurred({ width, height, data }: Picture, deviation: number): Picture {
  const reach = Math.ceil(deviation * 3);
  const taps = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * Math.max(deviation, 1e-3) ** 2)),
  );
  const rows = blurredAlong(data, taps, width, height, 3, width * 3);
  return { width, height, data: blurredAlong(rows, taps, height, width, width * 3, 3) };
}

/** One direction of it: `lines` lines `apart` values from each other, each of `length` pixels `step` values apart. */
function blurredAlong(
  from: Uint8Array,
  taps: readonly number[],
  length: number,
  lines: number,
  step: number,
  apart: number,
): Uint8Array {
  const reach = (taps.length - 1) / 2;
  const sum = taps.reduce((a, b) => a + b, 0);
  const data = new Uint8Array(from.length);
  for (let line = 0; line < lines; line++) {
    for (let pixel = 0; pixel < length; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        const start = line * apart + channel;
        let level = 0;
        for (let i = -reach; i <= reach; i++) {
          const at = Math.min(length - 1, Math.max(0, pixel + i));
          level += from[start + at * step]! * taps[i + reach]!;
        }
        data[start + pixel * step] = Math.round(level / sum);
      }
    }
  }
  return data;
}
