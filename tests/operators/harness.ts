// Operators against onnxruntime-node, on seeded random cases. Each case also runs with every input folded as a constant
// and on the scalar engine, and both must give the same bits.
//
//   operatorCases('Softmax', {
//     cases: 24,
//     bound: ulps(4),
//     make: (rng) => ({ opset: 13, attributes: { axis: -1n }, inputs: [random(rng, 'float32', shape(rng, 3))] }),
//   });
//   operatorRefuses('Softmax', 'axis beyond the rank', 'SHAPE_MISMATCH', { attributes: { axis: 5n }, inputs: [...] });

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type ErrorCode, OctavoError } from '../../ts-host/errors.js';
import type { ExecutionEngine } from '../../ts-host/wasm/execution.js';
import { executionEngine, referenceExecutionEngine } from '../support/engine.js';
import { Rng } from '../support/rng.js';
import { type Bound, exact } from './bounds.js';
import { type Case, caseModel, describeCase, presentInputs, wantedOutputs } from './cases.js';
import { enlist, isCensus } from './census.js';
import { type Feed, numbersOf } from './feeds.js';
import { runLocally } from './local.js';
import { ORT_FEEDS, runOrt } from './ort.js';

export { Rng } from '../support/rng.js';
export * from './bounds.js';
export type { Case } from './cases.js';
export * from './feeds.js';

export interface OperatorCases {
  /** How many; at least 20, unless the operator has nothing to vary. Seeds are 1, 2, …. */
  readonly cases: number;
  /** How near outputs must be: one bound, or one for each output. */
  readonly bound: Bound | readonly Bound[];
  /** Distinguishes several lists of one operator. */
  readonly title?: string;
  make(rng: Rng, index: number): Case;
}

let engines: Promise<readonly [ExecutionEngine, ExecutionEngine]> | undefined;

function bothEngines(): Promise<readonly [ExecutionEngine, ExecutionEngine]> {
  engines ??= Promise.all([executionEngine(), referenceExecutionEngine()]);
  return engines;
}

/** A suite of random cases of one operator.
 *  @param opType - the operator; with `graph` cases, what the suite is called */
export function operatorCases(opType: string, { cases, bound, title, make }: OperatorCases): void {
  if (isCensus) {
    const all = () => Array.from({ length: cases }, (_, index) => make(new Rng(index + 1), index));
    enlist(() => ({ opType, bound, cases: all() }));
    return;
  }
  describe(title === undefined ? opType : `${opType}: ${title}`, () => {
    before(() => bothEngines());
    for (let index = 0; index < cases; index++) {
      const seed = index + 1;
      it(`seed ${seed}`, async () => {
        const each = make(new Rng(seed), index);
        try {
          await checkCase(opType, each, each.bound ?? bound);
        } catch (error) {
          const difference = error instanceof assert.AssertionError;
          const text = difference ? error.message : describeRefusal(error);
          throw new Error(`seed ${seed}: ${describeCase(opType, each)}\n${text}`, { cause: error });
        }
      });
    }
  });
}

/** A test that a case is refused with a typed error that names the node, on run or before. */
export function operatorRefuses(
  opType: string,
  why: string,
  code: ErrorCode | readonly ErrorCode[],
  each: Case,
  message = /./,
): void {
  it(`${opType}, ${why} -> ${code}`, async () => {
    const [simd] = await bothEngines();
    const refusal = await runOctavo(opType, each, simd, 'as given').catch((error: unknown) => error);
    assert.ok(refusal instanceof OctavoError, `no OctavoError but ${describeRefusal(refusal)}`);
    assert.ok([code].flat().includes(refusal.code), `${refusal.code}: ${refusal.message}`);
    assert.match(refusal.message, message);
    assert.notEqual(refusal.place.node, undefined, `no node in: ${refusal.message}`);
  });
}

function describeRefusal(outcome: unknown): string {
  return outcome instanceof Error ? (outcome.stack ?? outcome.message) : String(outcome);
}

