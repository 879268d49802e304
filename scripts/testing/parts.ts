// The parts of the test command, in the order they run: cheap and likely to fail first.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { installNpm } from '../../tests/runtimes/setup/install.js';
import { buildIfStale } from '../build.js';
import { bundleTests } from './bundle.js';
import { runCommand } from './command.js';
import { installConsumers } from './consumers.js';
import { runNodeTests } from './node-tests.js';
import { failed, type Outcome, PASSED, type Skip, skipped, sum } from './outcome.js';

export interface Part {
  readonly name: string;
  /** Left out by --fast: needs downloads or minutes. */
  readonly slow: boolean;
  /** The downloads that `run` waits for: those of all parts begin first, beside what keeps the processor busy. */
  download?(): Promise<unknown>;
  run(onLine: (line: string) => void): Promise<Outcome>;
}

/** One more than there are cores: a test that waits, for a process or a file, leaves its core to another. */
const FILES_AT_ONCE = availableParallelism() + 1;
/** Those that load TypeScript. */
const OWN_OPTIONS = process.execArgv;
const COMMAND_LIMIT_MS = 300_000;
const MATRIX_LIMIT_MS = 900_000;
/** Run by parts of their own. */
const OWN_PARTS = ['consumers', 'operators', 'integration', 'runtimes', 'assembly'];

export function testParts(root: string): Part[] {
  const bin = (name: string): string => join(root, 'node_modules/.bin', name);
  const script = (path: string): [string, string[]] => [process.execPath, [...OWN_OPTIONS, join(root, path)]];
  const engines = once(() => installConsumers(join(root, 'tests/consumers'), (line) => console.log(line)));
  // What is missing then the matrix says for each of its rows.
  const runtimes = once(installNpm);
  return [
    commandPart('biome', root, bin('biome'), ['check', '.', '--diagnostic-level=error']),
    commandPart('tsc', root, bin('tsc'), ['-p', 'tsconfig.json']),
    commandPart('layers', root, ...script('scripts/check-layers.ts')),
    { name: 'build', slow: false, run: () => buildPart() },
    { name: 'as-pect', slow: false, run: (onLine) => leafPart(root, script('scripts/as-pect.ts'), onLine) },
    { name: 'suites', slow: false, run: (onLine) => suitesPart(root, onLine) },
    {
      name: 'consumers',
      slow: true,
      download: engines,
      run: (onLine) => consumersPart(root, engines, onLine),
    },
    {
      name: 'operators',
      slow: true,
      download: engines,
      run: (onLine) => operatorsPart(root, engines, onLine),
    },
    {
      name: 'runtimes',
      slow: true,
      download: runtimes,
      run: async (onLine) => {
        await runtimes();
        return matrixPart(root, script('tests/runtimes/run.ts'), onLine);
      },
    },
  ];
}

function commandPart(name: string, cwd: string, file: string, args: readonly string[]): Part {
  const run = async (): Promise<Outcome> => {
    const { code, output } = await runCommand(file, args, { cwd, timeoutMs: COMMAND_LIMIT_MS });
    return code === 0 ? PASSED : failed(`${name}: exit code ${code}\n${output}`);
  };
  return { name, slow: false, run };
}

async function buildPart(): Promise<Outcome> {
  await buildIfStale();
  return PASSED;
}

/** tests/assembly/*.spec.ts, compiled and run by as-pect; its summary says `[Tests]: passed / all`. */
async function leafPart(
  root: string,
  [file, args]: [string, string[]],
  onLine: (line: string) => void,
): Promise<Outcome> {
  const { code, output } = await runCommand(file, args, { cwd: root, timeoutMs: COMMAND_LIMIT_MS });
  const text = stripVTControlCharacters(output);
  const [, passed, all] = /\[Tests\]: (\d+) \/ (\d+)/.exec(text) ?? [];
  if (code !== 0 || passed === undefined || passed !== all) {
    return failed(`as-pect: exit code ${code}, ${passed ?? 'no'} of ${all ?? 'no'} tests passed\n${text}`);
  }
  for (const line of text.match(/tests\/assembly\/.*Pass: \d+/g) ?? []) onLine(`  ${line}`);
  return { passed: Number(passed), failures: [], skips: [] };
}

