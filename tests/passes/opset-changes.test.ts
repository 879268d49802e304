// The classification of changes against the list extracted from the standard's own schemas.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  HIGHEST_OPSET,
  irVersionFor,
  LOWEST_OPSET,
  standardOperators,
  whyNotStandard,
} from '../../ts-host/passes/raise-opset/operators.js';
import { COMPATIBLE_STEPS, ruleSteps } from '../../ts-host/passes/raise-opset/rules.js';

interface Change {
  readonly attributes?: Readonly<Record<string, readonly [Signature | null, Signature | null]>>;
  readonly inputs?: readonly [readonly string[], readonly string[]];
  readonly outputs?: readonly [readonly string[], readonly string[]];
  readonly withdrawn?: true;
}
type Signature = readonly [type: string, required: boolean, fallback: unknown];

interface Golden {
  readonly irVersions: Readonly<Record<string, number>>;
  readonly operators: Readonly<
    Record<
      string,
      { readonly versions: readonly number[]; readonly changes: Readonly<Record<string, Change>> }
    >
  >;
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/opset-changes.json', import.meta.url), 'utf8'),
) as Golden;
const steps = Object.entries(golden.operators).flatMap(([opType, { changes }]) =>
  Object.entries(changes).map(([version, change]) => ({ step: `${opType} ${version}`, change })),
);
const rules = new Set(ruleSteps());
const compatible = new Set(Object.values(COMPATIBLE_STEPS).flat());

/** Steps whose signature stays or grows although older nodes would compute something else: only the text tells. */
const BY_TEXT = [
  'AveragePool 19',
  'AveragePool 22',
  'Cast 24',
  'CastLike 24',
  'ConvTranspose 11',
  'GroupNormalization 21',
  'MaxPool 22',
  'Mod 13',
  'Resize 13',
  'RoiAlign 16',
  'Split 18',
];

test('every change of a signature -> has a rule or a reason why it needs none', () => {
  const missing = steps.map(({ step }) => step).filter((step) => !rules.has(step) && !compatible.has(step));
  assert.deepEqual(missing, []);
});

test('a change that no old node survives -> is never called compatible', () => {
  const breaking = steps.filter(({ change }) => breaks(change)).map(({ step }) => step);
  assert.deepEqual(
    breaking.filter((step) => !rules.has(step)),
    [],
  );
  assert.ok(breaking.length >= 25, `${breaking.length} breaking changes`);
});

test('rules and compatible changes -> exist in the standard', () => {
  const versions = new Set(
    Object.entries(golden.operators).flatMap(([opType, o]) => o.versions.map((v) => `${opType} ${v}`)),
  );
  assert.deepEqual(
    [...rules, ...compatible].filter((step) => !versions.has(step)),
    [],
  );
});

test('rules without a breaking signature -> are those known from the text', () => {
  const breaking = new Set(steps.filter(({ change }) => breaks(change)).map(({ step }) => step));
  assert.deepEqual([...rules].filter((step) => !breaking.has(step)).sort(), BY_TEXT);
});

test('operator list -> names the operators of the standard with their first opset', () => {
  const expected = Object.entries(golden.operators).map(([name, { versions }]): [string, number] => [
    name,
    Math.max(versions[0]!, LOWEST_OPSET),
  ]);
  const byName = (a: readonly [string, number], b: readonly [string, number]) => (a[0] < b[0] ? -1 : 1);
  assert.deepEqual([...standardOperators()].sort(byName), expected.sort(byName));
});

test('withdrawn operators -> are refused from their last opset on', () => {
  for (const { step, change } of steps) {
    if (change.withdrawn === undefined) continue;
    const [opType = '', version] = step.split(' ');
    assert.match(whyNotStandard(opType, Number(version)) ?? '', /withdrawn/);
    assert.equal(whyNotStandard(opType, Number(version) - 1), undefined);
  }
});

test('irVersionFor each opset -> the version ONNX released it with', () => {
  for (let opset = LOWEST_OPSET; opset <= HIGHEST_OPSET; opset++) {
    assert.equal(irVersionFor(opset), golden.irVersions[String(opset)], `opset ${opset}`);
  }
});

/** Whether some valid old node is invalid in the new version, or reads other defaults. */
function breaks({ attributes = {}, inputs, outputs, withdrawn, ...rest }: Change): boolean {
  if (withdrawn !== undefined || Object.keys(rest).length > 0) return true;
  const changed = Object.values(attributes).some(([before, after]) => {
    if (before === null) return after![1];
    if (after === null || after[0] !== before[0]) return true;
    return (after[1] && !before[1]) || (!before[1] && before[2] !== after[2]);
  });
  return changed || [inputs, outputs].some((pair) => pair !== undefined && !grows(...pair));
}

/** Places only became optional or were added as optional at the end. */
function grows(before: readonly string[], after: readonly string[]): boolean {
  const isKept = before.every((option, i) => after[i] === option || after[i] === 'Optional');
  return isKept && after.slice(before.length).every((option) => option === 'Optional');
}
