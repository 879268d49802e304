// Builds dist/: the wasm modules, one JavaScript file per entry of the package with what they share in chunks/, and
// the type declarations. The same sources always give the same bytes.

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { withLock } from './build-lock.js';
import { buildWasm } from './build-wasm.js';
import { notices } from './notices.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Files in ts-host/entries/ that entries share. */
const SHARED = [
  'hex.ts',
  'inline.ts',
  'inline-execute.ts',
  'inline-execute-relaxed.ts',
  'inline-images.ts',
  'wasm-imports.d.ts',
];

/** Gives the imports of wasm files the meaning written in ts-host/entries/wasm-imports.d.ts. */
function wasmImports(dist: string): esbuild.Plugin {
  return {
    name: 'wasm-imports',
    setup(build) {
      build.onResolve({ filter: /^inline:/ }, ({ path }) => ({
        path: join(dist, path.slice('inline:'.length)),
        namespace: 'inline',
      }));
      build.onLoad({ filter: /./, namespace: 'inline' }, ({ path }) => ({
        contents: readFileSync(path, 'hex'),
        loader: 'text',
      }));
      build.onResolve({ filter: /\.wasm(\?module)?$/ }, ({ path }) => ({ path, external: true }));
    },
  };
}

/** Bundles every entry into `outdir`. One call for all of them, so that they share one OctavoError and one engine.
 *  protobuf goes in with it: of its many small files a third of the code is used, and a page needs no import map. */
export async function buildScripts(outdir: string): Promise<void> {
  const entries = readdirSync(join(root, 'ts-host/entries')).filter((name) => !SHARED.includes(name));
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: entries.map((name) => join('ts-host/entries', name)),
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[hash]',
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    // A page without a bundler loads these files as they are.
    minify: true,
    external: ['node:*', 'commander'],
    metafile: true,
    plugins: [wasmImports(join(root, 'dist'))],
    logLevel: 'warning',
  });
  writeFileSync(join(outdir, 'NOTICES.txt'), notices(root, Object.keys(metafile.inputs)));
}

/** What `octavo/simd.wasm` and `octavo/relaxed.wasm` are where an import compiles: in Workers and some bundlers. */
const WASM_MODULE_TYPE = 'declare const module: WebAssembly.Module;\nexport default module;\n';

function buildTypes(outdir: string): void {
  const tsc = join(root, 'node_modules/.bin/tsc');
  const options = ['-p', join(root, 'scripts/tsconfig.types.json'), '--outDir', outdir];
  const { status, stdout, stderr } = spawnSync(tsc, options, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`tsc failed for the declarations:\n${stdout}${stderr}`);
  writeFileSync(join(outdir, 'module.wasm.d.ts'), WASM_MODULE_TYPE);
  // `octavo/threads` is imported for what it does.
  writeFileSync(join(outdir, 'threads.d.ts'), 'export {};\n');
}

async function buildAll(): Promise<void> {
  const begun = new Date();
  await buildWasm();
  const dist = join(root, 'dist');
  mkdirSync(dist, { recursive: true });
  for (const name of readdirSync(dist)) {
    if (!name.endsWith('.wasm')) rmSync(join(dist, name), { recursive: true });
  }
  await buildScripts(dist);
  buildTypes(join(dist, 'types'));
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, '');
  utimesSync(STAMP, begun, begun);
}

/** Written last, so that dist/ is whole when it is there; dated from before the build, so that a source that changes
 *  meanwhile is newer. */
const STAMP = join(root, '.cache/dist.stamp');

function isFresh(): boolean {
  if (!existsSync(STAMP)) return false;
  const built = statSync(STAMP).mtimeMs;
  const sources = ['package.json', 'tsconfig.json', 'asconfig.json'];
  for (const folder of ['ts-host', 'assembly', 'scripts']) {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    sources.push(folder, ...names.map((name) => join(folder, name)));
  }
  return sources.every((path) => statSync(join(root, path)).mtimeMs < built);
}

const LOCK = join(root, '.cache/dist.lock');

/** Builds dist/. */
export function build(): Promise<void> {
  return withLock(LOCK, buildAll);
}

/** Builds dist/ unless it is newer than every source. Safe to call from several processes at once. */
export function buildIfStale(): Promise<void> {
  return withLock(LOCK, async () => {
    if (!isFresh()) await buildAll();
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const start = performance.now();
  await build();
  console.log(`dist: built in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
