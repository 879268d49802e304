// Compiles the AssemblyScript targets of asconfig.json. A target is skipped when its output is newer than every
// file it imports and asconfig.json. An output is dated from before its build, so that a file that changes while it is
// compiled, read or not, makes it stale.

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withLock } from './build-lock.js';
import { inLanes } from './lanes.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const COMPILER = join(root, 'node_modules/assemblyscript/bin/asc.js');
/** Bytes. */
const MOST_WARNINGS = 2 ** 24;

interface Target {
  readonly entries: string[];
  readonly outFile: string;
  readonly textFile?: string;
}

/** When the newest of the files that `entries` import, directly or not, was last written. */
function newestSource(entries: readonly string[]): number {
  let newest = statSync(join(root, 'asconfig.json')).mtimeMs;
  const seen = new Set<string>();
  const pending = entries.map((entry) => join(root, entry));
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    newest = Math.max(newest, statSync(path).mtimeMs);
    for (const [, from] of readFileSync(path, 'utf8').matchAll(/from '(\.[^']*)'/g)) {
      pending.push(`${join(dirname(path), from!)}.ts`);
    }
  }
  return newest;
}

/** Builds every stale target; returns the names of those built. Safe to call from several processes at once. */
export function buildWasm(): Promise<string[]> {
  return withLock(join(root, '.cache/wasm.lock'), buildStaleTargets);
}

async function buildStaleTargets(): Promise<string[]> {
  const config = JSON.parse(readFileSync(join(root, 'asconfig.json'), 'utf8')) as {
    targets: Record<string, Target>;
  };
  const stale = Object.entries(config.targets).filter(([, target]) => isStale(target));
  await inLanes(availableParallelism(), stale, ([name, target]) => compile(name, target));
  return stale.map(([name]) => name);
}

function isStale({ entries, outFile }: Target): boolean {
  const out = join(root, outFile);
  return !existsSync(out) || statSync(out).mtimeMs <= newestSource(entries);
}

/** In a process of its own, so that targets compile at once. */
async function compile(name: string, { entries, outFile, textFile }: Target): Promise<void> {
  for (const file of [outFile, textFile]) {
    if (file !== undefined) mkdirSync(dirname(join(root, file)), { recursive: true });
  }
  const begun = new Date();
  // Without --enable-source-maps the compiler starts itself once more, with it.
  const args = ['--enable-source-maps', COMPILER, ...entries, '--target', name, '--baseDir', root];
  await promisify(execFile)(process.execPath, args, { maxBuffer: MOST_WARNINGS }).catch(
    ({ stderr }: { stderr: string }) => {
      throw new Error(`asc failed for target ${name}:\n${stderr}`);
    },
  );
  utimesSync(join(root, outFile), begun, begun);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = await buildWasm();
  console.log(built.length === 0 ? 'wasm: up to date' : `wasm: built ${built.join(', ')}`);
}
