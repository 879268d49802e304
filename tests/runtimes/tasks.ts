// The rows of the matrix: ten runtimes that must agree, the examples, and runtimes that must refuse, each with the
// reason's code.

import {
  backgroundExample,
  browserExample,
  bunExample,
  denoExample,
  nodeExample,
  WORKER_CONDITIONS,
  workerExample,
} from './examples.js';
import { answerOfCog, answerOfPuppeteer, answerOfWebKit } from './launch/browsers.js';
import { answerOfProcess, answerOfWorker } from './launch/processes.js';
import { type Answer, judgeRefusal, judgeWorkload, NotHere, type Outcome, type Task } from './outcome.js';
import { findBun, findDeno, findNode } from './setup/locate.js';
import type { Stage } from './stage.js';

/** The workload in every runtime: results are compared afterwards. */
export function workloadTasks(stage: Stage): Task[] {
  const { app, inputs, worker, folder } = stage.scratch;
  const nodes = [20, 22, 24, 26].map((major) =>
    task(`node ${major}`, () => answerOfProcess(stage, findNode(major), ['process.mjs', inputs])),
  );
  // Deno may read the scratch folder and nothing else: no network, no environment, no writing.
  const deno = ['run', '--no-prompt', `--allow-read=${folder}`, `${app}/process.mjs`, inputs];
  return [
    ...nodes,
    task('deno', () => answerOfProcess(stage, findDeno(), deno)),
    task('bun', () => answerOfProcess(stage, findBun(), ['--no-install', 'process.mjs', inputs])),
    task('workerd', () => answerOfWorker(stage, worker)),
    task('chromium', () => answerOfPuppeteer(stage, 'chromium')),
    task('firefox', () => answerOfPuppeteer(stage, 'firefox')),
    task('webkitgtk', () => answerOfWebKit(stage)),
  ];
}

/** The examples: results are compared with each other afterwards. */
export function exampleTasks(stage: Stage): Task[] {
  return [
    task('example node', () => nodeExample(stage)),
    task('example deno', () => denoExample(stage)),
    task('example bun', () => bunExample(stage)),
    ...WORKER_CONDITIONS.map((condition) =>
      task(`example worker (${condition})`, () => workerExample(stage, condition)),
    ),
    task('example browser', () => browserExample(stage, 'browser')),
  ];
}

/** The examples that run a model: likewise. */
export function backgroundTasks(stage: Stage): Task[] {
  return [
    task('example background node', () => backgroundExample(stage)),
    task('example background browser', () => browserExample(stage, 'background')),
  ];
}

/** Runtimes that cannot run Octavo: importing works, using gives the code of the reason. */
export function refusalTasks(stage: Stage): Task[] {
  const { inputs, workerInline } = stage.scratch;
  const node24 = (flag: string) => answerOfProcess(stage, findNode(24), [flag, 'process.mjs', inputs]);
  return [
    refusal('node 24 --jitless', 'WASM_UNAVAILABLE', () => node24('--jitless')),
    refusal('chromium without wasm-unsafe-eval', 'WASM_UNAVAILABLE', () =>
      answerOfPuppeteer(stage, 'chromium', 'no-wasm'),
    ),
    refusal('workerd with inline wasm', 'WASM_UNAVAILABLE', () => answerOfWorker(stage, workerInline)),
    refusal('node 24 --no-enable-sse4-1', 'SIMD_UNAVAILABLE', () =>
      withoutSimd(() => node24('--no-enable-sse4-1')),
    ),
    refusal('cog (wpe webkit)', 'SIMD_UNAVAILABLE', () => answerOfCog(stage)),
  ];
}

/** V8 has wasm SIMD on x64 only where the processor has SSE4.1; the flag makes it believe there is none. */
async function withoutSimd(run: () => Promise<Answer>): Promise<Answer> {
  if (process.arch !== 'x64') throw new NotHere(`no flag takes SIMD from V8 on ${process.arch}`);
  return run();
}

function task(name: string, run: () => Promise<Answer>): Task {
  return { name, run: () => settle(run, judgeWorkload) };
}

function refusal(name: string, code: string, run: () => Promise<Answer>): Task {
  return { name, run: () => settle(run, (answer) => judgeRefusal(code, answer)) };
}

/** Turns whatever a launcher does into an outcome. */
async function settle(run: () => Promise<Answer>, judge: (answer: Answer) => Outcome): Promise<Outcome> {
  try {
    return judge(await run());
  } catch (error) {
    if (error instanceof NotHere) return { status: 'skipped', note: error.message };
    const note = error instanceof Error ? error.message : String(error);
    return { status: 'failed', version: 'unknown', note };
  }
}
