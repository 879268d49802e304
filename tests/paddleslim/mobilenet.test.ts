// MobileNetV1 through the document's two scripts, option for option and by paths: what they write, how large it is, and that it is
// read again and computes what the float model does.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Session, type TensorInput } from '../../ts-host/index.js';
import { paddleFolders } from '../../ts-host/node/paddleFolders.js';
import { readPaddle } from '../../ts-host/paddle.js';
import { useFolders } from '../../ts-host/paddleslim/paths.js';
import { quantPostDynamic, quantPostStatic } from '../../ts-host/paddleslim.js';
import { prepareOctavo } from '../support/octavo.js';
import { paddleGolden } from '../support/paddleGoldens.js';

const golden = paddleGolden('nets', 'mobilenetv1');
const [[feed, { data, dims }]] = Object.entries(golden.inputs) as [[string, (typeof golden.inputs)[string]]];
const x: TensorInput = { data, dims };

const folder = mkdtempSync(join(tmpdir(), 'octavo-slim-'));
const [float, dynamic, fixed] = ['float', 'dynamic', 'static'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
const names = { model_filename: 'inference.pdmodel', params_filename: 'inference.pdiparams' };

before(async () => {
  await prepareOctavo();
  useFolders(paddleFolders);
  mkdirSync(float);
  for (const [ending, bytes] of Object.entries(golden.files))
    writeFileSync(join(float, `inference.${ending}`), bytes);
});
after(() => rmSync(folder, { recursive: true }));

const size = (...path: string[]): number => statSync(join(...path)).size;

/** Probabilities of a model in a folder. */
async function outputOf(path: string, model: string, params: string): Promise<Float32Array> {
  const files = { model: readFileSync(join(path, model)), params: readFileSync(join(path, params)) };
  const session = await Session.create(await readPaddle(files));
  const [output] = Object.values(await session.run({ [feed]: x }));
  session.dispose();
  return output!.data as Float32Array;
}

/** Largest error over the spread of the expected values. */
async function errorOf(found: Float32Array): Promise<number> {
  const expected = await outputOf(float, names.model_filename, names.params_filename);
  const [most, least] = [Math.max(...expected), Math.min(...expected)];
  return Math.max(...found.map((each, i) => Math.abs(each - expected[i]!))) / (most - least);
}

describe('MobileNetV1', () => {
  it('quant_post_dynamic -> parameters at most 0.27 of the float ones, a test model beside', async () => {
    const result = await quantPostDynamic({
      model_dir: float,
      ...names,
      save_model_dir: dynamic,
      save_model_filename: '__model__',
      save_params_filename: '__params__',
      quantizable_op_type: ['conv2d', 'depthwise_conv2d', 'mul'],
      weight_bits: 8,
      generate_test_model: true,
    });
    await result.close();
    const share = size(dynamic, 'quantized_model', '__params__') / size(float, names.params_filename);
    assert.ok(share <= 0.27, `${share}`);
    assert.equal(size(dynamic, 'test_model', '__params__'), size(float, names.params_filename));
    const [codes, test] = await Promise.all(
      ['quantized_model', 'test_model'].map((name) =>
        outputOf(join(dynamic, name), '__model__', '__params__'),
      ),
    );
    assert.ok((await errorOf(test!)) < 0.05);
    assert.ok(Math.max(...codes!.map((each, i) => Math.abs(each - test![i]!))) < 1e-5);
  });

  it('quant_post_static -> weights stored as int8', async () => {
    const result = await quantPostStatic({
      model_dir: float,
      ...names,
      quantize_model_path: fixed,
      data_loader: [[x]],
      batch_size: 1,
      batch_nums: 1,
    });
    await result.close();
    const share = size(fixed, 'model.pdiparams') / size(float, names.params_filename);
    assert.ok(share <= 0.3, `${share}`);
    assert.ok(existsSync(join(fixed, 'model.pdmodel')));
    assert.ok((await errorOf(await outputOf(fixed, 'model.pdmodel', 'model.pdiparams'))) < 0.1);
  });

  it('no folder, one without a program, a file where one is to be -> IO_FAILED, NOT_A_MODEL', async () => {
    await assert.rejects(quantPostDynamic({ modelDir: join(folder, 'nowhere') }), { code: 'IO_FAILED' });
    await assert.rejects(quantPostDynamic({ modelDir: folder }), { code: 'NOT_A_MODEL' });
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await assert.rejects(quantPostDynamic({ modelDir: float, saveModelDir: file }), { code: 'IO_FAILED' });
  });
});
