// Real models: read and written back, nothing changes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { RunContext } from '../../../ts-host/context.js';
import { readOnnx } from '../../../ts-host/formats/onnx/reader.js';
import { ocrModels, sharedModels } from '../../support/data.js';
import { assertSameContent, assertSameFiles, read, slowSource, write } from './support.js';

test('ocr-models holds the three models -> they are found', () => {
  assert.equal(ocrModels.length, 3);
});

if (sharedModels.length === 0) test('shared models', { skip: '../shared/data is absent' }, () => {});

for (const path of [...ocrModels, ...sharedModels]) {
  const name = basename(path);

  test(`readOnnx and planOnnxFiles ${name} -> same content`, async () => {
    const bytes = readFileSync(path);
    const model = await read(bytes);
    const files = await write(model);
    assert.deepEqual(Object.keys(files), ['model.onnx']);
    assertSameContent(files['model.onnx']!, bytes);
  });

  test(`planOnnxFiles ${name}, all data external -> same content in two files`, async () => {
    const bytes = readFileSync(path);
    const files = await write(await read(bytes), { externalData: 'always' });
    assert.deepEqual(Object.keys(files), ['model.onnx.data', 'model.onnx']);
    assert.ok(files['model.onnx']!.byteLength < bytes.byteLength / 2);
    assertSameContent(files['model.onnx']!, bytes, files);
    const again = await write(await read(files['model.onnx']!, files));
    assertSameFiles(again, files);
  });

  test(`readOnnx ${name} from a slow source -> the same output bytes`, async () => {
    const bytes = readFileSync(path);
    const slow = await write(await readOnnx(slowSource(bytes), {}, new RunContext()));
    assertSameFiles(slow, await write(await read(bytes)));
  });
}
