// See whole.ts.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Session } from '../../ts-host/index.js';
import { prepareOctavo } from '../support/octavo.js';
import { bytesOf, makeFeeds, testWhole } from './whole.js';
import { CONTROL_FLOW, ENCODER, RECURRENT } from './wholeModels.js';

before(prepareOctavo);

testWhole(RECURRENT);
testWhole(ENCODER);
testWhole(CONTROL_FLOW);

test('the cases of Loop and If -> end for both reasons and take both branches', async () => {
  const session = await Session.create(bytesOf(CONTROL_FLOW.model));
  const seen: string[] = [];
  for (const specs of Object.values(CONTROL_FLOW.cases)) {
    const { log_probabilities, traces, final } = await session.run(await makeFeeds(specs));
    seen.push(`${traces!.dims[0]} turns, ${log_probabilities!.dims[0]} of ${final!.dims[0]} rows`);
  }
  await session.dispose();
  assert.deepEqual(seen, ['2 turns, 3 of 3 rows', '6 turns, 4 of 5 rows', '1 turns, 4 of 4 rows']);
});
