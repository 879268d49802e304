// --int8: a quantized Paddle model in integers, written by `octavo convert`, measured by `octavo bench` with Paddle's list of labels.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import { writeNpy } from '../../ts-host/node/npy.js';
import { paddleGoldens } from '../support/paddleGoldens.js';
import { json, octavo, testFolder } from './support.js';

before(buildIfStale);

/** The folder of a model that Paddle quantized, and one of samples with their list. */
function prepared(): { folder: string; model: string; data: string } {
  const folder = testFolder();
  const [model, data] = [join(folder, 'quant_model'), join(folder, 'data')];
  const golden = [...paddleGoldens('quantized')].find(({ name }) => name === 'residual/aware/fake-frozen')!;
  mkdirSync(model);
  mkdirSync(join(data, 'val'), { recursive: true });
  writeFileSync(join(model, 'inference.pdmodel'), golden.files.pdmodel!);
  writeFileSync(join(model, 'inference.pdiparams'), golden.files.pdiparams!);
  const x = golden.inputs.x!.data as Float32Array;
  for (const item of [0, 1]) {
    const bytes = new Uint8Array(x.slice(item * 768, (item + 1) * 768).buffer);
    writeFileSync(
      join(data, 'val', `${item}.npy`),
      writeNpy({ dtype: 'float32', dims: [1, 3, 16, 16], bytes }),
    );
  }
  writeFileSync(join(data, 'val_list.txt'), 'val/0.npy 0\nval/1.npy 3\n');
  return { folder, model, data };
}

describe('--int8', () => {
  it('bench: a Paddle model in integers beside itself in float, with accuracy by val_list.txt', async () => {
    const { model, data } = prepared();
    const labels = join(data, 'val_list.txt');
    const options = `--int8 --op-ids-to-skip 32 --batch 1 --warmup 1 --json`.split(' ');
    const result = await octavo(['bench', model, '--data', data, '--labels', labels, ...options]);
    const { samples, accuracy, against, diagnostics } = json(result) as {
      samples: number;
      accuracy: { top1: number; samples: number };
      against: { model: string; accuracy: { top1: number }; diagnostics: { counts: Record<string, number> } };
      diagnostics: { counts: Record<string, number> };
    };
    assert.deepEqual([samples, accuracy.samples, against.model], [2, 2, `${model} in float`]);
    assert.equal(against.accuracy.top1, accuracy.top1);
    assert.ok(diagnostics.counts.integer! > 6);
    assert.equal(against.diagnostics.counts.integer, 0);
  });

  it('bench: samples are those of the list, wherever its paths begin; what does not fit is told', async () => {
    const { folder, model, data } = prepared();
    const list = join(folder, 'list of labels.txt');
    const bench = (text: string) => {
      writeFileSync(list, text);
      return octavo([
        ...`bench ${model} --runs 1 --warmup 0 --json --data ${data} --labels`.split(' '),
        list,
      ]);
    };
    const result = await bench(`\uFEFF${data}/val/1.npy 3\r\n${data}/val/gone.npy 1\r\n`);
    const { samples, unlisted, missing } = json(result) as Record<string, unknown>;
    assert.deepEqual([samples, unlisted, missing], [1, 1, 1]);
    assert.match(result.stderr, /left out 1 samples of .* does not list\n.*1 samples that .* are not in/);
    const strange = await bench('other/x.npy 0\n');
    assert.equal(strange.code, 1);
    assert.match(
      strange.stdout.toString(),
      /none of the 2 samples of the folder is asked for, such as val\/0\.npy/,
    );
    assert.match(strange.stderr, /left out 2 samples of .* does not list\n/);
    const beyond = await bench('val/0.npy 10\n');
    assert.equal(beyond.code, 2);
    assert.match(
      beyond.stdout.toString(),
      /the label is class 10, the model has 10 classes, from 0 \(sample val\/0\.npy/,
    );
  });

  it('convert: ONNX in integers, and a graph for each step', async () => {
    const { folder, model } = prepared();
    const [output, dots] = [join(folder, 'int8.onnx'), join(folder, 'dots')];
    const { code, stderr } = await octavo(['convert', model, '-o', output, '--int8', '--debug', dots]);
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /matmul_v2#32 is alone between float neighbours.*: measure with --op-ids-to-skip 32\n/,
    );
    assert.match(stderr, /^octavo: {3}matmul_v2#32 converts 26 elements for 160 multiply-adds$/m);
    const names = readdirSync(dots).sort();
    assert.ok(names.length > 8 && names.every((name) => /^\d\d-[a-z-]+\.dot$/.test(name)));
    assert.match(readFileSync(join(dots, names.at(-1)!), 'utf8'), /conv2d#\d+/);
    const refused = await octavo(['convert', output, '-o', join(folder, 'again.onnx'), '--int8']);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /--int8 is for Paddle models/);
  });

  it('what says more of it needs it', async () => {
    const { folder, model } = prepared();
    for (const option of [
      ['--ops-to-quantize', 'conv2d'],
      ['--op-ids-to-skip', '3'],
      ['--debug', folder],
    ]) {
      const { code, stderr } = await octavo(['convert', model, '-o', join(folder, 'x.onnx'), ...option]);
      assert.equal(code, 2);
      assert.match(stderr, new RegExp(`${option[0]} needs --int8`));
    }
  });
});
