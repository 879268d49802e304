// Whole models on several threads: the bytes of one thread.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Session } from '../../ts-host/index.js';
import { registerThreads } from '../../ts-host/wasm/load.js';
import { threadingOn } from '../../ts-host/wasm/threads/threading.js';
import { prepareOctavo } from '../support/octavo.js';
import { threadHost } from '../support/threads.js';
import { bytesOf, makeFeeds, type WholeModel } from './whole.js';
import { ENCODER, MOBILENET, OCR_CLASSIFIER, SQUEEZENET } from './wholeModels.js';

before(async () => {
  await prepareOctavo();
  registerThreads(threadingOn(await threadHost()));
});

function testThreads({ name, model, absent, cases }: WholeModel): void {
  test(`${name} on 1, 2 and 3 threads -> the same bytes`, { skip: absent ?? false }, async () => {
    const feeds = await makeFeeds(Object.values(cases)[0]!);
    const runs: Record<string, unknown>[] = [];
    for (const threads of [1, 2, 3]) {
      const session = await Session.create(bytesOf(model), { threads });
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

for (const model of [MOBILENET, SQUEEZENET, OCR_CLASSIFIER, ENCODER]) testThreads(model);
