// The bounds that docs/kernels.md states, and how far a result is from the truth by their measure.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Real, real, ulpsOff } from '../../support/precise-oracle.js';

type Width = 'float32' | 'float64';

export interface StatedBound {
  readonly ulps: number;
  /** How many units `value` is off `truth`, the function of x. */
  off(value: number, truth: Real, x: number): number;
}

const FORMAT = { float32: [23n, -126n], float64: [52n, -1022n] } as const;

/** "1.5", "2 of x" or "4, or 1e-43". */
function boundOf(cell: string, width: Width): StatedBound {
  const match = /^(\S+?)( of x)?(?:, or (\S+))?$/.exec(cell.trim());
  assert.ok(match !== null, `no bound: ${cell}`);
  const [, ulps, ofX, absolute] = match;
  const [bits, lowest] = FORMAT[width];
  return {
    ulps: Number(ulps),
    off(value, truth, x) {
      if (
        absolute !== undefined &&
        Math.abs(Number(real(value) - truth) / Number(real(1))) < Number(absolute)
      )
        return 0;
      if (ofX === undefined) return ulpsOff(value, truth, bits, lowest);
      return ulpsOff(x, real(x) + truth - real(value), bits, lowest);
    },
  };
}

/** By function, the bound of each width. */
export function statedBounds(): Map<string, Record<Width, StatedBound>> {
  const page = readFileSync(new URL('../../../docs/kernels.md', import.meta.url), 'utf8');
  const start = page.indexOf('## Bounds of functions');
  const rows = page.slice(start, page.indexOf('## ', start + 3)).split('\n');
  const bounds = new Map<string, Record<Width, StatedBound>>();
  for (const row of rows.filter((line) => line.startsWith('|')).slice(2)) {
    const [, names, float32, float64] = row.split('|') as [string, string, string, string];
    const bound = { float32: boundOf(float32, 'float32'), float64: boundOf(float64, 'float64') };
    for (const name of names.replace(/\(.*\)/, '').split(',')) bounds.set(name.trim(), bound);
  }
  return bounds;
}

/** Equal bit for bit, but that any NaN equals any NaN. */
export function sameFloats(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  message: string,
  x?: ArrayLike<number>,
): void {
  assert.equal(actual.length, expected.length, message);
  for (let i = 0; i < actual.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    const of = x === undefined ? '' : ` (x = ${Object.is(x[i], -0) ? '-0' : x[i]})`;
    assert.fail(`${message}: element ${i}${of} is ${actual[i]}, expected ${expected[i]}`);
  }
}
