// Lines of drawn text as a camera would see them: every line another text, grey levels, blur and noise, all from a seed.

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

/** Gaussian blur, rows and then columns; the border's pixels go on outside. */
function blurred({ width, height, data }: Picture, deviation: number): Picture {
  const reach = Math.ceil(deviation * 3);
  const taps = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * Math.max(deviation, 1e-3) ** 2)),
  );
  const sum = taps.reduce((a, b) => a + b, 0);
  const pass = (from: Uint8Array, dx: number, dy: number): Uint8Array =>
    from.map((_, at) => {
      const [channel, pixel] = [at % 3, Math.floor(at / 3)];
      const [x, y] = [pixel % width, Math.floor(pixel / width)];
      let level = 0;
      for (let i = -reach; i <= reach; i++) {
        const px = Math.min(width - 1, Math.max(0, x + i * dx));
        const py = Math.min(height - 1, Math.max(0, y + i * dy));
        level += from[(py * width + px) * 3 + channel]! * taps[i + reach]!;
      }
      return Math.round(level / sum);
    });
  return { width, height, data: pass(pass(data, 1, 0), 0, 1) };
}
