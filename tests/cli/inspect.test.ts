// `octavo inspect`: what it shows, as text and JSON.

import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import { folderWithModel, json, namesIn, octavo, smallModel } from './support.js';

before(buildIfStale);

describe('octavo inspect', () => {
  it('a model -> inputs, outputs, operators, constants; nothing written', async () => {
    const { folder, path } = folderWithModel();
    const { code, stdout, stderr } = await octavo(['inspect', path]);
    assert.equal(code, 0, stderr);
    const text = stdout.toString();
    assert.match(text, /^format +ONNX, IR version 8, opset 17$/m);
    assert.match(text, /^inputs +image {2}float32 \[1, 8, 12, 12\]\n +ids {2}int64 \[4\]$/m);
    assert.match(text, /^nodes +5: 1 Add, 1 Conv, 1 Gather, 1 MatMul, 1 Relu$/m);
    assert.match(text, /^constants +4 with 18816 elements: 75\.3 kB float32$/m);
    assert.match(text, /^largest +32\.8 kB {2}matrix {2}float32 \[64, 128\]$/m);
    assert.deepEqual(namesIn(folder), ['model.onnx']);
  });

  it('--json, from standard input -> the same numbers', async () => {
    const input = smallModel();
    const result = json(await octavo(['inspect', '-', '--json'], { input }));
    assert.equal(result.command, 'inspect');
    assert.deepEqual([result.fileBytes, result.parameters, result.nodes], [input.byteLength, 18816, 5]);
    assert.deepEqual(result.opsets, { '': 17 });
  });

  it('no model -> exit 1', async () => {
    const { path } = folderWithModel(new TextEncoder().encode('{"not": "a model"}'));
    const run = await octavo(['inspect', path, '--json']);
    assert.equal(run.code, 1);
    assert.equal((json(run).error as { code: string }).code, 'NOT_A_MODEL');
    assert.ok(statSync(path).size > 0);
  });
});
