// Paddle models on the command line: told by content, by folder or by program, wherever a model is taken.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import { paddleGolden } from '../support/paddleGoldens.js';
import { json, namesIn, octavo, testFolder } from './support.js';

before(buildIfStale);

/** A folder with a model as Paddle exports it. */
function modelFolder(): string {
  const folder = join(testFolder(), 'net_v2.0');
  mkdirSync(folder);
  const { pdmodel, pdiparams } = paddleGolden('nets', 'residual').files;
  writeFileSync(join(folder, 'inference.pdmodel'), pdmodel!);
  writeFileSync(join(folder, 'inference.pdiparams'), pdiparams!);
  return folder;
}

describe('a Paddle model', () => {
  it('inspect, by folder and by program -> the same', async () => {
    const folder = modelFolder();
    const [byFolder, byProgram] = [
      json(await octavo(['inspect', folder, '--json'])),
      json(await octavo(['inspect', join(folder, 'inference.pdmodel'), '--json'])),
    ];
    assert.equal(byFolder.format, 'paddle');
    assert.deepEqual({ ...byProgram, input: '' }, { ...byFolder, input: '' });
  });

  it('a folder of Paddle 3, with other JSON beside its program -> its program', async () => {
    const folder = testFolder();
    const { json: program, pdiparams } = paddleGolden('pir', 'residual').files;
    writeFileSync(join(folder, 'inference.json'), program!);
    writeFileSync(join(folder, 'inference.pdiparams'), pdiparams!);
    writeFileSync(join(folder, 'config.json'), '{"model_type": "net"}');
    const told = json(await octavo(['inspect', folder, '--json']));
    assert.equal(told.format, 'paddle');
    assert.deepEqual(
      (told.outputs as { name: string }[]).map(({ name }) => name),
      ['fetch_name_0'],
    );
  });

  it('convert -> an ONNX file of the same graph', async () => {
    const folder = modelFolder();
    const output = join(folder, '../net.onnx');
    const { code, stderr } = await octavo(['convert', folder, '-o', output]);
    assert.equal(code, 0, stderr);
    const [before, after] = [
      json(await octavo(['inspect', folder, '--json'])),
      json(await octavo(['inspect', output, '--json'])),
    ];
    assert.equal(after.format, 'onnx');
    assert.deepEqual(after.operators, before.operators);
    assert.equal(after.producer, before.producer);
  });

  it('quantize without -o -> beside the folder, named after it, as ONNX', async () => {
    const folder = modelFolder();
    const { code, stderr } = await octavo(['quantize', folder]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(namesIn(join(folder, '..')), ['net_v2.0', 'net_v2.0.int8.onnx']);
    assert.equal(readFileSync(join(folder, '../net_v2.0.int8.onnx'))[0], 0x08);
  });

  it('--input-dims -> those dims; of an ONNX file -> usage', async () => {
    const folder = modelFolder();
    const wider = json(await octavo(['inspect', folder, '--input-dims', 'x=?x3x?x48', '--json']));
    assert.deepEqual((wider.inputs as { dims: unknown }[])[0]!.dims, [null, 3, null, 48]);
    const unknown = await octavo(['inspect', folder, '--input-dims', 'X=1x3x32x32']);
    assert.match(unknown.stderr, /did you mean x\?/);
    const output = join(folder, '../net.onnx');
    await octavo(['convert', folder, '-o', output]);
    const onnx = await octavo(['inspect', output, '--input-dims', 'x=1x3x32x32']);
    assert.equal(onnx.code, 2);
    assert.match(onnx.stderr, /--input-dims is for Paddle models/);
  });

  it('an output that is a file of the model -> refused', async () => {
    const folder = modelFolder();
    const run = await octavo(['convert', folder, '-o', join(folder, 'inference.pdiparams'), '--json']);
    assert.equal(run.code, 2);
    assert.match((json(run).error as { message: string }).message, /would replace the input/);
  });

  it('a folder without a program, or with several -> said so', async () => {
    const folder = testFolder();
    const none = await octavo(['inspect', folder]);
    assert.match(none.stderr, /only with a program of Paddle/);
    for (const name of ['a.pdmodel', 'b.pdmodel']) writeFileSync(join(folder, name), 'x');
    const several = await octavo(['inspect', folder]);
    assert.match(several.stderr, /several programs \(a\.pdmodel, b\.pdmodel\)/);
  });
});
