// The files that transformers.js looks for: every one loads in both engines and comes close to model.onnx.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { quantizeVariants } from '../../ts-host/index.js';
import { folderSink } from '../../ts-host/io/node/folder-sink.js';
import { compareIn } from '../consumers/compare.js';
import { ENGINES } from '../consumers/job.js';
import { presentModel } from '../consumers/models.js';
import { enginesMissing } from '../consumers/run.js';
import { check, prepareEngine, row } from './suite.js';

/** Lowest cosine by file. */
const FILES: Readonly<Record<string, number>> = {
  'model_fp16.onnx': 0.9999,
  'model_int8.onnx': 0.99,
  'model_q4.onnx': 0.99,
  'model_quantized.onnx': 0.99,
  'model_uint8.onnx': 0.99,
};

const model = presentModel('ocr-cls');
const skip = model === undefined ? 'the OCR models are not installed' : enginesMissing();

describe('transformers.js variants of ocr-cls', { skip: skip ?? false }, () => {
  let folder = '';
  before(async () => {
    await prepareEngine();
    folder = mkdtempSync(join(tmpdir(), 'octavo-variants-'));
    await quantizeVariants(readFileSync(model!.path), 'transformers.js', () => folderSink(folder));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('quantizeVariants -> exactly the files that transformers.js knows', () => {
    assert.deepEqual(readdirSync(folder).sort(), Object.keys(FILES));
  });

  for (const [file, bar] of Object.entries(FILES)) {
    test(`${file} -> cosine >= ${bar} in both engines`, async (t) => {
      const path = join(folder, file);
      const compared = await Promise.all(
        ENGINES.map((engine) => compareIn(engine, model!.path, path, model!.runs, model!.decision)),
      );
      t.diagnostic(row('ocr-cls', file, statSync(path).size / statSync(model!.path).size, compared));
      check(compared, bar);
    });
  }
});
