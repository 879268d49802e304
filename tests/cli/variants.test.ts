// `octavo quantize --variants transformers.js`: the files that library looks for.

import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import { externalModel, folderWithModel, json, namesIn, octavo, testFolder } from './support.js';

before(buildIfStale);

const FILES = [
  'model_fp16.onnx',
  'model_int8.onnx',
  'model_q4.onnx',
  'model_quantized.onnx',
  'model_uint8.onnx',
];

describe('octavo quantize --variants transformers.js', () => {
  it('a model -> the family beside it, a line each', async () => {
    const { folder, path } = folderWithModel();
    const run = await octavo(['quantize', path, '--variants', 'transformers.js']);
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(namesIn(folder), ['model.onnx', ...FILES].sort());
    assert.match(
      run.stdout.toString(),
      /model_q4\.onnx +\d\d\.\d kB +\d\d\.\d % +weights, 1 of 4 nodes in float\n/,
    );
  });

  it('-o with a folder, --skip, --json -> there, with the filter', async () => {
    const { folder, path } = folderWithModel();
    const target = testFolder();
    const args = [
      'quantize',
      path,
      '--variants',
      'transformers.js',
      '-o',
      target,
      '--skip',
      'head/*',
      '--json',
    ];
    const run = await octavo(args);
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual([namesIn(folder), namesIn(target)], [['model.onnx'], FILES]);
    const variants = json(run).variants as {
      path: string;
      outputBytes: number;
      nodes: { reason: string }[];
    }[];
    assert.equal(variants.length, FILES.length);
    for (const { path: file, outputBytes, nodes } of variants) {
      assert.equal(statSync(file).size, outputBytes);
      assert.ok(nodes.some(({ reason }) => reason === 'skipped by head/*'));
    }
  });

  it('external data -> beside each file under the name the library expects', async () => {
    const { folder, path } = folderWithModel(externalModel('weights.bin', 256));
    writeFileSync(join(folder, 'weights.bin'), new Uint8Array(256 * 4096));
    const target = testFolder();
    const run = await octavo(['quantize', path, '--variants', 'transformers.js', '-o', target]);
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(namesIn(target), FILES.flatMap((name) => [name, `${name}_data`]).sort());
  });

  it('a file of the family that exists -> exit 2, untouched; --force replaces it', async () => {
    const { folder, path } = folderWithModel();
    writeFileSync(join(folder, 'model_q4.onnx'), 'precious');
    const run = await octavo(['quantize', path, '--variants', 'transformers.js']);
    assert.equal(run.code, 2);
    assert.equal(readFileSync(join(folder, 'model_q4.onnx'), 'utf8'), 'precious');
    assert.deepEqual(namesIn(folder), ['model.onnx', 'model_q4.onnx']);
    assert.equal((await octavo(['quantize', path, '--variants', 'transformers.js', '--force'])).code, 0);
    assert.notEqual(readFileSync(join(folder, 'model_q4.onnx'), 'utf8'), 'precious');
  });

  it('external data of the input in the way -> exit 2, untouched, --force or not', async () => {
    const { folder, path } = folderWithModel(externalModel('model_q4.onnx_data', 64));
    const data = join(folder, 'model_q4.onnx_data');
    writeFileSync(data, new Uint8Array(64 * 4096).fill(1));
    const run = await octavo(['quantize', path, '--variants', 'transformers.js', '--force']);
    assert.equal(run.code, 2, run.stderr);
    assert.match(run.stderr, /would replace the input/);
    assert.deepEqual(new Uint8Array(readFileSync(data)), new Uint8Array(64 * 4096).fill(1));
  });

  for (const extra of [
    ['--bits', '4'],
    ['--mode', 'fp16'],
    ['--measure'],
    ['--plan', 'p.json'],
    ['-o', 'one.onnx'],
  ]) {
    it(`with ${extra.join(' ')} -> exit 2`, async () => {
      const { folder, path } = folderWithModel();
      const run = await octavo(['quantize', path, '--variants', 'transformers.js', ...extra], {
        cwd: folder,
      });
      assert.equal(run.code, 2, run.stderr);
      assert.deepEqual(namesIn(folder), ['model.onnx']);
    });
  }
});
