// What the core costs to download: `octavo` with everything it imports and all wasm modules inlined, gzipped.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { buildIfStale } from './build.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Most bytes the core may weigh, gzipped: as a bundler makes it, and as files each gzipped by itself. The kernels on codes, strict and
 *  relaxed, brought it above the 300 kB of the design (ARCHITECTURE.md); a page that only quantizes loads none of them. */
export const BUNDLED_LIMIT = 315_000;
export const SHIPPED_LIMIT = 349_000;

export interface CoreSize {
  /** dist/index.js and its chunks, each gzipped, as a page without a bundler loads them. */
  readonly shipped: number;
  /** All of it in one minified file, as a bundler makes it. */
  readonly bundled: number;
  /** The files counted in `shipped`, paths from the root. */
  readonly files: readonly string[];
}

/** Measures dist/ as it is. */
export async function measureCore(): Promise<CoreSize> {
  const bundle = (options: esbuild.BuildOptions) =>
    esbuild.build({
      ...options,
      absWorkingDir: root,
      entryPoints: ['dist/index.js'],
      bundle: true,
      format: 'esm',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
  const own = await bundle({});
  const all = await bundle({ minify: true });
  const files = Object.keys(own.metafile.inputs).sort();
  const shipped = files.map((file) => gzipSync(readFileSync(join(root, file))).length);
  return {
    shipped: shipped.reduce((sum, bytes) => sum + bytes, 0),
    bundled: gzipSync(all.outputFiles[0]!.contents).length,
    files,
  };
}

/** `123.4 KiB` */
export function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildIfStale();
  const { shipped, bundled } = await measureCore();
  console.log(`core, gzip: ${kibibytes(shipped)} as shipped, ${kibibytes(bundled)} bundled and minified`);
  console.log(`limits: ${kibibytes(SHIPPED_LIMIT)} and ${kibibytes(BUNDLED_LIMIT)}`);
  process.exitCode = shipped <= SHIPPED_LIMIT && bundled <= BUNDLED_LIMIT ? 0 : 1;
}
