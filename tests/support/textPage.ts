// Pages of drawn text: lines of different heights at different places on a light ground, all from a seed. What a text detector
// expects to see.

import type { PixelRule } from '../consumers/job.js';
import { Noise } from '../consumers/noise.js';
import { drawText, toPlanes } from '../consumers/pixels.js';

const LETTERS = '0123456789ACEFHLOPRTUV';

/** [3, size, size] */
export function textPage(seed: number, size: number, rule: PixelRule): Float32Array {
  const noise = new Noise(seed);
  const paper = 205 + noise.below(40);
  const data = Uint8Array.from({ length: size * size * 3 }, () => paper + noise.below(9) - 4);
  let top = 4 + noise.below(size >> 3);
  for (let line = 1; ; line++) {
    const height = Math.round(size * (0.05 + 0.09 * noise.float()));
    if (top + height > size) break;
    const length = 3 + noise.below(9);
    const text = Array.from({ length }, () => LETTERS[noise.below(LETTERS.length)]!).join('');
    const width = Math.min(size, Math.round(height * length * 0.62));
    const left = noise.below(size - width + 1);
    const { data: drawn } = drawText(text, width, height, seed * 64 + line, false);
    for (let y = 0; y < height; y++) {
      data.set(drawn.subarray(y * width * 3, (y + 1) * width * 3), ((top + y) * size + left) * 3);
    }
    top += height + Math.round(height * (0.3 + noise.float()));
  }
  return toPlanes({ width: size, height: size, data }, rule);
}
