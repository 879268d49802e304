// Pictures for the real models: JPEG photographs where the data folder is there, and text drawn in a
// small stroke font, which needs no file at all and is what the text models expect to see.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
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
  const jpeg = createRequire(import.meta.url)('jpeg-js') as {
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
  const upper = value(picture, x0, y0, channel) * (1 - (x - x0)) + value(picture, x1, y0, channel) * (x - x0);
  const lower = value(picture, x0, y1, channel) * (1 - (x - x0)) + value(picture, x1, y1, channel) * (x - x0);
  return upper * (1 - (y - y0)) + lower * (y - y0);
}

function value({ data, width }: Picture, x: number, y: number, channel: number): number {
  return data[(y * width + x) * 3 + channel]!;
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

type Point = readonly [x: number, y: number];

/** Part of an ellipse as a polyline; angles in quarter turns, clockwise from the right, y down. */
function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number): Point[] {
  const steps = Math.ceil(Math.abs(to - from) * 6);
  return Array.from({ length: steps + 1 }, (_, i): Point => {
    const angle = ((from + ((to - from) * i) / steps) * Math.PI) / 2;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
}

const line = (...points: Point[]): Point[] => points;

/** Glyphs as strokes in a box 4 wide and 6 high, baseline at y = 6. */
const GLYPHS: Readonly<Record<string, readonly (readonly Point[])[]>> = {
  '0': [arc(2, 3, 1.8, 3, 0, 4)],
  '1': [line([0.8, 1.2], [2.2, 0], [2.2, 6])],
  '2': [[...arc(2, 1.8, 1.8, 1.8, -2, 0.45), [0.2, 6], [3.9, 6]]],
  '3': [arc(1.9, 1.5, 1.6, 1.5, -1.9, 1), arc(1.9, 4.4, 1.9, 1.6, -1, 1.9)],
  '4': [line([3, 6], [3, 0], [0, 4.2], [4, 4.2])],
  '5': [[[3.6, 0], [0.8, 0], [0.5, 2.8], ...arc(1.9, 4.1, 1.9, 1.9, -1.5, 1.8)]],
  '6': [line([3, 0], [0.6, 3]), arc(2, 4.2, 1.8, 1.8, 0, 4)],
  '7': [line([0.1, 0], [3.9, 0], [1.5, 6])],
  '8': [arc(2, 1.5, 1.5, 1.5, 0, 4), arc(2, 4.5, 1.8, 1.5, 0, 4)],
  '9': [arc(2, 1.8, 1.8, 1.8, 0, 4), line([3.6, 2.6], [1.2, 6])],
  A: [line([0, 6], [2, 0], [4, 6]), line([0.7, 4], [3.3, 4])],
  C: [arc(2.1, 3, 2.1, 3, -0.6, -3.4)],
  E: [line([3.6, 0], [0.3, 0], [0.3, 6], [3.6, 6]), line([0.3, 2.9], [3.2, 2.9])],
  F: [line([3.6, 0], [0.3, 0], [0.3, 6]), line([0.3, 2.9], [3.2, 2.9])],
  H: [line([0.2, 0], [0.2, 6]), line([3.8, 0], [3.8, 6]), line([0.2, 2.9], [3.8, 2.9])],
  L: [line([0.3, 0], [0.3, 6], [3.6, 6])],
  O: [arc(2, 3, 2.1, 3, 0, 4)],
  P: [[[0.3, 6], [0.3, 0], [2.2, 0], ...arc(2.2, 1.6, 1.6, 1.6, -1, 1), [0.3, 3.2]]],
  R: [
    [[0.3, 6], [0.3, 0], [2.2, 0], ...arc(2.2, 1.6, 1.6, 1.6, -1, 1), [0.3, 3.2]],
    line([2, 3.2], [3.8, 6]),
  ],
  T: [line([0, 0], [4, 0]), line([2, 0], [2, 6])],
  U: [[[0.3, 0], ...arc(2, 4.2, 1.7, 1.8, 2, 0), [3.7, 0]]],
  V: [line([0, 0], [2, 6], [4, 0])],
  ' ': [],
};

const ADVANCE = 5.4;
const HEIGHT = 6;
const HALF_STROKE = 0.38;

/** Text in the middle of a light ground, as large as fits, with smooth edges and a little noise. */
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
  const cell = Math.min((width * 0.9) / (text.length * ADVANCE), (height * 0.68) / HEIGHT);
  const left = (width - (text.length * ADVANCE - (ADVANCE - 4)) * cell) / 2;
  const top = (height - HEIGHT * cell) / 2;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const px = (turned ? width - 1 - x : x) + 0.5;
      const py = (turned ? height - 1 - y : y) + 0.5;
      const distance = distanceToText(text, (px - left) / cell, (py - top) / cell);
      // One pixel wide ramp around the edge of the stroke.
      const cover = clamp((HALF_STROKE - distance) * cell + 0.5, 0, 1);
      const level = Math.round(paper + (ink - paper) * cover);
      for (let c = 0; c < 3; c++) data[(y * width + x) * 3 + c] = level + noise.below(9) - 4;
    }
  }
  return { width, height, data };
}

function distanceToText(text: string, x: number, y: number): number {
  const index = clamp(Math.floor((x + (ADVANCE - 4) / 2) / ADVANCE), 0, text.length - 1);
  const strokes = GLYPHS[text[index]!];
  if (strokes === undefined) throw new Error(`the test font has no glyph for "${text[index]}"`);
  let nearest = Number.POSITIVE_INFINITY;
  for (const stroke of strokes) {
    for (let i = 1; i < stroke.length; i++) {
      nearest = Math.min(nearest, squareToSegment(x - index * ADVANCE, y, stroke[i - 1]!, stroke[i]!));
    }
  }
  return Math.sqrt(nearest);
}

/** The squared distance of a point from the nearest one of a segment. */
function squareToSegment(x: number, y: number, a: Point, b: Point): number {
  const dx = b[0] - a[0];
  const dy = b[1] - a[1];
  const along = clamp(((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy || 1), 0, 1);
  const offX = x - a[0] - along * dx;
  const offY = y - a[1] - along * dy;
  return offX * offX + offY * offY;
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
