// Programs and parameters with bytes changed at random: a model or an OctavoError, never anything else, never much memory, and
// none that stays counted behind an error.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RunContext } from '../../../ts-host/context.js';
import { readPaddleNet } from '../../../ts-host/formats/paddle/readNet.js';
import { paddleToModel } from '../../../ts-host/formats/paddle/toModel/toModel.js';
import { OctavoError } from '../../../ts-host/index.js';
import { paddleGoldens } from '../../support/paddleGoldens.js';
import { Rng } from '../../support/rng.js';
import { file } from './support.js';

const CASES = 600;
const MEMORY = 1e8;

/** One to three bytes changed, or a bit of each. */
function mutated(bytes: Uint8Array, rng: Rng): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let count = 1 + rng.int(0, 2); count > 0; count--) {
    const at = rng.int(0, copy.length - 1);
    copy[at] = rng.int(0, 1) === 0 ? rng.int(0, 255) : copy[at]! ^ (1 << rng.int(0, 7));
  }
  return copy;
}

async function outcome(model: Uint8Array, params: Uint8Array | undefined): Promise<'model' | 'error'> {
  const context = new RunContext({ memoryLimit: MEMORY });
  const parameters = params === undefined ? { none: true as const } : { combined: file('params', params) };
  let held = 0;
  try {
    const net = await readPaddleNet(file('model', model), parameters, context);
    held = context.budget.held;
    await paddleToModel(net, context);
    return 'model';
  } catch (error) {
    if (!(error instanceof OctavoError)) throw error;
    assert.equal(context.budget.held, held, error.message);
    return 'error';
  }
}

it('bytes changed at random -> a model or an OctavoError', async () => {
  const goldens = paddleGoldens('operators').filter(({ files }) => files.pdmodel !== undefined);
  const found = { model: 0, error: 0 };
  for (let seed = 1; seed <= CASES; seed++) {
    const rng = new Rng(seed);
    const { name, files } = goldens[rng.int(0, goldens.length - 1)]!;
    const { pdmodel, pdiparams } = files;
    const ofProgram = pdiparams === undefined || rng.int(0, 3) > 0;
    const model = ofProgram ? mutated(pdmodel!, rng) : pdmodel!;
    const params = ofProgram ? pdiparams : mutated(pdiparams, rng);
    try {
      found[await outcome(model, params)]++;
    } catch (error) {
      throw new Error(`seed ${seed}, ${name}`, { cause: error });
    }
  }
  assert.ok(found.model > CASES / 10 && found.error > CASES / 10, JSON.stringify(found));
});