/** Every tests/<area>/**.test.ts that needs nothing but npm ci. */
function suitesPart(root: string, onLine: (line: string) => void): Promise<Outcome> {
  const areas = readdirSync(join(root, 'tests')).filter((area) => !OWN_PARTS.includes(area));
  const files = areas.flatMap((area) => testFiles(join(root, 'tests', area), '.test.ts'));
  files.push(...testFiles(join(root, 'tests/runtimes'), '.test.ts'));
  return runFiles(root, files, onLine);
}

/** tests/integration and tests/consumers: what Octavo writes must load and run in other engines. */
function consumersPart(root: string, engines: Engines, onLine: (line: string) => void): Promise<Outcome> {
  return withEngines(root, engines, 'consumers', ['tests/consumers', 'tests/integration'], onLine);
}

/** tests/operators: every operator of the executor against onnxruntime. */
function operatorsPart(root: string, engines: Engines, onLine: (line: string) => void): Promise<Outcome> {
  return withEngines(root, engines, 'operators', ['tests/operators'], onLine);
}

/** Why the other engines are not installed; '' when they are. */
type Engines = () => Promise<string>;

/** `work` done at the first call only; its result at every call. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}

/** The tests of some areas, with the other engines installed. */
async function withEngines(
  root: string,
  engines: Engines,
  part: string,
  areas: readonly string[],
  onLine: (line: string) => void,
): Promise<Outcome> {
  const problem = await engines();
  const install = problem === '' ? PASSED : failed(`${part}: npm ci in tests/consumers failed\n${problem}`);
  const files = areas.flatMap((area) => testFiles(join(root, area), '.test.ts'));
  if (files.length === 0) return sum([install, skipped(part, `no test in ${areas.join(', ')}`)]);
  return sum([install, await runFiles(root, files, onLine)]);
}

async function runFiles(
  root: string,
  files: readonly string[],
  onLine: (line: string) => void,
): Promise<Outcome> {
  // A folder of its own, because several of these commands may run at once; removed also where one is interrupted.
  mkdirSync(join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, '.cache/tests-'));
  process.on('exit', () => rmSync(folder, { recursive: true }));
  const tests = await bundleTests(root, files, folder);
  return runNodeTests(tests, { root, concurrency: FILES_AT_ONCE, onLine });
}

/** tests/runtimes/run.ts counts for itself: its last line, `FAILED name: …` and `skipped name: …` are read here. */
async function matrixPart(
  root: string,
  [file, args]: [string, string[]],
  onLine: (line: string) => void,
): Promise<Outcome> {
  const options = { cwd: root, timeoutMs: MATRIX_LIMIT_MS, onLine: (line: string) => onLine(`  ${line}`) };
  const { code, output } = await runCommand(file, args, options);
  const total = /^(\d+) passed, (\d+) failed, (\d+) skipped\s*$/m.exec(output);
  if (total === null) return failed(`runtimes: exit code ${code}, no closing line\n${output.slice(-3000)}`);
  const failures = [...output.matchAll(/^FAILED (.+)$/gm)].map(([, text]) => `runtimes: ${text}`);
  const skips = [...output.matchAll(/^skipped (.+?): (.+)$/gm)].map(
    ([, name, reason]): Skip => ({ name: `runtimes: ${name}`, reason: reason! }),
  );
  if (code !== 0 && failures.length === 0) failures.push(`runtimes: exit code ${code}`);
  return { passed: Number(total[1]), failures, skips };
}

/** Files below `folder` whose names end so, sorted; not those of installed packages. */
function testFiles(folder: string, ending: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return names.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : testFiles(path, ending);
    return entry.name.endsWith(ending) ? [path] : [];
  });
}
