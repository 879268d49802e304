// Every operator that the executor has is in this suite, with at least 20 random cases. The suite itself is asked: its
// files are loaded in a process of their own, which counts the cases they would run.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Operator } from '../../ts-host/execute/operator.js';
import { allOperators } from '../../ts-host/execute/operators/index.js';
import { OWN_DOMAIN } from '../../ts-host/execute/operators/tensorErrors.js';
import { askSuite } from './suite.js';

const FEWEST = 20;

/** Operators with fewer cases than they must have. Those with channels last are made of ONNX's by the layout pass. */
function short(
  operators: readonly Pick<Operator, 'domain' | 'opType'>[],
  census: Record<string, number>,
): string[] {
  return operators.flatMap(({ domain, opType }) => {
    const domains = domain === 'octavo.nhwc' ? ['', 'com.microsoft', 'octavo'] : [domain];
    const cases = domains.reduce((sum, each) => sum + (census[`${each}:${opType}`] ?? 0), 0);
    return cases >= FEWEST ? [] : [`${domain}:${opType} has ${cases}`];
  });
}

const census = askSuite<Record<string, number>>('take-census.ts');

test('every operator of the executor -> has at least 20 random cases', () => {
  // What only reports use has no counterpart in onnxruntime: tensor-errors.test.ts has its cases.
  const inModels = allOperators().filter(({ domain }) => domain !== OWN_DOMAIN);
  assert.deepEqual(short(inModels, census), []);
});

test('an operator without cases -> is told', () => {
  assert.deepEqual(short([{ domain: '', opType: 'Missing' }], census), [':Missing has 0']);
  assert.deepEqual(short([{ domain: '', opType: 'Rare' }], { ':Rare': 19 }), [':Rare has 19']);
});

test('operators in the registry -> each once', () => {
  const names = allOperators().map(({ domain, opType }) => `${domain}:${opType}`);
  assert.deepEqual(
    names.filter((name, i) => names.indexOf(name) !== i),
    [],
  );
});
