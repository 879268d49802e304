// Pictures for the real models: JPEG photographs where the data folder is there, and text drawn with a small
// bitmap font, which needs no file at all and is what the text models expect to see.

import { readFile } from 'node:fs/promises';
import type { PixelRule } from './job.js';
import { Noise } from './noise.js';

/** RGB, three bytes a pixel, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Decodes a JPEG file. */
export async function readJpeg(file: string): Promise<Picture> {
  const packageName = 'jpeg-js';
  const jpeg = (await import(packageName)) as {
    decode(bytes: Uint8Array, options: object): { width: number; height: number; data: Uint8Array };
  };
  const decoded = jpeg.decode(await readFile(file), { useTArray: true, formatAsRGBA: false });
  return { width: decoded.width, height: decoded.height, data: decoded.data };
}

/** Crops the centre to the wanted aspect, then scales bilinearly (pixel centres at .5). */
export function resize(picture: Picture, width: number, height: number): Picture {
  const scale = Math.min(picture.width / width, picture.height / height);
  const left = (picture.width - width * scale) / 2;
  const top = (picture.height - height * scale) / 2;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const sy = clamp(top + (y + 0.5) * scale - 0.5, 0, picture.height - 1);
    for (let x = 0; x < width; x++) {
      const sx = clamp(left + (x + 0.5) * scale - 0.5, 0, picture.width - 1);
      for (let c = 0; c < 3; c++) data[(y * width + x) * 3 + c] = Math.round(sample(picture, sx, sy, c));
    }
  }
  return { width, height, data };
}

function sample(picture: Picture, x: number, y: number, channel: number): number {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const x1 = Math.min(x0 + 1, picture.width - 1);
  const y1 = Math.min(y0 + 1, picture.height - 1);
  const at = (px: number, py: number) => picture.data[(py * picture.width + px) * 3 + channel]!;
  const upper = at(x0, y0) * (1 - (x - x0)) + at(x1, y0) * (x - x0);
  const lower = at(x0, y1) * (1 - (x - x0)) + at(x1, y1) * (x - x0);
  return upper * (1 - (y - y0)) + lower * (y - y0);
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** 5x7 glyphs, a row of five bits for each line from the top. */
const GLYPHS: Record<string, readonly number[]> = {
  '0': [14, 17, 19, 21, 25, 17, 14],
  '1': [4, 12, 4, 4, 4, 4, 14],
  '2': [14, 17, 1, 2, 4, 8, 31],
  '3': [31, 2, 4, 2, 1, 17, 14],
  '4': [2, 6, 10, 18, 31, 2, 2],
  '5': [31, 16, 30, 1, 1, 17, 14],
  '6': [6, 8, 16, 30, 17, 17, 14],
  '7': [31, 1, 2, 4, 8, 8, 8],
  '8': [14, 17, 17, 14, 17, 17, 14],
  '9': [14, 17, 17, 15, 1, 2, 12],
  A: [14, 17, 17, 31, 17, 17, 17],
  C: [14, 17, 16, 16, 16, 17, 14],
  E: [31, 16, 16, 30, 16, 16, 31],
  F: [31, 16, 16, 30, 16, 16, 16],
  H: [17, 17, 17, 31, 17, 17, 17],
  L: [16, 16, 16, 16, 16, 16, 31],
  O: [14, 17, 17, 17, 17, 17, 14],
  P: [30, 17, 17, 30, 16, 16, 16],
  R: [30, 17, 17, 30, 20, 18, 17],
  T: [31, 4, 4, 4, 4, 4, 4],
  U: [17, 17, 17, 17, 17, 17, 14],
  V: [17, 17, 17, 17, 17, 10, 4],
  ' ': [0, 0, 0, 0, 0, 0, 0],
};

/** Text in the middle of a light ground, as large as fits, lightly noisy so that no region is flat. */
export function drawText(
  text: string,
  width: number,
  height: number,
  seed: number,
  turned: boolean,
): Picture {
  const noise = new Noise(seed);
  const paper = 215 + noise.below(30);
  const ink = 20 + noise.below(50);
  const cell = Math.max(
    1,
    Math.min(Math.floor((width * 0.9) / (text.length * 6)), Math.floor((height * 0.8) / 7)),
  );
  const left = Math.floor((width - (text.length * 6 - 1) * cell) / 2);
  const top = Math.floor((height - 7 * cell) / 2);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const px = turned ? width - 1 - x : x;
      const py = turned ? height - 1 - y : y;
      const inked = isInked(text, Math.floor((px - left) / cell), Math.floor((py - top) / cell));
      for (let c = 0; c < 3; c++) data[(y * width + x) * 3 + c] = (inked ? ink : paper) + noise.below(9) - 4;
    }
  }
  return { width, height, data };
}

function isInked(text: string, column: number, row: number): boolean {
  const letter = text[Math.floor(column / 6)];
  if (letter === undefined || column < 0 || row < 0 || row >= 7 || column % 6 === 5) return false;
  const rows = GLYPHS[letter];
  if (rows === undefined) throw new Error(`the test font has no glyph for "${letter}"`);
  return ((rows[row]! >> (4 - (column % 6))) & 1) === 1;
}

/** [1, 3, H, W] planes from a picture. */
export function toPlanes(picture: Picture, rule: PixelRule): Float32Array {
  const count = picture.width * picture.height;
  const planes = new Float32Array(3 * count);
  for (let c = 0; c < 3; c++) {
    const from = rule.channels === 'rgb' ? c : 2 - c;
    const factor = rule.factor[c]!;
    const bias = rule.bias[c]!;
    for (let i = 0; i < count; i++) planes[c * count + i] = picture.data[i * 3 + from]! * factor + bias;
  }
  return planes;
}
