// `octavo pack` and `octavo unpack`: files that run as the model does, and the model back.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import { quantizedNet } from '../report/models.js';
import { npyFile } from '../support/npyFile.js';
import { externalTensor, model, node, value } from '../support/onnxBuilder.js';
import { json, namesIn, octavo, testFolder } from './support.js';

before(buildIfStale);

const NET = model(quantizedNet());
const EXTERNAL = model({
  nodes: [node('Add', ['x', 'w'], ['y'])],
  initializers: [externalTensor('w', 'float32', [4], { location: 'w.bin' })],
  inputs: [value('x', [4])],
  outputs: [value('y', [4])],
});

describe('octavo pack and unpack', () => {
  it('a model -> a file that runs to the same outputs, and the model back', async () => {
    const folder = testFolder();
    const [from, packed, back] = ['net.onnx', 'net.octavo', 'back.onnx'].map((name) => join(folder, name));
    writeFileSync(from!, NET);
    const made = await octavo(['pack', from!, '-o', packed!, '--json']);
    assert.equal(made.code, 0, made.stderr);
    const { command, bytes } = json(made);
    assert.deepEqual([command, bytes], ['pack', readFileSync(packed!).byteLength]);
    const x = join(folder, 'x.npy');
    writeFileSync(x, npyFile(new Float32Array(432).fill(0.3), [1, 3, 12, 12]));
    for (const [file, out] of [
      [from!, 'a'],
      [packed!, 'b'],
    ] as const) {
      const run = await octavo(['run', file, '--input', `x=${x}`, '--output-dir', join(folder, out)]);
      assert.equal(run.code, 0, run.stderr);
    }
    assert.deepEqual(readFileSync(join(folder, 'a/y.npy')), readFileSync(join(folder, 'b/y.npy')));
    const unpacked = await octavo(['unpack', packed!, '-o', back!]);
    assert.match(unpacked.stdout.toString(), /^written +.*back\.onnx {2}/);
    assert.deepEqual(new Uint8Array(readFileSync(back!)), NET);
  });

  it('external data -> goes along and comes back beside the model', async () => {
    const folder = testFolder();
    const out = testFolder();
    writeFileSync(join(folder, 'net.onnx'), EXTERNAL);
    writeFileSync(join(folder, 'w.bin'), new Float32Array([1, 2, 3, 4]));
    const packed = join(folder, 'net.octavo');
    assert.equal((await octavo(['pack', join(folder, 'net.onnx'), '-o', packed])).code, 0);
    const onto = await octavo(['unpack', packed, '-o', '-']);
    assert.match(onto.stderr, /the model has 2 files/);
    assert.equal((await octavo(['unpack', packed, '-o', join(out, 'm.onnx')])).code, 0);
    assert.deepEqual(namesIn(out), ['m.onnx', 'w.bin']);
    assert.deepEqual(readFileSync(join(out, 'w.bin')), readFileSync(join(folder, 'w.bin')));
  });

  it('a model to unpack, an output that is the input -> refused', async () => {
    const folder = testFolder();
    const path = join(folder, 'net.onnx');
    writeFileSync(path, NET);
    const plain = await octavo(['unpack', path, '-o', join(folder, 'out.onnx')]);
    assert.deepEqual([plain.code, /PACKS_INVALID/.test(plain.stderr)], [1, true]);
    const same = await octavo(['pack', path, '-o', path]);
    assert.equal(same.code, 2);
    assert.deepEqual(new Uint8Array(readFileSync(path)), NET);
    assert.deepEqual(namesIn(folder), ['net.onnx']);
  });
});
