// The scratch folder: Octavo installed the way a user does it (from its packed tarball), the models, and the
// workload as each runtime wants it.
//
//   app/      package.json, node_modules/octavo, process.mjs, workload.js     Node, Deno, Bun
//   worker/   worker.js, *.wasm      bundled with the `workerd` condition     workerd
//   worker-inline/  worker.js        bundled without it, which must be refused
//   www/      page.html, page.js, inputs/ …   bundled with no condition       browsers

import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { buildIfStale } from '../../../scripts/build.js';
import { DECODE_CASES } from '../../data/goldenImages.js';
import { paddleGolden } from '../../support/paddleGoldens.js';
import { writeInputs } from './inputs.js';
import { matrixFolder } from './install.js';
import { npm } from './npm.js';

export const repository = join(matrixFolder, '../..');

export interface Scratch {
  readonly folder: string;
  readonly app: string;
  readonly worker: string;
  readonly workerInline: string;
  readonly www: string;
  readonly inputs: string;
}

const STEP_LIMIT_MS = 180_000;

/** Makes the folder, which is removed when this process ends, unless `keep`. `packageFolder` is what gets packed: this
 *  repository, unless a test says otherwise. */
export async function makeScratch(packageFolder: string, keep: boolean): Promise<Scratch> {
  const folder = mkdtempSync(join(tmpdir(), 'octavo-runtimes-'));
  const scratch: Scratch = {
    folder,
    app: join(folder, 'app'),
    worker: join(folder, 'worker'),
    workerInline: join(folder, 'worker-inline'),
    www: join(folder, 'www'),
    inputs: join(folder, 'www/inputs'),
  };
  if (keep) console.log(`keeps ${folder}`);
  else process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const path of [scratch.app, scratch.inputs]) mkdirSync(path, { recursive: true });
  writeInputs(scratch.inputs);
  writeFileSync(join(scratch.www, 'inputs.json'), JSON.stringify(readdirSync(scratch.inputs).sort()));
  await installPacked(packageFolder, scratch.app);
  cpSync(join(matrixFolder, 'inside'), scratch.app, { recursive: true });
  cpSync(join(matrixFolder, 'inside/page.html'), join(scratch.www, 'page.html'));
  await bundle(scratch);
  return scratch;
}

/** Packs, then installs the tarball with its dependencies taken from the repository, so no network is needed. */
async function installPacked(packageFolder: string, app: string): Promise<void> {
  // What is built already need not be built again to be packed.
  const isOurs = packageFolder === repository;
  if (isOurs) await buildIfStale();
  const scripts = isOurs ? ['--ignore-scripts'] : [];
  const packed = await mustNpm(['pack', '--json', ...scripts, '--pack-destination', app], packageFolder);
  const { filename } = (JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }])[0];
  writeFileSync(join(app, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const dependencies = ['@bufbuild/protobuf', 'commander'].map((name) =>
    join(repository, 'node_modules', name),
  );
  await mustNpm(
    ['install', '--offline', '--install-links', '--ignore-scripts', `./${filename}`, ...dependencies],
    app,
  );
}

async function mustNpm(args: readonly string[], cwd: string): Promise<string> {
  const result = await npm(args, cwd, STEP_LIMIT_MS);
  if (!result.ok) throw new Error(`npm ${args[0]}: ${result.reason}`);
  return result.stdout;
}

async function bundle(scratch: Scratch): Promise<void> {
  const common = { bundle: true, format: 'esm', logLevel: 'silent', target: 'es2022' } as const;
  await build({
    ...common,
    entryPoints: [join(matrixFolder, 'workload.ts')],
    outfile: join(scratch.app, 'workload.js'),
    define: { PICTURES: JSON.stringify(pictures()), PADDLE_FILES: JSON.stringify(paddleFiles()) },
  });
  await build({
    ...common,
    entryPoints: [join(scratch.app, 'page.mjs')],
    outfile: join(scratch.www, 'page.js'),
    platform: 'browser',
  });
  // Where the bundle of the page looks for it: beside itself.
  await build({
    ...common,
    entryPoints: [join(scratch.app, 'node_modules/octavo/dist/threads-worker.js')],
    outfile: join(scratch.www, 'threads-worker.js'),
    platform: 'browser',
  });
  await bundleWorker(join(scratch.app, 'worker.mjs'), scratch.worker);
  await bundleWorker(join(scratch.app, 'worker.mjs'), scratch.workerInline, []);
}

/** Small files of several kinds, by name. */
function pictures(): Record<string, string> {
  const kinds = [
    'jpeg 40 x 23 4:2:0 progressive',
    'jpeg 40 x 23 4:2:2 baseline restarts',
    'png 21 x 13 colour 3 depth 4',
    'png 21 x 13 colour 6 depth 8 interlaced',
  ];
  const files = DECODE_CASES.filter(({ name }) => kinds.includes(name));
  return Object.fromEntries(files.map(({ name, file }) => [name, Buffer.from(file).toString('base64')]));
}

/** A small net with convolutions in both of Paddle's layouts, and one with tables, by ending. */
function paddleFiles(): Record<string, Record<string, string>> {
  const files = (container: string, net: string, program: string): Record<string, string> => {
    const { files } = paddleGolden(container, net);
    const kept = [program, 'pdiparams'].map((ending) => [
      ending,
      Buffer.from(files[ending]!).toString('base64'),
    ]);
    return Object.fromEntries(kept);
  };
  return {
    residual: files('nets', 'residual', 'pdmodel'),
    pir: files('pir', 'residual', 'json'),
    words: files('nets', 'words', 'pdmodel'),
  };
}

/** Bundles as the tools of edge platforms do: their own condition, wasm files beside the script as modules. */
export async function bundleWorker(entry: string, outdir: string, conditions = ['workerd']): Promise<void> {
  await build({
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
    target: 'es2022',
    entryPoints: { worker: entry },
    outdir,
    conditions,
    loader: { '.wasm': 'copy' },
    assetNames: '[name]',
    plugins: [moduleImports],
  });
}

/** `?module` is how Vercel Edge is told that an import is a WebAssembly.Module; to workerd it always is. */
const moduleImports: Plugin = {
  name: 'module-imports',
  setup({ onResolve }) {
    onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.replace('?module', '')),
    }));
  },
};
