// The direction classifier in static INT8: it must decide as the float model does, whether text stands upright or on its head,
// through blur and noise.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import type { TensorInput } from '../../ts-host/index.js';
import { PIXELS, presentModel } from '../consumers/models.js';
import { enginesMissing } from '../consumers/run.js';
import { textLine } from '../support/textLines.js';
import { best, describeFigures, fidelityOf, figuresOf, prepareFidelity } from './fidelity.js';

const [WIDTH, HEIGHT] = [192, 48];
const LINES = 200;
const CALIBRATION_LINES = 40;
const BATCH = 40;

/** Lines of the seeds from `first` on, each upright and then turned, in batches. */
function lines(first: number, count: number): TensorInput[] {
  const item = 3 * WIDTH * HEIGHT;
  const each = Array.from({ length: 2 * count }, (_, i) =>
    textLine(first + Math.floor(i / 2), i % 2 === 1, WIDTH, HEIGHT, PIXELS.OCR),
  );
  return Array.from({ length: each.length / BATCH }, (_, batch) => {
    const data = new Float32Array(BATCH * item);
    for (let i = 0; i < BATCH; i++) data.set(each[batch * BATCH + i]!.planes, i * item);
    return { data, dims: [BATCH, 3, HEIGHT, WIDTH] };
  });
}

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
