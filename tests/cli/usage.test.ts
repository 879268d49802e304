// Wrong usage and failures: the exit code, one message, JSON where asked for, and no file left behind.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import { floats, matMul, model, value } from '../support/onnxBuilder.js';
import { folderWithModel, json, namesIn, octavo } from './support.js';

before(buildIfStale);

const USAGE: readonly [string, readonly string[], RegExp][] = [
  ['an unknown command', ['quantise', 'MODEL'], /unknown command 'quantise'/],
  [
    'an unknown option',
    ['quantize', 'MODEL', '--bit', '4'],
    /unknown option '--bit'\n\(Did you mean --bits\?\)/,
  ],
  ['no model', ['quantize'], /missing required argument 'model'/],
  ['two models', ['quantize', 'MODEL', 'MODEL'], /too many arguments/],
  ['an unknown mode', ['quantize', 'MODEL', '--mode', 'qat'], /'qat' is invalid. Allowed choices are auto/],
  ['bits that do not exist', ['quantize', 'MODEL', '--bits', '9'], /'9' is invalid/],
  ['a count that is none', ['quantize', 'MODEL', '--min-elements', '-1'], /It must be a whole number/],
  ['bytes that are none', ['quantize', 'MODEL', '--memory-limit', '5 apples'], /such as 512MB/],
  ['an empty name', ['quantize', 'MODEL', '--op-types', 'Conv,'], /commas between/],
  [
    'bits in mode dynamic',
    ['quantize', 'MODEL', '--mode', 'dynamic', '--bits', '4'],
    /--bits 4 does not suit mode dynamic, it is for weights, embedding and static/,
  ],
  [
    'blocks in mode dynamic',
    ['quantize', 'MODEL', '--mode', 'dynamic', '--granularity', 'block'],
    /--granularity block does not suit mode dynamic/,
  ],
  [
    'an observer in mode fp16',
    ['quantize', 'MODEL', '--mode', 'fp16', '--observer', 'mse'],
    /does not suit mode fp16/,
  ],
  [
    'zero points in mode fp16',
    ['quantize', 'MODEL', '--mode', 'fp16', '--no-symmetric'],
    /--no-symmetric does not suit mode fp16/,
  ],
  ['options of two modes', ['quantize', 'MODEL', '--bits', '4', '--conv-integer'], /are for different modes/],
  ['a block form without blocks', ['quantize', 'MODEL', '--block-form', 'qdq'], /is for --granularity block/],
  [
    'a block size for channels',
    ['quantize', 'MODEL', '--granularity', 'channel', '--block-size', '32'],
    /is for --granularity block/,
  ],
  ['a plan and options', ['quantize', 'MODEL', '--plan', 'PLAN', '--bits', '4'], /edit the plan instead/],
  ['standard input without -o', ['quantize', '-'], /standard input has no name/],
  [
    'the model and JSON on standard output',
    ['quantize', 'MODEL', '-o', '-', '--json'],
    /both want standard output/,
  ],
  ['a folder that is not there', ['quantize', 'MODEL', '-o', 'absent/'], /there is no folder absent/],
  ['the plan in place of the model', ['quantize', 'MODEL', '-o', 'a', '--plan-out', './a'], /cannot both be/],
  [
    'the model in place of the plan',
    ['quantize', 'MODEL', '--plan', 'PLAN', '-o', 'PLAN'],
    /would replace the input/,
  ],
  ['a plan on standard output', ['quantize', 'MODEL', '--plan-out', '-'], /--plan-out needs a file/],
];

describe('wrong usage', () => {
  for (const [title, args, message] of USAGE) {
    it(`${title} -> exit 2, nothing written`, async () => {
      const { folder, path } = folderWithModel();
      writeFileSync(join(folder, 'plan.json'), '{"version":1,"mode":"fp16","tensors":[],"nodes":[]}');
      const real = args.map((arg) =>
        arg === 'MODEL' ? path : arg === 'PLAN' ? join(folder, 'plan.json') : arg,
      );
      const run = await octavo(real, { cwd: folder });
      assert.equal(run.code, 2, run.stderr);
      const asJson = real.includes('--json');
      assert.match(asJson ? run.stdout.toString() : run.stderr, message);
      if (!asJson) assert.equal(run.stdout.length, 0);
      assert.doesNotMatch(run.stderr, /\n\s+at /, 'no stack');
      assert.deepEqual(namesIn(folder), ['model.onnx', 'plan.json']);
    });
  }

  it('no command -> the help on stderr, exit 2', async () => {
    const { code, stdout, stderr } = await octavo([]);
    assert.equal(code, 2);
    assert.equal(stdout.length, 0);
    assert.match(stderr, /^Usage: octavo/);
  });

  it('--json -> one document with code, message and place', async () => {
    const { path } = folderWithModel();
    const run = await octavo(['quantize', path, '--mode', 'fp16', '--bits', '4', '--json']);
    assert.equal(run.code, 2);
    assert.equal(run.stderr, '');
    assert.deepEqual(json(run), {
      error: {
        code: 'INVALID_ARGUMENT',
        message: '--bits 4 does not suit mode fp16, it is for weights, embedding and static',
        place: { field: '--bits' },
      },
    });
    const unknown = json(await octavo(['quantize', path, '--no-such', '--json']));
    assert.equal((unknown.error as { code: string }).code, 'INVALID_ARGUMENT');
  });
});

const text = new TextEncoder().encode('this is not a model, this is a letter\n');
const infinite = model({
  nodes: [matMul('x', 'w', 'y', 'product')],
  initializers: [floats('w', [64, 64], new Float32Array(4096).fill(Number.POSITIVE_INFINITY))],
  inputs: [value('x', [1, 64])],
  outputs: [value('y', [1, 64])],
});

const FAILURES: readonly [string, Uint8Array | undefined, string, readonly string[]][] = [
  ['a file that is not there', undefined, 'IO_FAILED', []],
  ['text', text, 'NOT_A_MODEL', []],
  ['an empty file', new Uint8Array(0), 'NOT_A_MODEL', []],
  ['infinite weights', infinite, 'NON_FINITE_WEIGHT', []],
  ['too little memory', infinite, 'MEMORY_LIMIT', ['--memory-limit', '100']],
];

describe('failure', () => {
  for (const [title, bytes, code, args] of FAILURES) {
    it(`${title} -> exit 1, ${code}, nothing written`, async () => {
      const { folder, path } = folderWithModel(bytes);
      const input = bytes === undefined ? join(folder, 'absent.onnx') : path;
      const run = await octavo(['quantize', input, ...args]);
      assert.equal(run.code, 1, run.stderr);
      assert.match(run.stderr, new RegExp(`^octavo: .*\\[${code}\\]\n$`));
      assert.equal(run.stdout.length, 0);
      const again = await octavo(['quantize', input, ...args, '--json']);
      assert.equal(again.code, 1);
      const { error } = json(again) as { error: { code: string; message: string; place: object } };
      assert.equal(error.code, code);
      assert.ok(error.message.length > 0 && typeof error.place === 'object');
      assert.deepEqual(namesIn(folder), ['model.onnx']);
    });
  }
});