/** Runs a case in every way and compares.
 *  @throws Error that says what differs */
export async function checkCase(opType: string, each: Case, bound: Bound | readonly Bound[]): Promise<void> {
  const [simd, reference] = await bothEngines();
  const ours = await runOctavo(opType, each, simd, 'as given');
  const expected = each.expected === undefined ? await judge(opType, each) : ofCase(each);
  for (const [i, name] of outputNames(each)) {
    const allowed = Array.isArray(bound) ? bound[i] : (bound as Bound);
    compare(`${name} against the expected`, ours.get(name), expected.get(name), allowed ?? exact);
  }
  const folded = await runOctavo(opType, each, simd, 'folded');
  const scalar = await runOctavo(opType, each, reference, 'as given');
  for (const [, name] of outputNames(each)) {
    compare(`${name} with constant inputs against fed ones`, folded.get(name), ours.get(name), exact);
    compare(`${name} of scalar against SIMD`, scalar.get(name), ours.get(name), exact);
  }
}

function outputNames(each: Case): [number, string][] {
  return wantedOutputs(each).flatMap((yes, i): [number, string][] => (yes ? [[i, `y${i}`]] : []));
}

function ofCase(each: Case): Map<string, Feed | undefined> {
  return new Map((each.expected ?? []).map((feed, i) => [`y${i}`, feed]));
}

/** Runs a case in Octavo.
 *  @param how - `folded`: every input is a constant of the model */
async function runOctavo(
  opType: string,
  each: Case,
  engine: ExecutionEngine,
  how: 'as given' | 'folded',
): Promise<Map<string, Feed>> {
  const present = presentInputs(each);
  const constants = new Set(how === 'folded' ? present.map(({ index }) => index) : each.constants);
  const feeds = new Map(
    present.filter(({ index }) => !constants.has(index)).map(({ name, feed }) => [name, feed]),
  );
  return runLocally(caseModel(opType, each, constants), feeds, engine);
}

async function judge(opType: string, given: Case): Promise<Map<string, Feed>> {
  const each = given.judged === undefined ? given : { ...given, inputs: given.judged };
  const present = presentInputs(each);
  const unfit = present.filter(({ feed }) => !ORT_FEEDS.has(feed.dtype)).map(({ index }) => index);
  const constants = new Set([...(each.constants ?? []), ...unfit]);
  const feeds = new Map(
    present.filter(({ index }) => !constants.has(index)).map(({ name, feed }) => [name, feed]),
  );
  try {
    return await runOrt(caseModel(opType, each, constants), feeds);
  } catch (cause) {
    throw new Error(`onnxruntime-node: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

function compare(what: string, actual: Feed | undefined, expected: Feed | undefined, bound: Bound): void {
  assert.ok(expected !== undefined, `${what}: nothing is expected`);
  assert.ok(actual !== undefined, `${what}: there is none`);
  assert.equal(typeName(actual), typeName(expected), `${what}: type`);
  const [a, b] = [numbersOf(actual), numbersOf(expected)];
  let scale = 0;
  for (const each of b) {
    const size = Math.abs(Number(each));
    if (size > scale && size < Number.POSITIVE_INFINITY) scale = size;
  }
  const about = { dtype: expected.dtype, scale };
  const wrong = a.flatMap((each, i) => (bound.holds(each, b[i]!, about) ? [] : [i]));
  if (wrong.length === 0) return;
  const [first] = wrong as [number];
  const show = (value: number | bigint): string => (Object.is(value, -0) ? '-0' : String(value));
  assert.fail(
    `${what}, ${typeName(actual)}, bound ${bound.name}: element ${first} is ${show(a[first]!)}, ` +
      `expected ${show(b[first]!)}; ${wrong.length} of ${a.length} differ`,
  );
}

function typeName({ dtype, dims }: Feed): string {
  return `${dtype}[${dims.join(', ')}]`;
}
