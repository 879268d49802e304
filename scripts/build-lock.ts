// One build at a time: test files run in processes of their own, and each asks for what it needs to be built. The lock
// is a file that holds the id of the process; a lock left by a dead process is taken over.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const WAIT_MS = 25;

/** Runs `body` while no other process runs a body under the same lock file. Not reentrant. */
export async function withLock<T>(lockFile: string, body: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(lockFile), { recursive: true });
  while (!tryLock(lockFile)) await sleep(WAIT_MS);
  try {
    return await body();
  } finally {
    rmSync(lockFile);
  }
}

function tryLock(lockFile: string): boolean {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!isHeld(lockFile)) rmSync(lockFile, { force: true });
    return false;
  }
}

function isHeld(lockFile: string): boolean {
  try {
    const owner = readFileSync(lockFile, 'utf8');
    if (owner !== '') process.kill(Number(owner), 0); // signal 0 only asks whether the process exists
    return true;
  } catch {
    return false;
  }
}
