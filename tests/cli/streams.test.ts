// Standard input and output, and what is only for terminals.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import { CLI, externalModel, folderWithModel, json, octavo, smallModel } from './support.js';

before(buildIfStale);

describe('standard streams', () => {
  it('- to - -> the bytes of the file, the summary on stderr', async () => {
    const { folder, path } = folderWithModel();
    const file = join(folder, 'out.onnx');
    await octavo(['quantize', path, '-o', file]);
    const run = await octavo(['quantize', '-', '-o', '-'], { input: readFileSync(path) });
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(run.stdout, readFileSync(file));
    assert.match(run.stderr, /^written +standard output/m);
  });

  it('- to a file -> JSON on stdout', async () => {
    const { folder } = folderWithModel();
    const input = smallModel();
    const output = join(folder, 'out.onnx');
    const run = await octavo(['quantize', '-', '-o', output, '--json'], { input });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(json(run).inputBytes, input.byteLength);
  });

  it('a model with external data from standard input -> exit 1, EXTERNAL_DATA_MISSING', async () => {
    const run = await octavo(['plan', '-'], { input: externalModel('weights.bin', 8) });
    assert.equal(run.code, 1);
    assert.match(run.stderr, /\[EXTERNAL_DATA_MISSING\]/);
  });

  it('a reader that goes away -> exit 1, no stack', { skip: process.platform === 'win32' && 'no sh' }, () => {
    const { path } = folderWithModel();
    const command = `"${process.execPath}" "${CLI}" quantize "${path}" -o - | true; exit "\${PIPESTATUS[0]}"`;
    const { status, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
    // The whole model may fit into the pipe before its reader is gone.
    assert.ok(status === 0 || (status === 1 && /EPIPE/.test(stderr)), `${status}: ${stderr}`);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });

  it('stdout closed from the start -> exit 1 or 2, no stack', {
    skip: process.platform === 'win32' && 'no sh',
  }, () => {
    const { path } = folderWithModel();
    for (const args of ['--help', `inspect "${path}"`, `plan "${path}"`, 'quantize --json']) {
      const command = `"${process.execPath}" "${CLI}" ${args} > >(exec true); sleep 0.3`;
      const { stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
      assert.doesNotMatch(stderr, /\n\s+at /, args);
    }
  });
});

/** Runs a command on a terminal of its own. */
function onTerminal(command: string, env: Record<string, string> = {}): string | undefined {
  const { status, stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', TERM: 'xterm', NO_COLOR: '', ...env },
  });
  return status === 0 ? stdout : undefined;
}

const noTerminal = onTerminal('true') === undefined && 'no `script` of util-linux here';

describe('on a terminal', { skip: noTerminal }, () => {
  it('progress and colours, wiped at the end', () => {
    const { path } = folderWithModel();
    const out = onTerminal(`"${process.execPath}" "${CLI}" quantize "${path}"`)!;
    assert.match(out, /━+.* %.*(reading|choosing scales|writing)/);
    assert.ok(out.includes('\r\x1b[K\x1b[2mmode'), out);
  });

  it('NO_COLOR -> no colours', () => {
    const { path } = folderWithModel();
    const out = onTerminal(`"${process.execPath}" "${CLI}" quantize "${path}"`, { NO_COLOR: '1' })!;
    assert.ok(!out.includes('\x1b[2m') && !out.includes('\x1b[1m'), out);
    assert.match(out, /mode +weights/);
  });

  it('TERM=dumb -> no control sequence at all', () => {
    const { path } = folderWithModel();
    const out = onTerminal(`"${process.execPath}" "${CLI}" quantize "${path}"`, { TERM: 'dumb' })!;
    assert.ok(!out.includes('\x1b'), out);
  });

  it('-o - -> refused', () => {
    const { path } = folderWithModel();
    const out = onTerminal(`"${process.execPath}" "${CLI}" quantize "${path}" -o - || echo "exit $?"`)!;
    assert.match(out, /not for the screen[\s\S]*exit 2/);
  });
});
