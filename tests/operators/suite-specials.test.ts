// NaN, infinities, zeros of either sign and subnormals through every float operator: as onnxruntime, but for what
// docs/executor.md lists.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { SpecialsReport } from './specials.js';
import { askSuite } from './suite.js';

interface Exception {
  readonly operators: readonly string[];
  /** undefined: all. */
  readonly inputs: readonly number[] | undefined;
  readonly numbers: readonly string[];
}

function statedExceptions(): Exception[] {
  const page = readFileSync(new URL('../../docs/executor.md', import.meta.url), 'utf8');
  const start = page.indexOf('## NaN, infinities');
  const rows = page.slice(start, page.indexOf('## ', start + 3)).split('\n');
  return rows
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => {
      const [, operators, inputs, numbers] = line.split('|') as [string, string, string, string];
      return {
        operators: operators.split(',').map((name) => name.trim()),
        inputs: inputs.includes('all')
          ? undefined
          : [...inputs.matchAll(/\d+/g)].map(([digits]) => Number(digits)),
        numbers: numbers.split(',').map((name) => name.trim()),
      };
    });
}

test('special numbers in every float input -> as onnxruntime, or as docs/executor.md says', () => {
  const exceptions = statedExceptions();
  assert.ok(exceptions.length > 10);
  const { tried, failures } = askSuite<SpecialsReport>('specials.ts');
  const surprising = failures.filter(
    ({ opType, input, value }) =>
      !exceptions.some(
        ({ operators, inputs, numbers }) =>
          operators.includes(opType) && (inputs?.includes(input) ?? true) && numbers.includes(value),
      ),
  );
  assert.deepEqual(
    surprising.map(({ text }) => text),
    [],
  );
  assert.ok(Object.keys(tried).length > 120, `${Object.keys(tried).length} operators were tried`);
});
