// Files: inputs are never replaced, outputs are whole or absent, links and external data work.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import { externalModel, folderWithModel, json, namesIn, octavo, testFolder } from './support.js';

before(buildIfStale);

const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === 'linux';
const NOBODY = 65534;

describe('overwriting', () => {
  it('default name that exists -> exit 2; --force replaces it; -o replaces too', async () => {
    const { folder, path } = folderWithModel();
    const output = join(folder, 'model.int8.onnx');
    writeFileSync(output, 'precious');
    const refused = await octavo(['quantize', path]);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /model\.int8\.onnx exists: --force replaces it/);
    assert.equal(readFileSync(output, 'utf8'), 'precious');
    assert.equal((await octavo(['quantize', path, '--force'])).code, 0);
    const forced = readFileSync(output);
    assert.notEqual(forced.toString(), 'precious');
    writeFileSync(output, 'precious');
    assert.equal((await octavo(['quantize', path, '-o', output])).code, 0);
    assert.deepEqual(readFileSync(output), forced);
  });

  it('the input by name, other spelling, symbolic link or hard link -> exit 2, the input untouched', async () => {
    const { folder, path } = folderWithModel();
    const original = readFileSync(path);
    symlinkSync(path, join(folder, 'link.onnx'));
    linkSync(path, join(folder, 'second.onnx'));
    for (const output of ['model.onnx', './/model.onnx', 'link.onnx', 'second.onnx']) {
      const run = await octavo(['quantize', 'model.onnx', '--force', '-o', output], { cwd: folder });
      assert.equal(run.code, 2, output);
      assert.match(run.stderr, /would replace the input/);
    }
    const plan = await octavo(['quantize', 'model.onnx', '-o', 'a.onnx', '--plan-out', 'model.onnx'], {
      cwd: folder,
    });
    assert.equal(plan.code, 2);
    assert.deepEqual(readFileSync(path), original);
    assert.deepEqual(namesIn(folder), ['link.onnx', 'model.onnx', 'second.onnx']);
  });

  it('external data of the input -> exit 2', async () => {
    const { folder, path } = folderWithModel(externalModel('out.onnx.data', 64));
    const data = join(folder, 'out.onnx.data');
    writeFileSync(data, new Uint8Array(64 * 4096).fill(1));
    const run = await octavo(['quantize', path, '-o', join(folder, 'out.onnx'), '--external-data', 'always']);
    assert.equal(run.code, 2, run.stderr);
    assert.deepEqual(new Uint8Array(readFileSync(data)), new Uint8Array(64 * 4096).fill(1));
    assert.ok(!existsSync(join(folder, 'out.onnx')));
  });
});

describe('input files', () => {
  it('a symbolic link -> read; the default output lies beside the link', async () => {
    const { path } = folderWithModel();
    const folder = testFolder();
    symlinkSync(path, join(folder, 'link.onnx'));
    assert.equal((await octavo(['quantize', join(folder, 'link.onnx')])).code, 0);
    assert.deepEqual(namesIn(folder), ['link.int8.onnx', 'link.onnx']);
  });

  it('external data beside the input, also behind a link -> read, and written beside the output', async () => {
    const { folder, path } = folderWithModel(externalModel('weights.bin', 256));
    writeFileSync(join(folder, 'weights.bin'), new Uint8Array(256 * 4096));
    const elsewhere = testFolder();
    symlinkSync(path, join(elsewhere, 'link.onnx'));
    for (const input of [path, join(elsewhere, 'link.onnx')]) {
      const output = testFolder();
      const run = await octavo(['quantize', input, '-o', join(output, 'small.onnx'), '--json']);
      assert.equal(run.code, 0, run.stderr);
      assert.deepEqual(namesIn(output), ['small.onnx', 'small.onnx.data']);
      assert.equal(json(run).inputBytes, statSync(path).size + 256 * 4096);
      const files = json(run).files as { path: string; bytes: number }[];
      assert.deepEqual(
        files.map(({ path: file, bytes }) => statSync(file).size === bytes),
        [true, true],
      );
    }
  });

  it('external data that is not there -> exit 1, EXTERNAL_DATA_MISSING', async () => {
    const { folder, path } = folderWithModel(externalModel('weights.bin', 8));
    const run = await octavo(['quantize', path]);
    assert.equal(run.code, 1);
    assert.match(run.stderr, /\[EXTERNAL_DATA_MISSING\]/);
    assert.deepEqual(namesIn(folder), ['model.onnx']);
  });

  it('a folder -> exit 1', async () => {
    const run = await octavo(['quantize', testFolder()]);
    assert.equal(run.code, 1);
    assert.match(run.stderr, /a folder is a model only with a program of Paddle in it.*\[NOT_A_MODEL\]/);
  });
});

