// The record of running models that Octavo wrote in Paddle itself (tests/golden/paddle/check_written.py): what it covers, and how
// near Paddle's outputs are. It is made by hand, where Paddle is installed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

interface Found {
  readonly error?: string;
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

describe('models that Octavo wrote, run in Paddle', () => {
  it('two versions, the same models', () => {
    const [older, newer] = Object.values(record).map((cases) => Object.keys(cases));
    assert.deepEqual(Object.keys(record), ['2.6.2', '3.3.1']);
    assert.deepEqual(older, newer);
  });

  for (const [version, cases] of Object.entries(record)) {
    it(`${version}: all load and run, float ones as before, quantized ones near`, () => {
      const bad = Object.entries(cases).filter(([name, { error, toFloat }]) => {
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
});
