// Engines of several threads for tests: the thread's script is bundled from its source.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { buildWasm } from '../../scripts/build-wasm.js';
import { nodeThreads } from '../../ts-host/node/threads.js';
import type { ExecutionEngine, Precision } from '../../ts-host/wasm/execution.js';
import type { ThreadHost } from '../../ts-host/wasm/threads/host.js';
import { type ThreadedModules, threadingOn } from '../../ts-host/wasm/threads/threading.js';

const root = new URL('../../', import.meta.url).pathname;

/** Bundles the script of a thread. Test files run side by side: each sees it whole. */
async function threadScript(): Promise<URL> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(root, 'ts-host/entries/threads-worker-node.ts')],
    bundle: true,
    format: 'esm',
    external: ['node:*'],
    write: false,
  });
  const path = join(root, '.cache/threads-worker.mjs');
  writeFileSync(`${path}.${process.pid}`, outputFiles[0]!.contents);
  renameSync(`${path}.${process.pid}`, path);
  return pathToFileURL(path);
}

let script: Promise<URL> | undefined;

/** Threads of Node. */
export async function threadHost(): Promise<ThreadHost> {
  script ??= threadScript();
  const url = await script;
  return nodeThreads(() => url);
}

export async function threadedModules(): Promise<ThreadedModules> {
  await buildWasm();
  const file = (name: string): Uint8Array => readFileSync(join(root, 'dist', name));
  return {
    simd: file('simd.wasm'),
    execute: file('execute.wasm'),
    executeRelaxed: file('execute-relaxed.wasm'),
  };
}

/** As a session makes one. Close its threads. */
export async function threadedEngine(
  threads: number,
  { precision = 'strict', memoryLimit, host }: ThreadedOptions = {},
): Promise<ExecutionEngine> {
  const threading = threadingOn(host ?? (await threadHost()));
  const made = await threading.engine(await threadedModules(), precision, memoryLimit, threads);
  if (typeof made === 'string') throw new Error(made);
  return made;
}

export interface ThreadedOptions {
  readonly precision?: Precision;
  readonly memoryLimit?: number;
  readonly host?: ThreadHost;
}
