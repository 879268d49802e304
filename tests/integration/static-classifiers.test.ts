// ImageNet classifiers in static INT8, in onnxruntime-node: calibrated on twelve photographs, measured on twelve others.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import type { ImageSamplesOptions } from '../../ts-host/node.js';
import { presentModel } from '../consumers/models.js';
import { enginesMissing } from '../consumers/run.js';
import { describeFigures, fidelityOf, figuresOf, prepareFidelity } from './fidelity.js';
import { calibrationPhotos, evaluationPhotos } from './photos.js';

interface Classifier {
  readonly name: string;
  readonly pixels: ImageSamplesOptions;
  /** Lowest share of photographs with the same best class. */
  readonly agreement: number;
}

const CLASSIFIERS: readonly Classifier[] = [
  { name: 'mobilenet-v1', pixels: { preset: 'tf' }, agreement: 0.93 },
  { name: 'squeezenet', pixels: { imageToFormat: 'BGR', normalizeMean: [104, 117, 123] }, agreement: 0.93 },
];
const COSINE = 0.99;

for (const { name, pixels, agreement } of CLASSIFIERS) {
  const model = presentModel(name);
  const skip = model === undefined ? `${name}: the model's file is not here` : (enginesMissing() ?? false);
  describe(`${name}, static INT8`, { skip }, () => {
    before(prepareFidelity);

    test(`photographs it has not seen -> logits of cosine >= ${COSINE}, agreement >= ${agreement * 100} %`, async (t) => {
      const figures = figuresOf(
        await fidelityOf({
          model: readFileSync(model!.path),
          calibration: calibrationPhotos(pixels),
          evaluation: evaluationPhotos(pixels),
        }),
      );
      t.diagnostic(`${name}: ${describeFigures(figures)}`);
      assert.ok(figures.cosine >= COSINE, describeFigures(figures));
      assert.ok(figures.agreement >= agreement, describeFigures(figures));
    });
  });
}
