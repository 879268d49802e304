// dist/ as a whole: its size, what common code may not hold, and that it can be built again byte for byte.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { buildIfStale, buildScripts } from '../../scripts/build.js';
import { BUNDLED_LIMIT, kibibytes, measureCore, SHIPPED_LIMIT } from '../../scripts/check-size.js';

const root = new URL('../../', import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

before(buildIfStale);

describe('dist', () => {
  it('core, gzip -> within the limit', async (t) => {
    const { shipped, bundled } = await measureCore();
    t.diagnostic(`core: ${kibibytes(shipped)} as shipped, ${kibibytes(bundled)} bundled`);
    assert.ok(shipped <= SHIPPED_LIMIT, `${shipped} bytes as shipped`);
    assert.ok(bundled <= BUNDLED_LIMIT, `${bundled} bytes bundled`);
  });

  it('entries -> as large as docs/loading.md tells, within 8 %', async () => {
    const told = readFileSync(join(root, 'docs/loading.md'), 'utf8');
    for (const [entry, file] of [
      ['octavo', 'index'],
      ['octavo/paddle', 'paddle'],
      ['octavo/paddleslim', 'paddleslim'],
    ] as const) {
      const kilobytes = Number(new RegExp(`\`${entry}\`(?: is)? (\\d+) kB`).exec(told)?.[1]);
      const { outputFiles } = await esbuild.build({
        absWorkingDir: root,
        entryPoints: [`dist/${file}.js`],
        bundle: true,
        minify: true,
        format: 'esm',
        write: false,
        logLevel: 'silent',
      });
      const measured = gzipSync(outputFiles[0]!.contents).length / 1000;
      assert.ok(Math.abs(measured / kilobytes - 1) < 0.08, `${entry}: ${measured} kB, told ${kilobytes}`);
    }
  });

  it('core -> imports no package and nothing of Node, uses no eval, reads no file beside it', async () => {
    const { files } = await measureCore();
    assert.ok(files.includes('dist/index.js') && files.length > 1, files.join());
    // What esbuild cannot resolve fails, what it finds in node_modules is a file there.
    assert.deepEqual(
      files.filter((file) => !file.startsWith('dist/')),
      [],
    );
    for (const file of files) {
      const code = readFileSync(join(root, file), 'utf8');
      assert.doesNotMatch(code, /['"]node:/, file);
      assert.doesNotMatch(code, /\beval\(|new Function\(|import\.meta|\brequire\(/, file);
    }
  });

  it('edge entries -> import the modules beside them and hold no text of them', () => {
    for (const [entry, suffix] of [
      ['workerd.js', ''],
      ['edge-light.js', '?module'],
      ['report-workerd.js', ''],
      ['report-edge-light.js', '?module'],
      ['paddle-workerd.js', ''],
      ['paddle-edge-light.js', '?module'],
      ['paddleslim-workerd.js', ''],
      ['paddleslim-edge-light.js', '?module'],
      ['pack-workerd.js', ''],
      ['pack-edge-light.js', '?module'],
    ] as const) {
      const code = readFileSync(join(root, 'dist', entry), 'utf8');
      for (const name of ['simd', 'relaxed', 'execute', 'execute-relaxed'])
        assert.ok(code.includes(`from"./${name}.wasm${suffix}"`), code);
      assert.doesNotMatch(code, /0061736d/); // hex of "\0asm"
      if (/^(report|paddle|paddleslim|pack)-/.test(entry)) continue;
      const images = readFileSync(join(root, 'dist', `images-${entry}`), 'utf8');
      assert.ok(images.includes(`from"./images.wasm${suffix}"`), images);
      assert.doesNotMatch(images, /0061736d/);
    }
  });

  it('every entry -> exports what index exports', async () => {
    const names = Object.keys(await import(join(root, 'dist/index.js')));
    const ofNode = Object.keys(await import(join(root, 'dist/node.js')));
    assert.ok(names.includes('init') && names.includes('OctavoError'));
    assert.deepEqual(
      names.filter((name) => !ofNode.includes(name)),
      [],
    );
  });

  it('octavo and octavo/node -> one OctavoError, one engine', async () => {
    const core = await import(join(root, 'dist/index.js'));
    const node = await import(join(root, 'dist/node.js'));
    assert.equal(core.OctavoError, node.OctavoError);
    await core.init();
    assert.equal(node.diagnostics().ready, true);
  });

  it('built twice -> equal bytes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'octavo-build-'));
    try {
      await buildScripts(folder);
      const scripts = (path: string) =>
        readdirSync(path, { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.js'))
          .sort();
      assert.deepEqual(scripts(folder), scripts(join(root, 'dist')));
      for (const name of scripts(folder)) {
        assert.deepEqual(readFileSync(join(folder, name)), readFileSync(join(root, 'dist', name)), name);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('code of other packages inside -> their notices beside it', () => {
    const text = readFileSync(join(root, 'dist/NOTICES.txt'), 'utf8');
    assert.match(text, /@bufbuild\/protobuf \d+\.\d+\.\d+, \(Apache-2\.0 AND BSD-3-Clause\)/);
    assert.match(text, /Buf Technologies/);
    assert.match(text, /Google Inc/);
  });

  it('side effects -> declared for every entry', () => {
    const entries = readdirSync(join(root, 'dist')).filter((name) => name.endsWith('.js'));
    const declared = [...(manifest.sideEffects as string[]), ...Object.values(manifest.bin as object)];
    for (const name of entries) assert.ok(declared.includes(`./dist/${name}`), name);
  });

  for (const entry of ['index.js', 'node.js']) {
    it(`${entry} through a bundler that drops unused code -> the modules are still registered`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'octavo-bundle-'));
      try {
        const code = `import { init, diagnostics } from './dist/${entry}'; await init(); export default diagnostics().ready`;
        await esbuild.build({
          stdin: { contents: code, resolveDir: root },
          outfile: join(folder, 'user.mjs'),
          bundle: true,
          minify: true,
          format: 'esm',
          external: ['node:*'],
          logLevel: 'silent',
        });
        assert.equal((await import(join(folder, 'user.mjs'))).default, true);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
