// The direction classifier in static INT8: it must decide as the float model does, whether text stands upright or on its head,
// through blur and noise.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import type { TensorInput } from '../../ts-host/index.js';
import { PIXELS, presentModel } from '../consumers/models.js';
import { enginesMissing } from '../consumers/run.js';
import { textBatches } from '../support/textLines.js';
import { best, describeFigures, fidelityOf, figuresOf, prepareFidelity } from './fidelity.js';

const [WIDTH, HEIGHT] = [192, 48];
const LINES = 200;
const CALIBRATION_LINES = 40;
const BATCH = 40;

const lines = (first: number, count: number): TensorInput[] =>
  textBatches(first, count, BATCH, WIDTH, HEIGHT, PIXELS.OCR);

const model = presentModel('ocr-cls');
const skip = model === undefined ? 'the OCR models are not installed' : (enginesMissing() ?? false);

describe('direction classifier, static INT8', { skip }, () => {
  before(prepareFidelity);

  test(`${LINES} lines, upright and turned, with blur and noise -> every decision equal`, async (t) => {
    const fidelity = await fidelityOf({
      model: readFileSync(model!.path),
      calibration: lines(10_000, CALIBRATION_LINES),
      evaluation: lines(1, LINES),
    });
    const decisions = (outputs: readonly Float64Array[]) => outputs.map(best);
    const [float, quantized] = [decisions(fidelity.float), decisions(fidelity.quantized)];
    const right = float.filter((decision, i) => decision === i % 2).length;
    t.diagnostic(`float is right about ${right} of ${float.length}; ${describeFigures(figuresOf(fidelity))}`);
    assert.equal(float.length, 2 * LINES);
    const different = float.flatMap((decision, i) => (decision === quantized[i] ? [] : [i]));
    assert.deepEqual(different, [], 'seeds and directions decided otherwise');
  });
});
