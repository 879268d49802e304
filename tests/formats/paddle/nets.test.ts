// Whole nets of Paddle's in both of its layouts: paddle.vision's, and small ones in the shape of PP-OCR's and ERNIE.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { prepareOctavo } from '../../support/octavo.js';
import { paddleGolden, paddleGoldens } from '../../support/paddleGoldens.js';
import { difference, runGolden, translatedGoldens } from './run.js';

/** Of the largest magnitude of an output: sums of up to fifty layers, in another order than Paddle's. */
const BOUND = 2e-5;

/** A hundredth of a step of 8 bits. */
const QUANTIZED_BOUND = 8e-5;

/** Too large for every run: 45 MB of weights that are made, and operators that the others have too. */
const LARGE = new Set(['resnet18']);

before(prepareOctavo);

for (const layout of ['nets', 'pir'] as const) {
  describe(layout === 'nets' ? 'nets as a ProgramDesc' : 'nets as PIR', () => {
    for (const golden of paddleGoldens(layout)) {
      if (LARGE.has(golden.name)) continue;
      it(golden.name, async () => {
        assert.equal(difference(await runGolden(golden), golden, BOUND), '');
      });
    }
  });
}

describe('quantized nets as PIR', () => {
  for (const golden of translatedGoldens('quantized')) {
    it(golden.name, async () => {
      assert.equal(difference(await runGolden(golden), golden, QUANTIZED_BOUND), '');
    });
  }
});

describe('a net in both layouts', () => {
  it('residual -> the same bits from both', async () => {
    const [program, pir] = [
      await runGolden(paddleGolden('nets', 'residual')),
      await runGolden(paddleGolden('pir', 'residual')),
    ];
    assert.deepEqual(Object.values(pir), Object.values(program));
    assert.deepEqual(Object.keys(pir), ['fetch_name_0']);
  });
});
