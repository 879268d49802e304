// The matrix of runtimes: quantizes and runs the same models with the packed Octavo in every JavaScript runtime and
// compares the SHA-256 of every output.
//
//   npx tsx tests/runtimes/run.ts [--only NAME,NAME] [--package FOLDER] [--keep]
//
// A runtime that is not on this machine and cannot be installed is skipped by name in the last lines;
// OCTAVO_REQUIRE_ALL=1 makes that a failure.

import { parseArgs } from 'node:util';
import { inLanes } from '../../scripts/lanes.js';
import { copyExamples } from './examples.js';
import type { Task } from './outcome.js';
import { compareResults, printReport, type Row, requireAll } from './report.js';
import { installBrowsers, installNpm } from './setup/install.js';
import { makeScratch, repository } from './setup/scratch.js';
import { startServer } from './setup/server.js';
import type { Stage } from './stage.js';
import { backgroundTasks, exampleTasks, refusalTasks, workloadTasks } from './tasks.js';

/** Machines have two cores at least, and a workload keeps one busy. */
const AT_ONCE = 2;

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    package: { type: 'string', default: repository },
    keep: { type: 'boolean', default: false },
  },
});

function secondsSince(begin: number): number {
  return (performance.now() - begin) / 1000;
}

/** The tasks that --only names; all of them without it. */
function wanted(tasks: readonly Task[]): Task[] {
  const names = flags.only?.split(',');
  return tasks.filter(({ name }) => names === undefined || names.includes(name));
}

async function timed<T>(what: string, work: Promise<T>): Promise<T> {
  const begin = performance.now();
  const value = await work;
  console.log(`${what}: ${secondsSince(begin).toFixed(1)} s`);
  return value;
}

async function runTask({ name, run }: Task): Promise<Row> {
  const begin = performance.now();
  const outcome = await run();
  const row = { name, outcome, seconds: secondsSince(begin) };
  console.log(`${name}: ${outcome.status} after ${row.seconds.toFixed(1)} s`);
  return row;
}

const [npmProblem, browserProblem, scratch] = await Promise.all([
  timed('runtimes from npm', installNpm()),
  timed('browsers from apt', installBrowsers()),
  timed('octavo packed, installed, bundled', makeScratch(flags.package, flags.keep)),
]);
const server = await startServer(scratch.www);
const stage: Stage = { scratch, server, npmProblem, browserProblem };
await copyExamples(scratch);
const groups = [workloadTasks(stage), exampleTasks(stage), backgroundTasks(stage), refusalTasks(stage)].map(
  wanted,
);
if (groups.flat().length === 0) throw new Error(`--only ${flags.only}: no such row`);
const rows: Row[] = [];
// Within a group all results must be equal; refusals have none.
for (const tasks of groups) rows.push(...compareResults(await inLanes(AT_ONCE, tasks, runTask)));
await server.close();
const judged = process.env.OCTAVO_REQUIRE_ALL === '1' ? requireAll(rows) : rows;
process.exit(printReport(judged) ? 0 : 1);
