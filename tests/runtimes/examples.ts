// The examples as rows of the matrix: each is run as its README says, on one real model, and all must come to the
// same bytes.

import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ocrModels } from '../support/data.js';
import { missingBrowser } from './launch/browsers.js';
import { runCommand } from './launch/command.js';
import { missingFromNpm, processEnvironment, versionOf } from './launch/processes.js';
import type { Answer } from './outcome.js';
import { findBrowsers, findBun, findDeno, findMiniflare, findNode, findToolNode } from './setup/locate.js';
import { bundleWorker, repository, type Scratch } from './setup/scratch.js';
import { launchFolder, type Stage, TASK_LIMIT_MS } from './stage.js';

/** The direction classifier: the smallest of the dev dependency's models. */
const MODEL = ocrModels.find((path) => path.includes('_cls_')) ?? '';

/** The worker is run twice: as Cloudflare bundles it, and as Vercel Edge does. */
export const WORKER_CONDITIONS = ['workerd', 'edge-light'] as const;
export type WorkerCondition = (typeof WORKER_CONDITIONS)[number];

/** Puts the examples where `octavo` is installed, and the page where it is served with its node_modules. */
export async function copyExamples(scratch: Scratch): Promise<void> {
  const copies = join(scratch.app, 'examples');
  cpSync(join(repository, 'examples'), copies, { recursive: true });
  for (const condition of WORKER_CONDITIONS) {
    await bundleWorker(join(copies, 'worker/worker.js'), join(scratch.folder, `example-${condition}`), [
      condition,
    ]);
  }
  for (const name of ['browser', 'background']) {
    const folder = join(scratch.www, 'examples', name);
    cpSync(join(repository, 'examples', name), folder, { recursive: true });
    symlinkSync(join(scratch.app, 'node_modules'), join(folder, 'node_modules'));
  }
}

/** A new folder for one example's output. */
function outputFolder(stage: Stage, name: string): string {
  const folder = join(stage.scratch.folder, 'out', name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** What an example made, as a result that can be compared. */
function made(version: string, sha256: string): Answer {
  return {
    version,
    answer: { hashes: { [basename(MODEL)]: sha256 }, diagnostics: basename(MODEL) },
  };
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Runs `binary ...args` beside the installed Octavo; the example writes `output`. */
async function runExample(
  stage: Stage,
  binary: string | undefined,
  args: readonly string[],
  output: string,
): Promise<Answer> {
  if (binary === undefined) throw missingFromNpm(stage);
  const version = await versionOf(binary);
  const options = { cwd: stage.scratch.app, env: processEnvironment(stage), timeoutMs: TASK_LIMIT_MS };
  const done = await runCommand(binary, args, options);
  return done.ok ? made(version, sha256(output)) : { version, answer: done.reason };
}

export function nodeExample(stage: Stage): Promise<Answer> {
  const folder = outputFolder(stage, 'node');
  const args = ['examples/node/quantize.mjs', MODEL, folder];
  return runExample(stage, findNode(24), args, join(folder, basename(MODEL)));
}

export function denoExample(stage: Stage): Promise<Answer> {
  const output = join(outputFolder(stage, 'deno'), 'model.onnx');
  const permissions = ['--no-prompt', '--allow-read', '--allow-write'];
  return runExample(
    stage,
    findDeno(),
    ['run', ...permissions, 'examples/deno/quantize.js', MODEL, output],
    output,
  );
}

export function bunExample(stage: Stage): Promise<Answer> {
  const output = join(outputFolder(stage, 'bun'), 'model.onnx');
  return runExample(stage, findBun(), ['--no-install', 'examples/bun/quantize.js', MODEL, output], output);
}

export async function workerExample(stage: Stage, condition: WorkerCondition): Promise<Answer> {
  const node = findToolNode();
  if (node === undefined || findMiniflare() === undefined) throw missingFromNpm(stage);
  const input = outputFolder(stage, condition);
  cpSync(MODEL, join(input, basename(MODEL)));
  const worker = join(stage.scratch.folder, `example-${condition}`);
  const args = [join(launchFolder, 'miniflare.mjs'), worker, input, 'POST', `/?model=${basename(MODEL)}`];
  const { stdout, reason } = await runCommand(node, args, { timeoutMs: TASK_LIMIT_MS });
  const version = /^OCTAVO_VERSION (.*)$/m.exec(stdout)?.[1] ?? 'unknown';
  const hash = /^OCTAVO_OBJECT quantized\/\S+ (\w+)$/m.exec(stdout)?.[1];
  return hash === undefined ? { version, answer: `${reason} ${stdout}` } : made(version, hash);
}

/** A model run in a worker thread: the bytes of its first output. */
export function backgroundExample(stage: Stage): Promise<Answer> {
  const output = join(outputFolder(stage, 'background-node'), 'output.bin');
  const args = ['examples/background/run.mjs', MODEL, '1x3x48x192', output];
  return runExample(stage, findNode(24), args, output);
}

/** A person's steps: pick a file, press the button, wait for the link, follow it. */
export async function browserExample(stage: Stage, name: 'browser' | 'background'): Promise<Answer> {
  const executable = findBrowsers().chromium;
  const node = findToolNode();
  if (executable === undefined) throw missingBrowser(stage);
  if (node === undefined || stage.npmProblem !== '') throw missingFromNpm(stage);
  const folder = outputFolder(stage, name);
  const url = `${stage.server.origin}/examples/${name}/index.html`;
  const args = [join(launchFolder, 'drive-example.mjs'), executable, url, MODEL, folder];
  const { stdout, reason } = await runCommand(node, args, { timeoutMs: TASK_LIMIT_MS });
  const version = /^OCTAVO_VERSION \D*([\d.]+)/m.exec(stdout)?.[1] ?? 'unknown';
  const file = /^OCTAVO_DOWNLOAD (.*)$/m.exec(stdout)?.[1];
  return file === undefined ? { version, answer: reason } : made(version, sha256(file));
}
