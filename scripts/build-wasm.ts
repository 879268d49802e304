// Compiles the AssemblyScript targets of asconfig.json. A target is skipped when its output is newer than every
// file it imports and asconfig.json. An output is dated from before its build, so that a file that changes while it is
// compiled, read or not, makes it stale.

import { existsSync, mkdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { withLock } from './build-lock.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

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
  const built: string[] = [];
  for (const [name, target] of Object.entries(config.targets)) {
    const out = join(root, target.outFile);
    if (existsSync(out) && statSync(out).mtimeMs > newestSource(target.entries)) continue;
    for (const file of [target.outFile, target.textFile]) {
      if (file !== undefined) mkdirSync(dirname(join(root, file)), { recursive: true });
    }
    const begun = new Date();
    const { error, stderr } = await asc.main([...target.entries, '--target', name, '--baseDir', root]);
    if (error) throw new Error(`asc failed for target ${name}:\n${stderr.toString()}`);
    utimesSync(out, begun, begun);
    built.push(name);
  }
  return built;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = await buildWasm();
  console.log(built.length === 0 ? 'wasm: up to date' : `wasm: built ${built.join(', ')}`);
}
