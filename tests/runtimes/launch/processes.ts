// The workload in runtimes that are commands: Node, Deno, Bun, and workerd behind miniflare.

import { join } from 'node:path';
import { type Answer, NotHere, type WorkloadError, type WorkloadResult } from '../outcome.js';
import { findMiniflare, findToolNode } from '../setup/locate.js';
import { launchFolder, type Stage, TASK_LIMIT_MS } from '../stage.js';
import { runCommand } from './command.js';

/** Why a runtime that npm brings is not there. */
export function missingFromNpm(stage: Stage): NotHere {
  const platform = `${process.platform}-${process.arch}`;
  return new NotHere(stage.npmProblem === '' ? `npm has no package of it for ${platform}` : stage.npmProblem);
}

/** Environment that keeps a runtime inside the scratch folder and away from the network. */
export function processEnvironment(stage: Stage): Record<string, string> {
  return { DENO_DIR: join(stage.scratch.folder, 'deno'), DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' };
}

/** Runs `binary ...args` in the folder where Octavo is installed. */
export async function answerOfProcess(
  stage: Stage,
  binary: string | undefined,
  args: readonly string[],
): Promise<Answer> {
  if (binary === undefined) throw missingFromNpm(stage);
  const version = await versionOf(binary);
  const options = { cwd: stage.scratch.app, env: processEnvironment(stage), timeoutMs: TASK_LIMIT_MS };
  const { stdout, reason } = await runCommand(binary, args, options);
  return { version, answer: answerIn(stdout) ?? `no result: ${reason}` };
}

/** Runs the worker in `workerFolder`, with the models in an R2 bucket. */
export async function answerOfWorker(stage: Stage, workerFolder: string): Promise<Answer> {
  const node = findToolNode();
  if (node === undefined || findMiniflare() === undefined) throw missingFromNpm(stage);
  const script = join(launchFolder, 'miniflare.mjs');
  const { stdout, reason } = await runCommand(node, [script, workerFolder, stage.scratch.inputs], {
    timeoutMs: TASK_LIMIT_MS,
  });
  const version = /^OCTAVO_VERSION (.*)$/m.exec(stdout)?.[1] ?? 'unknown';
  return { version, answer: answerIn(stdout) ?? `no result: ${reason}` };
}

function answerIn(stdout: string): WorkloadResult | WorkloadError | undefined {
  const line = /^OCTAVO_RESULT (.*)$/m.exec(stdout)?.[1];
  return line === undefined ? undefined : JSON.parse(line);
}

/** First version number that `binary --version` prints. */
export async function versionOf(binary: string): Promise<string> {
  const { stdout } = await runCommand(binary, ['--version'], { timeoutMs: 10_000 });
  return /\d+\.\d+[\d.]*/.exec(stdout)?.[0] ?? 'unknown';
}
