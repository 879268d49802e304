// Installs what a folder's lockfile says, unless it is there: the engines that must load what Octavo writes (tests/consumers), and those
// it is measured beside (bench/peers/js).

import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { npmCommand } from '../npm.js';
import { runCommand } from './command.js';

const ATTEMPTS = 3;
const PAUSE_MS = 5_000;
const ATTEMPT_LIMIT_MS = 300_000;
/** A dead network is found out in seconds, a slow one is given time. */
const NPM_CI = [
  'ci',
  '--no-audit',
  '--no-fund',
  '--fetch-retries=2',
  '--fetch-timeout=60000',
  '--loglevel=error',
];

interface LockedPackage {
  readonly version?: string;
  readonly optional?: boolean;
  readonly peer?: boolean;
}

/** Whether `folder`/node_modules holds every package of the lockfile, except optional ones, in its version. */
export function isInStep(folder: string): boolean {
  const record = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = lockedPackages(record);
  return Object.entries(lockedPackages(join(folder, 'package-lock.json'))).every(
    ([path, { version, optional }]) =>
      path === '' || optional === true || installed[path]?.version === version,
  );
}

function lockedPackages(path: string): Readonly<Record<string, LockedPackage>> {
  return (JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, LockedPackage> }).packages;
}

/** Installs what is missing. Returns '' when all is there, else why not. */
export async function installConsumers(folder: string, onLine: (line: string) => void): Promise<string> {
  if (isInStep(folder)) return '';
  const npm = npmCommand();
  let reason = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    onLine(`  npm ci in ${relative(process.cwd(), folder)}, attempt ${attempt} of ${ATTEMPTS}`);
    const options = { cwd: folder, timeoutMs: ATTEMPT_LIMIT_MS };
    const { code, output } = await runCommand(npm.file, [...npm.args, ...NPM_CI], options);
    if (code === 0 && isInStep(folder)) return '';
    reason = code === 0 ? 'npm ci ended well but left packages out' : output.trim().slice(-1000);
    if (attempt < ATTEMPTS) await sleep(PAUSE_MS);
  }
  return reason;
}
