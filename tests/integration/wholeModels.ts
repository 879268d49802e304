// The models that sessions are held against onnxruntime with, each with inputs of several sizes: text where it reads
// text, photographs where it looks at the world (from the shared data folder), tokens where it reads those.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Feeds, PixelRule, TensorSpec } from '../consumers/job.js';
import { DATA_DIR, ocr, PIXELS, photo, realModel } from '../consumers/models.js';
import { controlFlowModel, encoderModel, recurrentModel, VOCABULARY } from '../support/madeModels.js';
import type { WholeModel } from './whole.js';

const text = (words: string, rule: PixelRule, dims: number[], seed = 1): Feeds => ({
  x: { kind: 'text', text: words, rule, dims, seed },
});

const absentFile = (path: string): string | undefined =>
  existsSync(path) ? undefined : `${path} is not here`;

function fromFile(name: string, path: string, cases: Readonly<Record<string, Feeds>>): WholeModel {
  return { name, model: path, absent: absentFile(path), cases };
}

/** A model whose outputs are probabilities. */
function deciding(name: string, path: string, cases: Readonly<Record<string, Feeds>>): WholeModel {
  return { ...fromFile(name, path, cases), probabilities: true };
}

export const OCR_DETECTOR = deciding('ocr-det', ocr('ch_PP-OCRv4_det_infer.onnx'), {
  '96x160': text('40 FEET', PIXELS.DETECTOR, [1, 3, 96, 160]),
  '320x320': text('PAPER', PIXELS.DETECTOR, [1, 3, 320, 320]),
  'two of 224x416': text('CHAPTER 7', PIXELS.DETECTOR, [2, 3, 224, 416]),
});

export const OCR_RECOGNIZER = deciding('ocr-rec', ocr('ch_PP-OCRv4_rec_infer.onnx'), {
  '48x96': text('2048', PIXELS.OCR, [1, 3, 48, 96]),
  '48x320': text('OCTAVO 8', PIXELS.OCR, [1, 3, 48, 320]),
  'three of 48x200': text('HELLO', PIXELS.OCR, [3, 3, 48, 200]),
});

export const OCR_CLASSIFIER = deciding('ocr-cls', ocr('ch_ppocr_mobile_v2.0_cls_infer.onnx'), {
  '48x96': text('9801', PIXELS.OCR, [1, 3, 48, 96]),
  '48x192': text('OCTAVO 8', PIXELS.OCR, [1, 3, 48, 192]),
  'five of 64x100': text('HELLO', PIXELS.OCR, [5, 3, 64, 100]),
});

const retinaface = (file: string): string =>
  join(dirname(fileURLToPath(import.meta.url)), '../consumers/node_modules/retinaface', file);

/** The detector of the npm package `retinaface`, a fixed size each. Without photographs it looks at text. */
function faces(name: string, file: string, size: number): WholeModel {
  const dims = [1, 3, size, size];
  const drawn: TensorSpec = { kind: 'text', text: 'CHAPTER 7', rule: PIXELS.FACES, dims, seed: 4 };
  const seen: TensorSpec = { kind: 'image', file: photo('12a'), rule: PIXELS.FACES, dims };
  return fromFile(name, retinaface(file), {
    'drawn text': { data: drawn },
    ...(DATA_DIR === undefined ? {} : { 'a photograph': { data: seen } }),
  });
}

export const RETINAFACE_512 = faces('retinaface v1', 'mnet.25_v1.onnx', 512);
export const RETINAFACE_640 = faces('retinaface v2', 'mnet.25_v2.onnx', 640);

/** A classifier of the shared data folder, on its first photographs. */
function classifier(name: string): WholeModel {
  const { path, runs } = realModel(name)!;
  const [first, second] = runs as [Feeds, Feeds];
  return deciding(name, path, { 'a photograph': first, 'another photograph': second });
}

export const MOBILENET = classifier('mobilenet-v1');
export const SQUEEZENET = classifier('squeezenet');

const tokens = (seed: number, ...dims: number[]): TensorSpec => ({
  kind: 'random',
  dtype: 'int64',
  dims,
  seed,
  low: 0,
  high: VOCABULARY,
});
const listed = (dtype: string, dims: number[], ...values: number[]): TensorSpec => ({
  kind: 'values',
  dtype,
  dims,
  values,
});

export const RECURRENT: WholeModel = {
  name: 'LSTM and GRU',
  model: recurrentModel(),
  cases: {
    'one of 9 steps': { tokens: tokens(1, 1, 9), lengths: listed('int32', [1], 9) },
    'three of up to 14 steps': { tokens: tokens(2, 3, 14), lengths: listed('int32', [3], 14, 5, 1) },
  },
};

/** Mask of sequences that are followed by padding. */
const mask = (length: number, ...kept: number[]): TensorSpec =>
  listed(
    'int64',
    [kept.length, length],
    ...kept.flatMap((count) => Array.from({ length }, (_, i) => (i < count ? 1 : 0))),
  );

export const ENCODER: WholeModel = {
  name: 'attention encoder',
  model: encoderModel(),
  cases: {
    'one of 12 tokens': { tokens: tokens(3, 1, 12), mask: mask(12, 12) },
    'three of up to 31 tokens': { tokens: tokens(4, 3, 31), mask: mask(31, 31, 17, 4) },
  },
};

const state = (seed: number, rows: number, low: number, high: number): TensorSpec => ({
  kind: 'random',
  dtype: 'float32',
  dims: [rows, 8],
  seed,
  low,
  high,
});

export const CONTROL_FLOW: WholeModel = {
  name: 'Loop and If',
  model: controlFlowModel(),
  cases: {
    'ended by its steps': { x: state(5, 3, -1, 1), steps: listed('int64', [], 2) },
    'ended by its limit': { x: state(9, 5, -2, 2), steps: listed('int64', [], 100) },
    'all rows': { x: state(7, 4, -3, 0), steps: listed('int64', [], 1) },
  },
};
