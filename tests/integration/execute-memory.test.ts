// What a session holds while it reads, packs and runs: weights come one at a time, so that beside packed weights and
// the arena there is never more than a bound.

import assert from 'node:assert/strict';
import { before, describe, type TestContext, test } from 'node:test';
import { describeExecution } from '../../ts-host/api/describe.js';
import { fileSource, OctavoError, Session, type TensorInput } from '../../ts-host/node.js';
import { prepareOctavo } from '../support/octavo.js';
import { makeFeeds, type WholeModel } from './whole.js';
import { MOBILENET, OCR_RECOGNIZER } from './wholeModels.js';

/** Bytes beside packed weights and arena. */
const SLACK = 16_000_000;

interface Needs {
  readonly weights: number;
  readonly arena: number;
}

/** Packed weights and arena for these feeds. */
async function needsOf(path: string, feeds: Readonly<Record<string, TensorInput>>): Promise<Needs> {
  const shapes = Object.fromEntries(Object.entries(feeds).map(([name, { dims }]) => [name, dims]));
  const source = await fileSource(path);
  try {
    const { arenaBytes, heldBytes } = await describeExecution(source, { shapes });
    return { weights: heldBytes, arena: arenaBytes };
  } finally {
    await source.close?.();
  }
}

async function run(
  path: string,
  feeds: Readonly<Record<string, TensorInput>>,
  memoryLimit?: number,
): Promise<{ readonly held: number; readonly peak: number }> {
  const source = await fileSource(path);
  try {
    const session = await Session.create(source, { memoryLimit });
    try {
      await session.run(feeds);
      return session.diagnostics().memory!;
    } finally {
      await session.dispose();
    }
  } finally {
    await source.close?.();
  }
}

async function checkPeak(t: TestContext, path: string, feeds: Readonly<Record<string, TensorInput>>) {
  const { weights, arena } = await needsOf(path, feeds);
  const { held, peak } = await run(path, feeds);
  t.diagnostic(
    `weights ${weights}, arena ${arena}, peak ${peak}: ${peak - weights - arena} bytes beside them`,
  );
  assert.equal(held, weights, 'after a run nothing but weights is held');
  assert.ok(peak <= weights + arena + SLACK, `peak ${peak}`);
}

function testMemory({ name, model, absent, cases }: WholeModel): void {
  const path = String(model);
  describe(`memory of ${name}`, { skip: absent ?? false }, () => {
    let feeds: Record<string, TensorInput>;
    before(async () => {
      await prepareOctavo();
      feeds = await makeFeeds(Object.values(cases)[0]!);
    });

    test(`${name} -> its peak is at most packed weights, arena and 16 MB`, (t) => checkPeak(t, path, feeds));

    test(`${name} with that as memoryLimit, the model's structure included -> runs`, async () => {
      const { weights, arena } = await needsOf(path, feeds);
      const { peak } = await run(path, feeds, weights + arena + SLACK);
      assert.ok(peak >= arena);
    });

    test(`${name} with less than packed weights and arena -> MEMORY_LIMIT`, async () => {
      const { weights, arena } = await needsOf(path, feeds);
      await assert.rejects(
        run(path, feeds, weights + arena - 1),
        (error) => error instanceof OctavoError && error.code === 'MEMORY_LIMIT',
      );
    });
  });
}

testMemory(MOBILENET);
testMemory(OCR_RECOGNIZER);
