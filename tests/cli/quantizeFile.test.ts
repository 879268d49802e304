// quantizeFile() and the other exports that only octavo/node has.

import assert from 'node:assert/strict';
import { linkSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import { externalModel, folderWithModel, namesIn } from './support.js';

let octavo: typeof import('../../ts-host/node.js');

before(async () => {
  await buildIfStale();
  octavo = await import(new URL('../../dist/node.js', import.meta.url).href);
});

const hasCode = (code: string) => (error: unknown) =>
  error instanceof octavo.OctavoError && error.code === code;

describe('quantizeFile', () => {
  it('a path to a path -> the file and the report', async () => {
    const { folder, path } = folderWithModel();
    const output = join(folder, 'small.onnx');
    const report = await octavo.quantizeFile(path, output, { mode: 'dynamic' });
    assert.equal(report.mode, 'dynamic');
    assert.deepEqual([statSync(path).size, statSync(output).size], [report.inputBytes, report.outputBytes]);
    const result = await octavo.quantize(readFileSync(path), { mode: 'dynamic' });
    assert.deepEqual(new Uint8Array(readFileSync(output)), await result.bytes());
  });

  it('external data -> read beside the input, written beside the output', async () => {
    const { folder, path } = folderWithModel(externalModel('weights.bin', 128));
    writeFileSync(join(folder, 'weights.bin'), new Uint8Array(128 * 4096).fill(63));
    const report = await octavo.quantizeFile(path, join(folder, 'small.onnx'));
    assert.deepEqual(namesIn(folder), ['model.onnx', 'small.onnx', 'small.onnx.data', 'weights.bin']);
    assert.equal(report.inputBytes, statSync(path).size + 128 * 4096);
  });

  it('the input under another name as output -> INVALID_ARGUMENT, untouched', async () => {
    const { folder, path } = folderWithModel();
    const original = readFileSync(path);
    linkSync(path, join(folder, 'second.onnx'));
    for (const output of [path, join(folder, 'second.onnx'), join(folder, '.', 'model.onnx')]) {
      await assert.rejects(octavo.quantizeFile(path, output), hasCode('INVALID_ARGUMENT'));
    }
    assert.deepEqual(readFileSync(path), original);
    assert.deepEqual(namesIn(folder), ['model.onnx', 'second.onnx']);
  });

  it('no input, no folder, an aborted signal -> the code, nothing written', async () => {
    const { folder, path } = folderWithModel();
    const output = join(folder, 'small.onnx');
    await assert.rejects(octavo.quantizeFile(join(folder, 'absent.onnx'), output), hasCode('IO_FAILED'));
    await assert.rejects(octavo.quantizeFile(path, join(folder, 'absent/out.onnx')), hasCode('IO_FAILED'));
    const signal = AbortSignal.abort();
    await assert.rejects(octavo.quantizeFile(path, output, { signal }), hasCode('ABORTED'));
    assert.deepEqual(namesIn(folder), ['model.onnx']);
  });
});
