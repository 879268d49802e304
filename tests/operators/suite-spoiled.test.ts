// Spoiled cases of every operator: what is refused is refused with a code and the node, and the engine stays as it was.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SpoilReport } from './spoil.js';
import { askSuite } from './suite.js';

test('cases spoiled in thousands of ways -> a typed error with its node, or a result', () => {
  const { refused, accepted, failures } = askSuite<SpoilReport>('spoil.ts');
  assert.deepEqual(failures, []);
  assert.ok(refused > 500 && accepted > 500, `${refused} refused, ${accepted} accepted`);
});
