// The record of running models that Octavo wrote in Paddle itself (tests/golden/paddle/check_written.py): what it covers, and how
// near Paddle's outputs are. It is made by hand, where Paddle is installed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { hashOf, WRITTEN } from '../../golden/paddle/writtenModels.js';
import { prepareOctavo } from '../../support/octavo.js';

interface Found {
  /** Of the files. */
  readonly sha256: string;
  readonly error?: string;
  /** Of those that are not run. */
  readonly loads?: boolean;
  /** Relative to the largest magnitude. */
  readonly toOctavo: number;
  readonly toFloat: number;
}

const file = new URL('../../golden/paddle/written.json', import.meta.url);
const record = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, Found>>;
const STYLES = ['onnx', 'fake', 'fake-float'];
const ALGORITHMS = ['KL', 'hist', 'mse', 'avg', 'abs_max'];

/** Layers in another order of sums. */
const FLOAT_BOUND = 2e-5;
/** Eight bits, on noise. */
const QUANTIZED_BOUND = 0.2;
/** A code that falls the other way in one layer moves later ones. */
const FLIPPED_BOUND = 0.1;

/** Models of JSON, which Paddle 2 does not read. */
const isJson = (name: string): boolean => name.startsWith('json/');
/** Paddle 3.3.1 runs dequantize_linear of JSON by the kernel of quantize_linear. */
const isMisrun = (name: string): boolean => isJson(name) && name.includes('-onnx');

before(prepareOctavo);

describe('models that Octavo wrote, run in Paddle', () => {
  it('two versions, the same models', () => {
    const [older, newer] = Object.values(record).map((cases) =>
      Object.entries(cases).flatMap(([name, { sha256 }]) => (isJson(name) ? [] : [`${name} ${sha256}`])),
    );
    assert.deepEqual(Object.keys(record), ['2.6.2', '3.3.1']);
    assert.deepEqual(older, newer);
  });

  // The quick ones that have every style: algorithms only change thresholds.
  for (const group of ['channels-last', 'words', 'pir', 'json/residual']) {
    it(`${group}: the files that were run are those that are written today`, async () => {
      const today = new Map<string, string>();
      for await (const each of WRITTEN[group]!()) today.set(each.name, await hashOf(each));
      const other = [...today].filter(([name, hash]) => record['3.3.1']![name]?.sha256 !== hash);
      assert.deepEqual(other, [], 'run write-models and check_written again (tests/golden/paddle/README.md)');
      const recorded = Object.keys(record['3.3.1']!).filter((name) => name.startsWith(`${group}/`));
      assert.deepEqual(recorded.sort(), [...today.keys()].sort());
    });
  }

  for (const [version, cases] of Object.entries(record)) {
    it(`${version}: all load and run, float ones as before, quantized ones near`, () => {
      const others = Object.entries(cases).filter(([name]) => !isJson(name));
      const bad = others.filter(([name, { error, toFloat }]) => {
        const bound = /\/(static|dynamic|embedding)\//.test(name) ? QUANTIZED_BOUND : FLOAT_BOUND;
        return error !== undefined || !(toFloat <= bound);
      });
      assert.deepEqual(bad, []);
    });

    it(`${version}: every algorithm in every style`, () => {
      const wanted = ['classic', 'residual', 'classifier'].flatMap((net) =>
        ALGORITHMS.flatMap((algo) => STYLES.map((style) => `${net}/static/${algo}-${style}`)),
      );
      assert.deepEqual(
        wanted.filter((name) => cases[name] === undefined),
        [],
      );
    });
  }

  const json = Object.entries(record['3.3.1']!).filter(([name]) => isJson(name));

  it('JSON: unchanged, fake operators, embeddings and test models compute what they do in Octavo; codes load', () => {
    const run = json.filter(([name]) => !isMisrun(name));
    const bad = run.filter(([name, { error, toOctavo, loads }]) => {
      if (name.includes('/dynamic/codes')) return loads !== true;
      return error !== undefined || !(toOctavo <= (name.includes('/static/') ? FLIPPED_BOUND : FLOAT_BOUND));
    });
    assert.deepEqual(bad, []);
    assert.ok(run.length >= 60);
  });

  it('JSON: what Paddle 3.3.1 does not run right is still so', () => {
    const misrun = json.filter(([name]) => isMisrun(name));
    const right = misrun.filter(
      ([, { error = '', toOctavo = 0 }]) => !error.includes('dequantize_linear') && toOctavo < 0.5,
    );
    assert.deepEqual(right, []);
    assert.ok(misrun.length > 0);
  });
});
