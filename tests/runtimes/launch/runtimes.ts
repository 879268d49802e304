// The ten runtimes of the matrix, each as a task that runs the workload in it.

import { join } from 'node:path';
import { failed, type Outcome, skipped, type Task, type WorkloadResult } from '../outcome.js';
import { findBrowsers, findBun, findDeno, findMiniflare, findNode, findToolNode } from '../setup/locate.js';
import type { Scratch } from '../setup/scratch.js';
import type { MatrixServer } from '../setup/server.js';
import { runCommand, start, tail } from './command.js';
import { openInWebKit } from './webdriver.js';

/** What a workload may take in one runtime on a busy machine; each needs a fraction of it. */
const WORKLOAD_LIMIT_MS = 120_000;

/** What the tasks need to know of the set-up. */
export interface Stage {
  readonly scratch: Scratch;
  readonly server: MatrixServer;
  /** '' or why npm's runtimes, or the browsers, could not be installed. */
  readonly npmProblem: string;
  readonly browserProblem: string;
}

const launchFolder = import.meta.dirname ?? new URL('.', import.meta.url).pathname;

export function runtimeTasks(stage: Stage): Task[] {
  const nodes = [20, 22, 24, 26].map((major) =>
    processTask(stage, `node ${major}`, findNode(major), (folder) => ['process.mjs', folder]),
  );
  return [
    ...nodes,
    processTask(stage, 'deno', findDeno(), (folder) => [
      'run',
      '--no-prompt',
      `--allow-read=${stage.scratch.folder}`,
      'process.mjs',
      folder,
    ]),
    processTask(stage, 'bun', findBun(), (folder) => ['--no-install', 'process.mjs', folder]),
    { name: 'workerd', run: () => runWorkerd(stage) },
    { name: 'chromium', run: () => runPuppeteer(stage, 'chromium') },
    { name: 'firefox', run: () => runPuppeteer(stage, 'firefox') },
    { name: 'webkitgtk', run: () => runWebKit(stage) },
  ];
}

function missing(problem: string): Outcome {
  return skipped(problem === '' ? `no package for ${process.platform}-${process.arch}` : problem);
}

/** Deno, Bun and Node print the result; they differ in their arguments only. */
function processTask(
  stage: Stage,
  name: string,
  binary: string | undefined,
  args: (inputFolder: string) => string[],
): Task {
  const run = async (): Promise<Outcome> => {
    if (binary === undefined) return missing(stage.npmProblem);
    const version = await versionOf(binary);
    const cwd = stage.scratch.app;
    const done = await runCommand(binary, args(stage.scratch.inputs), {
      cwd,
      env: { DENO_DIR: join(stage.scratch.folder, 'deno'), DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
      timeoutMs: WORKLOAD_LIMIT_MS,
    });
    const line = /^OCTAVO_RESULT (.*)$/m.exec(done.stdout)?.[1];
    return line === undefined ? failed(version, done.reason) : judge(version, line);
  };
  return { name, run };
}

/** First version number that `binary --version` prints. */
export async function versionOf(binary: string): Promise<string> {
  const { stdout } = await runCommand(binary, ['--version'], { timeoutMs: 10_000 });
  return /\d+\.\d+[\d.]*/.exec(stdout)?.[0] ?? 'unknown';
}

/** A workload's answer is its result, or the error it ended with. */
function judge(version: string, body: string): Outcome {
  const answer = JSON.parse(body) as WorkloadResult | { readonly error: string };
  if ('error' in answer) return failed(version, tail(answer.error));
  const note = `${Object.keys(answer.hashes).length} outputs; ${JSON.stringify(answer.diagnostics)}`;
  return { status: 'passed', version, note, result: answer };
}

async function runWorkerd(stage: Stage): Promise<Outcome> {
  const node = findToolNode();
  if (node === undefined || findMiniflare() === undefined) return missing(stage.npmProblem);
  const script = join(launchFolder, 'miniflare.mjs');
  const done = await runCommand(node, [script, stage.scratch.worker, stage.scratch.inputs], {
    timeoutMs: WORKLOAD_LIMIT_MS,
  });
  const version = /^OCTAVO_VERSION (.*)$/m.exec(done.stdout)?.[1] ?? 'unknown';
  const line = /^\{.*\}$/m.exec(done.stdout)?.[0];
  return line === undefined ? failed(version, done.reason) : judge(version, line);
}

/** Waits for the page to post its result, or for the time limit. */
async function posted(stage: Stage, name: string): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, WORKLOAD_LIMIT_MS)));
  const body = await Promise.race([stage.server.result(name), limit]);
  clearTimeout(timer);
  return body;
}

function pageUrl(stage: Stage, name: string): string {
  return `${stage.server.origin}/page.html?name=${name}`;
}

async function runPuppeteer(stage: Stage, kind: 'chromium' | 'firefox'): Promise<Outcome> {
  const executable = findBrowsers()[kind];
  const node = findToolNode();
  if (executable === undefined) return missing(stage.browserProblem);
  if (node === undefined) return missing(stage.npmProblem);
  const script = join(launchFolder, 'open-page.mjs');
  const opened = start(node, [script, kind, executable, pageUrl(stage, kind)]);
  const ended = new Promise<undefined>((resolve) => opened.child.on('close', () => resolve(undefined)));
  const body = await Promise.race([posted(stage, kind), ended]);
  const { stdout, stderr } = opened.output();
  const version = /^OCTAVO_VERSION \D*([\d.]+)/m.exec(stdout)?.[1] ?? 'unknown';
  opened.child.stdin?.end();
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3_000).unref())]);
  await opened.stop();
  return body === undefined ? failed(version, `no result: ${tail(stderr)}`) : judge(version, body);
}

async function runWebKit(stage: Stage): Promise<Outcome> {
  const { webkitDriver, webkitBrowser, xvfb } = findBrowsers();
  if (webkitDriver === undefined || webkitBrowser === undefined || xvfb === undefined)
    return missing(stage.browserProblem);
  const result = posted(stage, 'webkitgtk');
  const page = await openInWebKit(
    { webkitDriver, webkitBrowser, xvfb },
    pageUrl(stage, 'webkitgtk'),
  );
  const body = await result;
  await page.close();
  return body === undefined
    ? failed(page.version, `no result after ${WORKLOAD_LIMIT_MS / 1000} s`)
    : judge(page.version, body);
}
