// Threads of the built package in Node: the entries that bring them, the script beside them, and a process that ends.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import { floats, model, node, value } from '../support/onnxBuilder.js';

const root = new URL('../../', import.meta.url).pathname;

/** y = Conv(x) with one weight of 1: each element once. */
const COPY = model({
  nodes: [node('Conv', ['x', 'w'], ['y'])],
  initializers: [floats('w', [1, 1, 1, 1], [1])],
  inputs: [value('x', [1, 1, 1200, 1200])],
  outputs: [value('y', [1, 1, 1200, 1200])],
});

before(buildIfStale);

/** Runs `imports` and a session of two threads that is never disposed; what the session says of its threads, and a sum. */
function answer(imports: string): unknown {
  const code = `${imports}
    const session = await Session.create(Buffer.from('${Buffer.from(COPY).toString('base64')}', 'base64'), { threads: 2 });
    const x = { data: new Float32Array(1440000).fill(1), dims: [1, 1, 1200, 1200] };
    const { y } = await session.run({ x });
    console.log(JSON.stringify([session.diagnostics().threads, y.data.reduce((a, b) => a + b)]));`;
  const options = { cwd: root, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' }, timeout: 60_000 };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', code],
    options as { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const dist = (name: string): string => JSON.stringify(join(root, 'dist', name));

describe('the built package', () => {
  it('octavo and octavo/threads -> two threads; the process ends though the session lives', () => {
    const imports = `import { Session } from ${dist('index.js')}; import ${dist('threads-node.js')};`;
    assert.deepEqual(answer(imports), [{ used: 2 }, 1440000]);
  });

  it('octavo/node -> brings them', () => {
    assert.deepEqual(answer(`import { Session } from ${dist('node.js')};`), [{ used: 2 }, 1440000]);
  });

  it('octavo alone -> one thread, and what is missing', () => {
    const reason = "threads come with 'octavo/threads', which was not imported";
    assert.deepEqual(answer(`import { Session } from ${dist('index.js')};`), [{ used: 1, reason }, 1440000]);
  });
});
