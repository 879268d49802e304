// Runs the built command line as a child process, the way a shell does.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  conv,
  externalTensor,
  floats,
  gather,
  int64s,
  matMul,
  model,
  node,
  value,
} from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface Run {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  /** Called with the process once it runs. */
  readonly during?: (child: ChildProcess) => Promise<void>;
}

/** Runs `octavo ...args` to its end. */
export async function octavo(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { cwd, input, env, uid, during } = options;
  const child = spawn(process.execPath, [CLI, ...args], {
    stdio: 'pipe',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const out: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on('error', () => undefined); // A command that fails early does not read its input.
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (during === undefined) child.stdin.end(input);
  else await during(child);
  return { code: await ended, stdout: Buffer.concat(out), stderr };
}

/** The JSON a run printed. Fails when there is anything beside it. */
export function json(run: Run): Record<string, unknown> {
  return JSON.parse(run.stdout.toString()) as Record<string, unknown>;
}

/** A folder of the test file, removed when it is done. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'octavo-cli-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Every name in a folder, hidden ones included, sorted. */
export function namesIn(folder: string): string[] {
  return readdirSync(folder).sort();
}

const rng = new Rng(7);

/** Conv, lookup and product: something for every mode. 80 KB. */
export function smallModel(): Uint8Array {
  return model({
    nodes: [
      conv('image', 'kernel', undefined, 'features', {}, 'stem/conv'),
      node('Relu', ['features'], ['active'], {}, { name: 'stem/relu' }),
      gather('table', 'ids', 'rows', 0, 'words/lookup'),
      matMul('rows', 'matrix', 'scores', 'head/product'),
      node('Add', ['scores', 'bias'], ['shifted'], {}, { name: 'head/add' }),
    ],
    initializers: [
      floats('kernel', [32, 8, 3, 3], rng.normal(2304)),
      floats('table', [128, 64], rng.normal(8192)),
      floats('matrix', [64, 128], rng.normal(8192)),
      floats('bias', [128], rng.normal(128)),
    ],
    inputs: [value('image', [1, 8, 12, 12]), value('ids', [4], 'int64')],
    outputs: [value('active', [1, 32, 10, 10]), value('shifted', [4, 128])],
  });
}

/** A product whose matrix of `rows` · 1024 zeros is in `data`. */
export function externalModel(data: string, rows: number): Uint8Array {
  const length = rows * 1024 * 4;
  return model({
    nodes: [matMul('x', 'matrix', 'y', 'product'), node('Reshape', ['y', 'shape'], ['flat'])],
    initializers: [
      externalTensor('matrix', 'float32', [rows, 1024], { location: data, offset: 0, length }),
      int64s('shape', [1], [-1]),
    ],
    inputs: [value('x', [1, rows])],
    outputs: [value('flat', [1024])],
  });
}

/** A folder with `model.onnx`, by default {@link smallModel}. */
export function folderWithModel(bytes: Uint8Array = smallModel()): { folder: string; path: string } {
  const folder = testFolder();
  const path = join(folder, 'model.onnx');
  writeFileSync(path, bytes);
  return { folder, path };
}
