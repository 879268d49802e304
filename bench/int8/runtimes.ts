// Our own MobileNetV1 with codes in every runtime there is, in turn: processes of Node, Deno and Bun, and a page in Chromium.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand, start } from '../../tests/runtimes/launch/command.js';
import {
  findBrowsers,
  findBun,
  findDeno,
  findNode,
  findToolNode,
} from '../../tests/runtimes/setup/locate.js';
import { type MatrixServer, startServer } from '../../tests/runtimes/setup/server.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const CHILD = fileURLToPath(new URL('../children/int8-runtime.mjs', import.meta.url));
const LAUNCH = fileURLToPath(new URL('../../tests/runtimes/launch/open-page.mjs', import.meta.url));
const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const LIMIT_MS = 60_000;

export interface RuntimeResult {
  readonly medianMs: number;
  readonly minMs: number;
  readonly firstMs: number;
  readonly sha256: string;
  readonly diagnostics: unknown;
}

interface Work {
  readonly input: string;
  readonly dims: readonly number[];
}

export interface RuntimeRounds {
  readonly results: Readonly<Record<string, readonly RuntimeResult[]>>;
  readonly missing: readonly string[];
}

/** Runs the model in each runtime, `rounds` times in turn. */
export async function inRuntimes(bytes: Uint8Array, work: Work, rounds: number): Promise<RuntimeRounds> {
  const folder = mkdtempSync(join(tmpdir(), 'octavo-runtimes-'));
  for (const name of ['page.html', 'page.js', 'runtime-work.js'])
    cpSync(join(HERE, name), join(folder, name));
  cpSync(DIST, join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'model.onnx'), bytes);
  const server = await startServer(folder);
  const runtimes = runtimesOf(join(folder, 'model.onnx'), server, work);
  const results: Record<string, RuntimeResult[]> = {};
  const missing: string[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [name, run] of Object.entries(runtimes)) {
        if (missing.some((each) => each.startsWith(`${name}: `))) continue;
        try {
          (results[name] ??= []).push(await run());
        } catch (error) {
          missing.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    }
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return { results, missing };
}

function runtimesOf(
  model: string,
  server: MatrixServer,
  { input, dims }: Work,
): Readonly<Record<string, () => Promise<RuntimeResult>>> {
  const rest = [CHILD, model, input, dims.join('x')];
  const command =
    (file: string | undefined, before: readonly string[] = []) =>
    async () => {
      if (file === undefined) throw new Error('not on this machine');
      const { ok, stdout, reason } = await runCommand(file, [...before, ...rest], { timeoutMs: LIMIT_MS });
      if (!ok) throw new Error(reason);
      return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as RuntimeResult;
    };
  return {
    'Node 24': command(findNode(24)),
    'Node 22': command(findNode(22)),
    Deno: command(findDeno(), ['run', '--no-prompt', '--allow-read']),
    Bun: command(findBun(), ['--no-install']),
    Chromium: () => inChromium(server, { input, dims }),
  };
}

let pages = 0;

async function inChromium(server: MatrixServer, { input, dims }: Work): Promise<RuntimeResult> {
  const { chromium } = findBrowsers();
  const node = findToolNode();
  if (chromium === undefined || node === undefined) throw new Error('not on this machine');
  const name = `page${++pages}`;
  const url = `${server.origin}/page.html?policy=wasm&name=${name}&input=${input}&dims=${dims.join('x')}`;
  const answer = server.result(name);
  const browser = start(node, [LAUNCH, 'chromium', chromium, url]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer: ${browser.output().stderr.slice(-300)}`)),
      LIMIT_MS,
    );
  });
  try {
    const told = JSON.parse(await Promise.race([answer, late])) as RuntimeResult & { error?: string };
    if (told.error !== undefined) throw new Error(told.error);
    return told;
  } finally {
    clearTimeout(timer);
    await browser.stop();
  }
}
