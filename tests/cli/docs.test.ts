// The documents that name what the code has: they are held against it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildIfStale } from '../../scripts/build.js';
import { ERRORS_PAGE, errorsPage, README, readmePage } from '../../scripts/gen-docs.js';
import { ocrModels } from '../support/data.js';
import { octavo } from './support.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

before(buildIfStale);

/** The Markdown files at the top and under docs/. */
function pages(): string[] {
  const names = (folder: string): string[] =>
    readdirSync(join(root, folder), { recursive: folder !== '.', encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name));
  return [...names('.'), ...names('docs')];
}

describe('documents', () => {
  it('docs/errors.md -> what scripts/gen-docs.ts writes', () => {
    assert.equal(readFileSync(ERRORS_PAGE, 'utf8'), errorsPage(), 'run npx tsx scripts/gen-docs.ts');
  });

  it('docs/cli.md -> every option of every command', async () => {
    const page = read('docs/cli.md');
    for (const command of [
      'quantize',
      'plan',
      'inspect',
      'run',
      'calibrate',
      'merge',
      'compare',
      'bench',
      'pack',
      'unpack',
    ]) {
      const help = (await octavo([command, '--help'])).stdout.toString();
      const options = help.match(/^ +(?:-\w, )?--[a-z-]+/gm)!.map((line) => /--[a-z-]+/.exec(line)![0]);
      assert.ok(options.length >= 3, help);
      for (const option of options)
        if (option !== '--help') assert.ok(page.includes(option), `${command} ${option}`);
    }
  });

  it('CONTRIBUTING.md -> every dependency', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'));
    const page = read('CONTRIBUTING.md');
    for (const name of Object.keys({ ...dependencies, ...devDependencies }))
      assert.ok(page.includes(`\`${name}\``), name);
  });

  it('README.md -> at most 150 lines, the example with its real output', () => {
    const page = readFileSync(README, 'utf8');
    assert.ok(page.split('\n').length <= 151);
    assert.equal(page, readmePage(), 'run npx tsx scripts/gen-docs.ts');
  });

  it('README.md, running a model -> prints what its comment says', () => {
    const [, code] = /^## Run a model\n\n```js\n([\s\S]*?)^```$/m.exec(read('README.md')) ?? [];
    const [, expected] = /console\.log\(.*\); \/\/ (.+)$/m.exec(code ?? '') ?? [];
    assert.ok(code !== undefined && expected !== undefined, 'no example');
    const folder = mkdtempSync(join(tmpdir(), 'octavo-readme-'));
    try {
      copyFileSync(ocrModels.find((path) => path.includes('_rec_'))!, join(folder, 'model.onnx'));
      mkdirSync(join(folder, 'node_modules'));
      symlinkSync(root, join(folder, 'node_modules/octavo'));
      writeFileSync(join(folder, 'example.mjs'), code);
      const done = spawnSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8' });
      assert.equal(done.stderr, '');
      assert.equal(done.stdout.trim(), expected);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('links between documents -> lead to files', () => {
    const links = pages().flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)#:]+)\)/g)].map((match) => [page, match[1]!] as const),
    );
    assert.ok(links.length > 20);
    for (const [page, link] of links) {
      const path = join(root, dirname(page), link);
      assert.ok(existsSync(path), `${page}: ${link}`);
    }
  });

  it('commands in the documents -> known to npm', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = pages().flatMap((page) =>
      [...read(page).matchAll(/npm run ([a-z:]+)/g)].map((match) => match[1]!),
    );
    for (const name of named) assert.ok(Object.hasOwn(scripts, name), name);
  });
});
