// Test files as plain JavaScript, made once for all of them. As they are, each process would have tsx load some hundred
// modules one by one: 0.3 to 1 s of processor time a file, of which there are hundreds.

import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

/** A file of tests. */
export interface TestProgram {
  /** As it was written, absolute: what reports name. */
  readonly source: string;
  /** What node runs, absolute. */
  readonly program: string;
}

/** What stands for `import.meta.url` in a bundle. */
const SOURCE_URL = '__sourceUrl';

/** A bundle lies elsewhere than its sources, which find files beside them by their URL: each gets its own as a constant, in
 *  front of its first line, so that lines keep their numbers. */
const sourceUrls: esbuild.Plugin = {
  name: 'source-urls',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const constant = `const ${SOURCE_URL} = ${JSON.stringify(pathToFileURL(path).href)};`;
      const text = readFileSync(path, 'utf8');
      return { contents: text.includes('import.meta.url') ? constant + text : text, loader: 'ts' };
    });
  },
};

/** Bundles `sources` (absolute paths below `root`) into `outdir`, where packages are found as they are from `root`; what the
 *  bundles share becomes chunks. */
export async function bundleTests(
  root: string,
  sources: readonly string[],
  outdir: string,
): Promise<TestProgram[]> {
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: [...sources],
    outbase: root,
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'linked',
    define: { 'import.meta.url': SOURCE_URL },
    plugins: [sourceUrls],
    logLevel: 'warning',
  });
  return sources.map((source) => ({
    source,
    program: join(outdir, relative(root, source).replace(/\.ts$/, '.js')),
  }));
}
