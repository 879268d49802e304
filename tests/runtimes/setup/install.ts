// Brings the runtimes onto the machine: npm ones from this folder's lockfile, browsers from Debian's packages.
// What cannot be brought is no error here: the answer is a reason, and the runtime is skipped by name.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../launch/command.js';
import { findBrowsers, onPath } from './locate.js';
import { npm } from './npm.js';

export const matrixFolder = join(dirname(fileURLToPath(import.meta.url)), '..');

const NPM_LIMIT_MS = 150_000;
/** Without a network npm gives up after seconds, not after its usual two minutes. */
const NPM_CI = ['ci', '--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=3000'];
const APT_LIMIT_MS = 120_000;
const APT_PACKAGES = ['chromium', 'firefox-esr', 'webkit2gtk-driver', 'xvfb', 'cog'];

interface LockedPackage {
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly os?: string | readonly string[];
  readonly cpu?: string | readonly string[];
}

function lockedPackages(path: string): Readonly<Record<string, LockedPackage>> {
  return (JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, LockedPackage> }).packages;
}

/** Whether node_modules holds what the lockfile asks of this platform. Optional packages deeper down (other
 *  platforms' variants) are npm's business: only the runtimes themselves are looked at. */
function npmInStep(): boolean {
  const record = join(matrixFolder, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = lockedPackages(record);
  for (const [path, wanted] of Object.entries(lockedPackages(join(matrixFolder, 'package-lock.json')))) {
    const runtime = /^node_modules\/(node\d\d-|@oven\/|@deno\/)/.test(path);
    const needed = !wanted.optional || (runtime && isForHere(wanted));
    if (path !== '' && needed && installed[path]?.integrity !== wanted.integrity) return false;
  }
  return true;
}

function isForHere({ os, cpu }: LockedPackage): boolean {
  return [os].flat().includes(process.platform) && [cpu].flat().includes(process.arch);
}

/** Installs the npm part. Returns '' or the reason it is not there. Install scripts are not run: every binary
 *  used is inside a platform package. */
export async function installNpm(): Promise<string> {
  if (npmInStep()) return '';
  const result = await npm([...NPM_CI, '--ignore-scripts'], matrixFolder, NPM_LIMIT_MS);
  return result.ok ? '' : `npm ci in tests/runtimes: ${result.reason}`;
}

/** Installs missing browsers. Returns '' or the reason some are not there. */
export async function installBrowsers(): Promise<string> {
  const found = findBrowsers();
  if (Object.values(found).every((path) => path !== undefined)) return '';
  if (process.platform !== 'linux' || onPath('apt-get') === undefined)
    return 'not installed, and no apt-get here';
  if (process.getuid?.() !== 0) return 'not installed, and apt-get needs root';
  let problem = await apt('update');
  if (problem === '') problem = await apt('install', '--download-only', ...APT_PACKAGES);
  if (problem === '') return apt('install', ...APT_PACKAGES);
  // One package that this distribution lacks must not keep the others away.
  for (const name of APT_PACKAGES) await apt('install', name);
  return problem;
}

/** Runs apt-get with a time limit; downloads are a step of their own, so that the limit rarely cuts an unpacking.
 *  Returns '' or the reason it failed. */
async function apt(verb: 'update' | 'install', ...rest: readonly string[]): Promise<string> {
  const options = verb === 'update' ? [] : ['-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=60'];
  const result = await runCommand('apt-get', [verb, ...options, ...rest], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    timeoutMs: APT_LIMIT_MS,
  });
  return result.ok ? '' : `not installed, and apt-get ${verb} failed: ${result.reason}`;
}