describe('output files', () => {
  it('a folder that is not there -> exit 1', async () => {
    const { folder, path } = folderWithModel();
    const run = await octavo(['quantize', path, '-o', join(folder, 'absent/out.onnx')]);
    assert.equal(run.code, 1);
    assert.match(run.stderr, /ENOENT.*\[IO_FAILED\]/);
    assert.deepEqual(namesIn(folder), ['model.onnx']);
  });

  it('a read-only folder -> exit 1, nothing written', {
    skip: process.platform === 'win32' && 'no modes',
  }, async (t) => {
    const { folder, path } = folderWithModel();
    const target = join(folder, 'sealed');
    mkdirSync(target);
    chmodSync(target, 0o555);
    chmodSync(folder, 0o755);
    // Modes do not bind root, so root runs the command as nobody.
    const as = isRoot ? { uid: NOBODY } : {};
    if ((await octavo(['--version'], as).catch(() => undefined))?.code !== 0)
      return t.skip('nobody cannot run node here');
    const run = await octavo(['quantize', path, '-o', join(target, 'out.onnx')], as);
    assert.equal(run.code, 1, run.stderr);
    assert.match(run.stderr, /EACCES.*\[IO_FAILED\]/);
    assert.deepEqual(namesIn(target), []);
  });

  it('a full device -> exit 1, the device still there', { skip: !isLinux && 'no /dev/full' }, async () => {
    const { path } = folderWithModel();
    const run = await octavo(['quantize', path, '-o', '/dev/full']);
    assert.equal(run.code, 1);
    assert.match(run.stderr, /ENOSPC/);
    assert.ok(statSync('/dev/full').isCharacterDevice());
  });

  it('a full disk -> exit 1, neither file nor temporary file', {
    skip: !(isLinux && isRoot) && 'needs root',
  }, async (t) => {
    const { path } = folderWithModel();
    const disk = testFolder();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12k', 'tmpfs', disk], { stdio: 'pipe' });
    } catch {
      return t.skip('mounting is not allowed here');
    }
    try {
      const run = await octavo(['quantize', path, '-o', join(disk, 'out.onnx')]);
      assert.equal(run.code, 1);
      assert.match(run.stderr, /ENOSPC.*\[IO_FAILED\]/);
      assert.deepEqual(namesIn(disk), []);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('--external-data always -> two files, the model small', async () => {
    const { folder, path } = folderWithModel();
    const run = await octavo(['quantize', path, '-o', join(folder, 'out.onnx'), '--external-data', 'always']);
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(namesIn(folder), ['model.onnx', 'out.onnx', 'out.onnx.data']);
    assert.ok(statSync(join(folder, 'out.onnx')).size < statSync(join(folder, 'out.onnx.data')).size);
  });

  it('a sparse model of 600 MB within --memory-limit 64MB -> done', async () => {
    const rows = 150_000;
    const { folder, path } = folderWithModel(externalModel('weights.bin', rows));
    writeFileSync(join(folder, 'weights.bin'), '');
    truncateSync(join(folder, 'weights.bin'), rows * 4096);
    const run = await octavo([
      'plan',
      path,
      '--mode',
      'fp16',
      '--memory-limit',
      '64MB',
      '-o',
      join(folder, 'p.json'),
    ]);
    assert.equal(run.code, 0, run.stderr);
  });
});
