// Whole models on several threads, float and INT8: the bytes of one thread.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Session } from '../../ts-host/index.js';
import { registerThreads } from '../../ts-host/wasm/load.js';
import { threadingOn } from '../../ts-host/wasm/threads/threading.js';
import { prepareOctavo, quantizedBytes } from '../support/octavo.js';
import { threadHost } from '../support/threads.js';
import { bytesOf, makeFeeds, type WholeModel } from './whole.js';
import { ENCODER, MOBILENET } from './wholeModels.js';

before(async () => {
  await prepareOctavo();
  registerThreads(threadingOn(await threadHost()));
});

/** @param quantized - run in static INT8, calibrated with what it runs on */
function testThreads({ name, model, absent, cases }: WholeModel, quantized = false): void {
  const what = quantized ? `${name} in INT8` : name;
  test(`${what} on 1, 2 and 3 threads -> the same bytes`, { skip: absent ?? false }, async () => {
    const feeds = await makeFeeds(Object.values(cases)[0]!);
    const options = { mode: 'static', calibration: [feeds] } as const;
    const bytes = quantized ? await quantizedBytes(bytesOf(model), options) : bytesOf(model);
    const runs: Record<string, unknown>[] = [];
    for (const threads of [1, 2, 3]) {
      const session = await Session.create(bytes, { threads });
      try {
        assert.equal(session.diagnostics().threads?.used, threads);
        runs.push(await session.run(feeds));
      } finally {
        await session.dispose();
      }
    }
    assert.deepEqual(runs[1], runs[0]);
    assert.deepEqual(runs[2], runs[0]);
  });
}

for (const model of [MOBILENET, ENCODER]) testThreads(model);
testThreads(MOBILENET, true);
