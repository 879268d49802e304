// Calls of Paddle 3's API as its own exporter writes them, against what Paddle computed.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { OctavoError } from '../../../ts-host/index.js';
import { prepareOctavo } from '../../support/octavo.js';
import { paddleGoldens } from '../../support/paddleGoldens.js';
import { difference, runGolden } from './run.js';

/** Of the largest magnitude of an output. */
const BOUND = 2e-6;

/** Refused, and named. */
const REFUSED: Readonly<Record<string, RegExp>> = { einsum: /pd_op\.einsum/ };

before(prepareOctavo);

describe("functions of Paddle 3's API", () => {
  for (const golden of paddleGoldens('functions')) {
    const refused = REFUSED[golden.name];
    if (refused === undefined) {
      it(golden.name, async () => assert.equal(difference(await runGolden(golden), golden, BOUND), ''));
    } else {
      it(`${golden.name}: refused`, async () => {
        await assert.rejects(runGolden(golden), (error: unknown) => {
          return (
            error instanceof OctavoError && error.code === 'UNSUPPORTED_OP' && refused.test(error.message)
          );
        });
      });
    }
  }
});
