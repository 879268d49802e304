// The test command counts what node:test reports, names every skip, and takes nothing that did not run for a pass.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bundleTests, type TestProgram } from '../../scripts/testing/bundle.js';
import { installConsumers, isInStep } from '../../scripts/testing/consumers.js';
import { counts, failed, type Outcome, PASSED, skipped, sum } from '../../scripts/testing/outcome.js';

const folder = mkdtempSync(join(tmpdir(), 'octavo-test-command-'));
after(() => rmSync(folder, { recursive: true }));

const PRELUDE = "import { before, describe, it } from 'node:test';\n";

/** Runs each list of bodies as files of one call. */
function runBodies(lists: readonly (readonly string[])[]): Outcome[] {
  const programs = lists.map((bodies, list) =>
    bodies.map((body, index) => {
      const file = join(folder, `list${list}-${index}.test.mjs`);
      writeFileSync(file, PRELUDE + body);
      return { source: file, program: file };
    }),
  );
  return runPrograms(programs);
}

/** The outcome of each list. In a process that is no test itself, where node runs no tests. */
function runPrograms(lists: readonly (readonly TestProgram[])[]): Outcome[] {
  const runner = new URL('../../scripts/testing/node-tests.ts', import.meta.url).href;
  const code = `
    const { runNodeTests } = await import(${JSON.stringify(runner)});
    const options = { root: ${JSON.stringify(folder)}, concurrency: 2, fileLimitMs: 20_000, onLine: () => {} };
    const outcomes = [];
    for (const list of ${JSON.stringify(lists)}) outcomes.push(await runNodeTests(list, options));
    console.log(JSON.stringify(outcomes));`;
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  // A file, not -e: node hands its own options on to the processes of the tests.
  const script = join(folder, 'run.mjs');
  writeFileSync(script, code);
  const args = ['--import', import.meta.resolve('tsx'), script];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout);
}

describe('runNodeTests', () => {
  const cases: [string, string, string, RegExp][] = [
    [
      'passing tests in suites',
      "describe('s', () => { it('a', () => {}); it('b', () => {}); });",
      '2, 0, 0',
      /^$/,
    ],
    ['a failing test', "it('a', () => { throw new Error('wrong sum'); });", '0, 1, 0', /: a\n.*wrong sum/s],
    [
      'a failing subtest',
      "it('a', (t) => t.test('b', () => { throw new Error('x'); }));",
      '0, 1, 0',
      /: b\n/,
    ],
    ['a skipped test', "it('a', { skip: 'no GPU' }, () => {}); it('b', () => {});", '1, 0, 1', /^$/],
    ['a skipped suite', "describe('s', { skip: 'no GPU' }, () => { it('a', () => {}); });", '0, 0, 1', /^$/],
    ['a test to be written', "it('a', { todo: true }, () => {}); it('b', () => {});", '1, 0, 1', /^$/],
    [
      'a failing hook',
      "describe('s', () => { before(() => { throw new Error('hook'); }); it('a', () => {}); });",
      '0, 2, 0',
      /hook/,
    ],
    ['a crash on loading', "throw new Error('boom');", '0, 1, 0', /process failed.*boom/s],
    [
      'a crash after the tests',
      "it('a', () => {}); setTimeout(() => process.exit(3), 50);",
      '1, 1, 0',
      /process failed/,
    ],
    ['a test that never ends', "it('a', () => new Promise(() => {}));", '0, 1, 0', /: a\n/],
    ['an empty file', '', '0, 1, 0', /holds no test/],
    ['an exit before any test', 'process.exit(0);', '0, 1, 0', /holds no test/],
  ];
  const reasons = "it('a', { skip: 'no GPU' }, () => {}); it.skip('b', () => {});";
  const inTurn = [
    "it('a', async () => { await new Promise((r) => setTimeout(r, 300)); throw new Error(); });",
    "it('b', () => { throw new Error(); });",
  ];
  let outcomes: Outcome[] = [];
  before(() => {
    outcomes = runBodies([...cases.map(([, body]) => [body]), [reasons], inTurn]);
  });

  for (const [index, [name, , expected, text]] of cases.entries()) {
    it(`${name} -> ${expected} (passed, failed, skipped)`, () => {
      const { passed, failures, skips } = outcomes[index]!;
      assert.equal([passed, failures.length, skips.length].join(', '), expected, failures.join('\n'));
      assert.match(failures.join('\n'), text);
    });
  }

  it('a skip -> its file, name and reason', () => {
    assert.deepEqual(
      outcomes.at(-2)!.skips.map(({ name, reason }) => `${name.replace(/^list\d+-/, '')}, ${reason}`),
      ['0.test.mjs: a, no GPU', '0.test.mjs: b, no reason given'],
    );
  });

  it('several files at once -> outcomes in the order of the files', () => {
    const names = outcomes
      .at(-1)!
      .failures.map((failure) => failure.split('\n')[0]!.replace(/^list\d+-/, ''));
    assert.deepEqual(names, ['0.test.mjs: a', '1.test.mjs: b']);
  });
});

describe('bundleTests', () => {
  it('TypeScript files -> run, find files by the URL of the source, fail with its name and line', async () => {
    const shared =
      "export const text = (url: string): string => readFileSync(new URL('text', url), 'utf8');\n";
    const files = {
      text: 'found',
      'shared.ts': `import { readFileSync } from 'node:fs';\n${shared}`,
      'a.test.ts': `${PRELUDE}import { text } from './shared.js';\nit(text(import.meta.url), () => {});\n`,
      'b.test.ts': `${PRELUDE}import { text } from './shared.js';\n\nit('b', () => { throw new Error(text(import.meta.url)); });\n`,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const sources = ['a.test.ts', 'b.test.ts'].map((name) => join(folder, name));
    const [outcome] = runPrograms([await bundleTests(folder, sources, join(folder, 'bundles'))]);
    assert.equal(counts(outcome!), '1 passed, 1 failed, 0 skipped');
    assert.match(outcome!.failures[0]!, /^b\.test\.ts: b\n.*found.*\/b\.test\.ts:4:/s);
  });
});

describe('sum', () => {
  it('of parts -> the closing line', () => {
    const total = sum([PASSED, failed('x'), skipped('y', 'why'), { passed: 40, failures: [], skips: [] }]);
    assert.equal(counts(total), '41 passed, 1 failed, 1 skipped');
  });
});

describe('installConsumers', () => {
  /** A project whose lockfile asks for `version` of a package and whose node_modules holds `installed`. */
  function project(name: string, version: string, installed?: string): string {
    const path = join(folder, name);
    mkdirSync(join(path, 'node_modules'), { recursive: true });
    const lock = (value: string) =>
      JSON.stringify({
        lockfileVersion: 3,
        packages: {
          '': {},
          'node_modules/a': { version: value },
          'node_modules/b': { version: '9', optional: true },
        },
      });
    writeFileSync(join(path, 'package-lock.json'), lock(version));
    if (installed !== undefined)
      writeFileSync(join(path, 'node_modules/.package-lock.json'), lock(installed));
    return path;
  }

  it('node_modules as locked -> in step, nothing run', async () => {
    const path = project('same', '1.0.0', '1.0.0');
    const lines: string[] = [];
    assert.equal(isInStep(path), true);
    assert.equal(await installConsumers(path, (line) => lines.push(line)), '');
    assert.deepEqual(lines, []);
  });

  it('another version or no install -> not in step', () => {
    assert.equal(isInStep(project('other', '1.0.1', '1.0.0')), false);
    assert.equal(isInStep(project('none', '1.0.0')), false);
  });
});
