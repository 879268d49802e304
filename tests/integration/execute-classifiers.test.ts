// See whole.ts.

import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { sharedModels } from '../support/data.js';
import { testWhole } from './whole.js';
import { MOBILENET, SQUEEZENET } from './wholeModels.js';

testWhole(MOBILENET);
testWhole(SQUEEZENET);

const none = sharedModels.length === 0 ? 'the shared data folder is not here' : false;
test('ONNX models of the shared data folder -> all of them are run here', { skip: none }, () => {
  const run = [MOBILENET, SQUEEZENET].map(({ model }) => basename(String(model)));
  assert.deepEqual(
    sharedModels.map((path) => basename(path)).filter((name) => !run.includes(name)),
    [],
  );
});
