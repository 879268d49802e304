// The built package in Node processes started so that wasm or SIMD is really missing, and what an import touches.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';

const entry = new URL('../../dist/index.js', import.meta.url).href;

/** Runs `code` in a new Node; returns what it prints as JSON. */
function runNode(flags: string[], code: string): Record<string, unknown> {
  const args = [...flags, '--input-type=module', '-e', code];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout);
}

const INIT = `
  const octavo = await import(${JSON.stringify(entry)});
  const failed = await octavo.init().then(() => undefined, (error) => error);
  console.log(JSON.stringify({ code: failed?.code, ours: failed instanceof octavo.OctavoError, message: failed?.message,
    cause: String(failed?.cause), diagnostics: octavo.diagnostics() }));`;

before(buildIfStale);

describe('init in Node', () => {
  it('as it comes -> ready', () => {
    const result = runNode([], INIT);
    assert.equal(result.code, undefined);
    assert.deepEqual((result.diagnostics as { ready: boolean }).ready, true);
  });

  it('started with --jitless -> WASM_UNAVAILABLE', () => {
    const result = runNode(['--jitless'], INIT);
    assert.equal(result.code, 'WASM_UNAVAILABLE');
    assert.equal(result.ours, true);
    assert.match(String(result.message), /--jitless/);
  });

  it('on a CPU without SSE4.1 -> SIMD_UNAVAILABLE', {
    skip: process.arch === 'x64' ? false : 'the flag that hides SIMD exists on x64 only',
  }, () => {
    const result = runNode(['--no-enable-sse4-1'], INIT);
    assert.equal(result.code, 'SIMD_UNAVAILABLE');
    assert.match(String(result.cause), /CompileError/);
    assert.deepEqual((result.diagnostics as { simd: boolean }).simd, false);
  });
});

describe('import', () => {
  it('touches neither WebAssembly nor the network -> nothing recorded', () => {
    const code = `
      const touched = [];
      const record = (name) => new Proxy({}, { get: (_, key) => touched.push(name + '.' + String(key)) });
      globalThis.WebAssembly = record('WebAssembly');
      globalThis.fetch = () => touched.push('fetch');
      await import(${JSON.stringify(entry)});
      console.log(JSON.stringify({ touched }));`;
    assert.deepEqual(runNode([], code).touched, []);
  });
});
