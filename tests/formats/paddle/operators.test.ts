// Every operator that is converted, in all variants of its goldens, in both of Paddle's layouts, against what Paddle computed.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { OctavoError } from '../../../ts-host/index.js';
import { prepareOctavo } from '../../support/octavo.js';
import { type PaddleGolden, paddleGoldens } from '../../support/paddleGoldens.js';
import { difference, runGolden, translatedGoldens } from './run.js';

/** Of the largest magnitude of an output. Sums go over 72 products at most. */
const BOUND = 2e-6;

/** What ONNX's operators have no form for: refused, and named. */
const REFUSED = new Set(['split/axis-tensor', 'concat/axis-tensor', 'gather/axis-tensor']);

before(prepareOctavo);

function families(cases: readonly PaddleGolden[]): Map<string, PaddleGolden[]> {
  const found = new Map<string, PaddleGolden[]>();
  for (const golden of cases) {
    const family = golden.name.slice(0, golden.name.indexOf('/'));
    found.set(family, [...(found.get(family) ?? []), golden]);
  }
  return found;
}

async function outcome(golden: PaddleGolden): Promise<string> {
  try {
    return difference(await runGolden(golden), golden, BOUND);
  } catch (error) {
    if (!(error instanceof OctavoError)) throw error;
    return error.code === 'UNSUPPORTED_OP' ? 'refused' : `${error.code}: ${error.message}`;
  }
}

function everyFamily(cases: readonly PaddleGolden[]): void {
  for (const [family, variants] of families(cases)) {
    it(family, async () => {
      const wanted = variants.map(({ name }) => [name, REFUSED.has(name) ? 'refused' : '']);
      const found: [string, string][] = [];
      for (const golden of variants) found.push([golden.name, await outcome(golden)]);
      assert.deepEqual(found, wanted);
    });
  }
}

describe('operators of a ProgramDesc', () => everyFamily(paddleGoldens('operators')));

describe('the same as PIR', () => everyFamily(translatedGoldens('operators')));
