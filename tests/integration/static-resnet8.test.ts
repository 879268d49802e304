// ResNet-8 of MLPerf Tiny, brought from TensorFlow Lite: what static INT8 costs in accuracy on 500 images of CIFAR-10.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileSource, imageSamples, type SampleSource } from '../../ts-host/node.js';
import { DATA_DIR } from '../consumers/models.js';
import { enginesMissing } from '../consumers/run.js';
import { tfliteToOnnx } from '../support/tflite/toOnnx.js';
import { best, describeFigures, fidelityOf, figuresOf, prepareFidelity } from './fidelity.js';

const file = join(DATA_DIR ?? '', 'models/tflite/mlperftiny_pretrainedResnet.tflite');
const images = join(DATA_DIR ?? '', 'images/cifar10');
/** Images right, by LiteRT 2.3.0 on the same file: these are JPEGs, which cost the model some ten points. */
const RIGHT_IN_LITERT = 376;
/** Half a point of 500 images, rounded down. */
const MOST_LOST = 2;
/** Every tenth image, none of a class left out. */
const CALIBRATION_STEP = 10;

const paths = (): { readonly path: string; readonly label: number }[] =>
  readdirSync(images)
    .sort()
    .flatMap((folder, label) =>
      readdirSync(join(images, folder))
        .sort()
        .map((name) => ({ path: join(images, folder, name), label })),
    );

const samplesOf = (list: readonly { readonly path: string }[]): SampleSource =>
  imageSamples(
    list.map(({ path }) => ({ name: path, data: () => fileSource(path) })),
    { batch: 50 },
  );

const skip = existsSync(file) ? (enginesMissing() ?? false) : `${file} is not here`;

describe('CIFAR ResNet-8, static INT8', { skip }, () => {
  before(prepareFidelity);

  test('500 images -> float as accurate as in LiteRT, INT8 at most 0.5 points less', async (t) => {
    const all = paths();
    assert.equal(all.length, 500);
    const fidelity = await fidelityOf({
      model: tfliteToOnnx(readFileSync(file)),
      calibration: samplesOf(all.filter((_, i) => i % CALIBRATION_STEP === 0)),
      evaluation: samplesOf(all),
    });
    const right = (outputs: readonly Float64Array[]) =>
      outputs.filter((values, i) => best(values) === all[i]!.label).length;
    const [float, quantized] = [right(fidelity.float), right(fidelity.quantized)];
    const figures = describeFigures(figuresOf(fidelity));
    t.diagnostic(`ResNet-8: ${float} of 500 right in float, ${quantized} in INT8; ${figures}`);
    assert.equal(float, RIGHT_IN_LITERT);
    assert.ok(quantized >= float - MOST_LOST, `${quantized} right, float ${float}`);
  });
});
