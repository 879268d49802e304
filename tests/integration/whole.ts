// A whole model in a session and in onnxruntime-node, on the same inputs: every output must be within a share of its
// range, and the arena of each shape within a share of what is live at once. A model that ends in probabilities is
// compared once more in front of them, where nothing is squeezed to 0 and 1.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, type TestContext, test } from 'node:test';
import { describeExecution } from '../../ts-host/api/describe.js';
import { Session, type Tensor, type TensorInput } from '../../ts-host/index.js';
import type { DType } from '../../ts-host/ir/dtype.js';
import { makeFeed } from '../consumers/feeds.js';
import type { Feeds } from '../consumers/job.js';
import { toNumbers } from '../consumers/measures.js';
import { type EngineOutput, type EngineRun, enginesMissing, runModel } from '../consumers/run.js';
import { prepareOctavo } from '../support/octavo.js';
import { logitsOf, withOutput } from './logits.js';

/** Largest error as a share of the output's range. */
const ERROR_SHARE = 1e-4;
/** Largest arena as a share of the most bytes needed at one time. */
const ARENA_SHARE = 1.15;

export interface WholeModel {
  readonly name: string;
  /** A path, or the bytes of a model made here. */
  readonly model: string | Uint8Array;
  /** Why the model is not here, if it is not. */
  readonly absent?: string | undefined;
  /** Whether the last Softmax or Sigmoid makes the output: then what goes into it is compared too. */
  readonly probabilities?: boolean;
  /** Inputs by the title of the case. */
  readonly cases: Readonly<Record<string, Feeds>>;
}

/** Registers a test for each case. */
export function testWhole(whole: WholeModel): void {
  testCases(whole);
  const { name, model, absent, probabilities = false } = whole;
  if (!probabilities || absent !== undefined) return;
  const bytes = bytesOf(model);
  testCases({ ...whole, name: `${name}'s logits`, model: withOutput(bytes, logitsOf(bytes)!) });
}

function testCases({ name, model, absent, cases }: WholeModel): void {
  describe(`${name} in a session`, { skip: absent ?? enginesMissing() ?? false }, () => {
    let session: Session;
    let expected: EngineRun;
    before(async () => {
      await prepareOctavo();
      session = await Session.create(bytesOf(model));
      expected = await runModel('node', model, Object.values(cases));
    });
    after(() => session?.dispose());
    for (const [index, [title, specs]] of Object.entries(cases).entries()) {
      test(`${name}, ${title} -> within ${ERROR_SHARE} of onnxruntime-node's range`, async (t) => {
        const feeds = await makeFeeds(specs);
        const outputs = await session.run(feeds);
        compareAll(t, outputs, expected.runs[index]!);
        await checkArena(t, model, feeds);
      });
    }
  });
}

export function bytesOf(model: string | Uint8Array): Uint8Array {
  return typeof model === 'string' ? readFileSync(model) : model;
}

export async function makeFeeds(specs: Feeds): Promise<Record<string, TensorInput>> {
  const feeds: Record<string, TensorInput> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const { dtype, dims, data } = await makeFeed(spec);
    feeds[name] = { dtype: dtype as DType, dims, data };
  }
  return feeds;
}

function compareAll(
  t: TestContext,
  outputs: Readonly<Record<string, Tensor>>,
  expected: readonly EngineOutput[],
): void {
  assert.deepEqual(
    Object.keys(outputs),
    expected.map(({ name }) => name),
  );
  let worst = 0;
  for (const wanted of expected) {
    const { dtype, dims, data } = outputs[wanted.name]!;
    assert.equal(`${dtype} ${dims.join('x')}`, `${wanted.dtype} ${wanted.dims.join('x')}`, wanted.name);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const share = errorShare(
      toNumbers({ name: wanted.name, dtype, dims, bytes }),
      toNumbers(wanted),
      wanted.name,
    );
    assert.ok(share <= ERROR_SHARE, `${wanted.name}: largest error ${share} of the range`);
    worst = Math.max(worst, share);
  }
  const shapes = expected.map(({ dims }) => dims.join('x')).join(', ');
  t.diagnostic(`${shapes}: largest error ${worst.toExponential(1)} of the range`);
}

/** Largest difference over the range of the expected values, which must have one. */
function errorShare(actual: Float64Array, expected: Float64Array, name: string): number {
  let [low, high, error] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const [i, each] of expected.entries()) {
    low = Math.min(low, each);
    high = Math.max(high, each);
    const difference = Math.abs(each - actual[i]!);
    assert.ok(Number.isFinite(difference), `${name}: element ${i} is ${actual[i]}, expected ${each}`);
    error = Math.max(error, difference);
  }
  assert.ok(high > low, `${name}: all expected values are ${low}, which shows nothing`);
  return error / (high - low);
}

async function checkArena(
  t: TestContext,
  model: string | Uint8Array,
  feeds: Readonly<Record<string, TensorInput>>,
): Promise<void> {
  const shapes = Object.fromEntries(Object.entries(feeds).map(([name, { dims }]) => [name, dims]));
  const { arenaBytes, largestLiveSet } = await describeExecution(bytesOf(model), { shapes });
  t.diagnostic(
    `arena ${arenaBytes} bytes, ${(arenaBytes / largestLiveSet).toFixed(3)} of the largest live set`,
  );
  assert.ok(arenaBytes <= ARENA_SHARE * largestLiveSet, `arena ${arenaBytes}, live ${largestLiveSet}`);
}
