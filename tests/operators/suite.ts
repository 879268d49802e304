// Programs over the whole operator suite, in a process of their own: loading the suite there registers no tests here.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Most time of one program; longer is a hang. */
const LIMIT_MS = 300_000;

/** What the program `file` of this folder answers. */
export function askSuite<T>(file: string): T {
  const program = fileURLToPath(new URL(file, import.meta.url));
  // Tests that files register by themselves are not to run.
  const options = ['--import', 'tsx', '--test-name-pattern=^no test has this name$', program];
  const env = { ...process.env, OCTAVO_CENSUS: '1', NODE_TEST_CONTEXT: undefined };
  const limits = { timeout: LIMIT_MS, maxBuffer: 2 ** 28 };
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, options, {
    env,
    encoding: 'utf8',
    ...limits,
  });
  assert.equal(
    status,
    0,
    `${file} ended with ${signal ?? status}: ${stderr.slice(-3000)}${stdout.slice(-1000)}`,
  );
  const [, json] = /^ANSWER (.*)$/m.exec(stdout) ?? [];
  assert.ok(json !== undefined, `${file} answers nothing: ${stdout.slice(-2000)}`);
  return JSON.parse(json) as T;
}

/** Called by such a program. */
export function answer(value: unknown): void {
  console.log(`\nANSWER ${JSON.stringify(value)}`);
}
