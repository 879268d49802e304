// `octavo run`: feeds and outputs as files, and what is said when something does not fit. `octavo inspect`: what a run takes.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import { fileNames } from '../../ts-host/cli/run.js';
import type { DType } from '../../ts-host/ir/dtype.js';
import { readNpy, writeNpy } from '../../ts-host/node/npy.js';
import { readNpz, writeNpz } from '../../ts-host/node/npz.js';
import { floats, matMul, model, node, value } from '../support/onnxBuilder.js';
import { folderWithModel, json, namesIn, octavo } from './support.js';

before(buildIfStale);

/** logits/a = x · w, sum = x + x; x [N, 2] */
const MODEL = model({
  nodes: [matMul('x', 'w', 'logits/a', 'product'), node('Add', ['x', 'x'], ['sum'], {}, { name: 'twice' })],
  initializers: [floats('w', [2, 3], [1, 2, 3, 4, 5, 6])],
  inputs: [value('x', ['N', 2])],
  outputs: [value('logits/a', ['N', 3]), value('sum', ['N', 2])],
});

const stored = (dtype: DType, dims: number[], data: ArrayBufferView) => ({
  dtype,
  dims,
  bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
});
const X = stored('float32', [1, 2], Float32Array.of(10, 1));
const numbers = (bytes: Uint8Array) => [...new Float32Array(bytes.slice().buffer)];

function prepared(): { folder: string; path: string; x: string } {
  const { folder, path } = folderWithModel(MODEL);
  const x = join(folder, 'x.npy');
  writeFileSync(x, writeNpy(X));
  return { folder, path, x };
}

describe('octavo run', () => {
  it('.npy in, --output-dir -> a .npy for each output', async () => {
    const { folder, path, x } = prepared();
    const out = join(folder, 'deep/out');
    const { code, stdout, stderr } = await octavo(['run', path, '--input', `x=${x}`, '--output-dir', out]);
    assert.equal(code, 0, stderr);
    assert.match(stdout.toString(), /^outputs +logits\/a {2}float32 \[1, 3\] {2}.*logits_a\.npy$/m);
    assert.deepEqual(namesIn(out), ['logits_a.npy', 'sum.npy']);
    const logits = readNpy(readFileSync(join(out, 'logits_a.npy')), 'logits_a.npy');
    assert.deepEqual([logits.dtype, logits.dims, numbers(logits.bytes)], ['float32', [1, 3], [14, 25, 36]]);
  });

  it('.npz in and out, --json -> outputs by name', async () => {
    const { folder, path } = prepared();
    const feeds = join(folder, 'feeds.npz');
    const out = join(folder, 'out.npz');
    writeFileSync(feeds, writeNpz(new Map([['x', X]])));
    const result = json(await octavo(['run', path, '--input', feeds, '-o', out, '--json']));
    assert.equal(result.command, 'run');
    assert.deepEqual(result.outputs, [
      { name: 'logits/a', dtype: 'float32', dims: [1, 3], file: out },
      { name: 'sum', dtype: 'float32', dims: [1, 2], file: out },
    ]);
    const arrays = readNpz(readFileSync(out), 'out.npz', 1e6);
    assert.deepEqual(
      [...arrays].map(([name, { bytes }]) => [name, numbers(bytes)]),
      [
        ['logits/a', [14, 25, 36]],
        ['sum', [20, 2]],
      ],
    );
  });

  it('one tensor of a .npz, precision fast, nowhere to write -> types alone', async () => {
    const { folder, path } = prepared();
    const feeds = join(folder, 'feeds.npz');
    writeFileSync(feeds, writeNpz(new Map([['other', X]])));
    const result = json(
      await octavo(['run', path, '--input', `x=${feeds}`, '--precision', 'fast', '--json']),
    );
    assert.deepEqual(
      (result.outputs as { name: string }[]).map(({ name }) => name),
      ['logits/a', 'sum'],
    );
    assert.deepEqual(namesIn(folder), ['feeds.npz', 'model.onnx', 'x.npy']);
  });

  it('what does not fit -> its code, nothing written', async () => {
    const { folder, path, x } = prepared();
    const wrong = join(folder, 'wrong.npy');
    writeFileSync(wrong, writeNpy(stored('float64', [1, 2], new Float64Array(2))));
    const broken = join(folder, 'broken.npy');
    writeFileSync(broken, readFileSync(x).subarray(0, 100));
    const out = join(folder, 'out');
    const cases: [string[], number, string, RegExp][] = [
      [[], 1, 'FEED_INVALID', /not fed/],
      [['--input', `x=${wrong}`], 1, 'FEED_INVALID', /float64, the model takes float32/],
      [['--input', `z=${x}`], 1, 'FEED_INVALID', /no input of this name/],
      [['--input', `x=${broken}`], 1, 'TRUNCATED', /broken\.npy/],
      [['--input', `x=${join(folder, 'no.npy')}`], 1, 'IO_FAILED', /no\.npy/],
      [['--input', x], 2, 'INVALID_ARGUMENT', /say which input/],
      [['--input', `x=${x}`, '--input', `x=${x}`], 2, 'INVALID_ARGUMENT', /given twice/],
      [['--input', `x=${x}`, '-o', path], 2, 'INVALID_ARGUMENT', /would replace the input/],
      [['--input', `x=${x}`, '--executor', 'onnxruntime-web'], 1, 'EXECUTOR_MISSING', /cannot be imported/],
      [['--input', `x=${x}`, '--memory-limit', '100'], 1, 'MEMORY_LIMIT', /./],
    ];
    for (const [args, exit, code, message] of cases) {
      const run = await octavo(['run', path, ...args, '--output-dir', out, '--json']);
      const { error } = json(run) as { error: { code: string; message: string } };
      assert.deepEqual([run.code, error.code], [exit, code], `${args.join(' ')}: ${error.message}`);
      assert.match(error.message, message);
    }
    assert.deepEqual(namesIn(folder), ['broken.npy', 'model.onnx', 'wrong.npy', 'x.npy']);
  });
});

describe('names of output files', () => {
  it('characters, dots, equal names -> safe and different', () => {
    const names = ['a/b', 'a:b', 'A_B', '../x', '.hidden', 'né', '', 'x'.repeat(300)];
    const files = [...fileNames(names).values()];
    assert.deepEqual(files.slice(0, 7), [
      'a_b.npy',
      'a_b-2.npy',
      'A_B-3.npy',
      '__x.npy',
      '_hidden.npy',
      'n_.npy',
      '_.npy',
    ]);
    assert.equal(files[7]!.length, 154);
  });
});

describe('octavo inspect, what a run takes', () => {
  it('with --shape -> multiply-adds, memory and steps', async () => {
    const { path } = prepared();
    const { execution } = json(await octavo(['inspect', path, '--shape', 'x=4x2', '--json'])) as {
      execution: {
        multiplyAdds: number;
        arenaBytes: number;
        largestLiveSet: number;
        nodes: { id: string }[];
      };
    };
    assert.equal(execution.multiplyAdds, 4 * 2 * 3);
    assert.ok(execution.arenaBytes >= execution.largestLiveSet && execution.largestLiveSet > 0);
    assert.deepEqual(execution.nodes.map(({ id }) => id).sort(), ['product', 'twice']);
    const text = (await octavo(['inspect', path, '--shape', 'x=4x2', '--verbose'])).stdout.toString();
    assert.match(text, /^run +0\.0 million multiply-adds in 2 nodes$/m);
    assert.match(text, /MatMul {2}product {2}float32 \[4, 3\] {2}24 multiply-adds/);
  });

  it('shapes left open, or wrong -> why not, and everything else', async () => {
    const { path } = prepared();
    const open = await octavo(['inspect', path]);
    assert.equal(open.code, 0);
    assert.match(open.stdout.toString(), /^run +cannot be planned: the shape is open: Nx2/m);
    const wrong = await octavo(['inspect', path, '--shape', 'x=4x3']);
    assert.match(wrong.stdout.toString(), /cannot be planned: 4x3 does not fit the model/);
    assert.equal((await octavo(['inspect', path, '--shape', 'x'])).code, 2);
    assert.equal((await octavo(['inspect', '-', '--dot', 'a.dot'], { input: MODEL })).code, 2);
  });

  it('--dot -> boxes, arrows with shapes, names escaped', async () => {
    const { folder, path } = prepared();
    const dot = join(folder, 'graph.dot');
    assert.equal((await octavo(['inspect', path, '--dot', dot])).code, 0);
    const text = readFileSync(dot, 'utf8');
    assert.match(text, /^digraph "graph" \{$/m);
    assert.match(text, /label="MatMul\\nproduct\\n\[2, 3\]"/);
    assert.match(text, /n0 -> n1 \[label="x \[N, 2\]", weight=20\]/);
    assert.match(text, /shape=ellipse/);
    assert.equal(text.split('{').length, text.split('}').length);
  });
});
