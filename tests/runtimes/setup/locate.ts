// Where the runtimes are. Each function gives a path, or undefined when the runtime is not on this machine.

import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = join(dirname(fileURLToPath(import.meta.url)), '../node_modules');

/** npm's names of this machine's platform, per package family. */
const nodePlatform = `${process.platform}-${process.arch}`;
const denoPackages: Readonly<Record<string, string>> = { 'linux-x64': '@deno/linux-x64-glibc' };
const bunPackages: Readonly<Record<string, string>> = {
  'linux-x64': '@oven/bun-linux-x64',
  'linux-arm64': '@oven/bun-linux-aarch64',
  'darwin-arm64': '@oven/bun-darwin-aarch64',
};

function ifExists(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}

/** Full path of a command, as a shell would find it. */
export function onPath(command: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, command);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder: look in the next
    }
  }
  return undefined;
}

const runningMajor = Number(process.versions.node.split('.')[0]);

/** Node of a major version: the npm package's, or the one running this if it is of that version. */
export function findNode(major: number): string | undefined {
  return (
    ifExists(join(modules, `node${major}-${nodePlatform}/bin/node`)) ??
    (runningMajor === major ? process.execPath : undefined)
  );
}

/** A Node that miniflare and puppeteer-core run under (22.12 or newer). */
export function findToolNode(): string | undefined {
  return findNode(24) ?? findNode(26) ?? findNode(22) ?? (runningMajor >= 23 ? process.execPath : undefined);
}

export function findDeno(): string | undefined {
  const name = denoPackages[nodePlatform];
  return name === undefined ? onPath('deno') : (ifExists(join(modules, name, 'deno')) ?? onPath('deno'));
}

export function findBun(): string | undefined {
  const name = bunPackages[nodePlatform];
  return name === undefined ? onPath('bun') : (ifExists(join(modules, name, 'bin/bun')) ?? onPath('bun'));
}

/** Whether miniflare and the workerd binary it starts are installed. */
export function findMiniflare(): string | undefined {
  return ifExists(join(modules, 'miniflare/package.json'));
}

export interface Browsers {
  readonly chromium: string | undefined;
  readonly firefox: string | undefined;
  readonly webkitDriver: string | undefined;
  readonly webkitBrowser: string | undefined;
  readonly xvfb: string | undefined;
  readonly cog: string | undefined;
}

export function findBrowsers(): Browsers {
  return {
    chromium: onPath('chromium') ?? onPath('chromium-browser') ?? onPath('google-chrome'),
    firefox: onPath('firefox-esr') ?? onPath('firefox'),
    webkitDriver: onPath('WebKitWebDriver'),
    webkitBrowser: findMiniBrowser(),
    xvfb: onPath('Xvfb'),
    cog: onPath('cog'),
  };
}

/** Debian keeps WebKitGTK's test browser in a folder named after the machine's architecture. */
function findMiniBrowser(): string | undefined {
  if (!existsSync('/usr/lib')) return undefined;
  for (const folder of readdirSync('/usr/lib')) {
    const path = ifExists(`/usr/lib/${folder}/webkit2gtk-4.1/MiniBrowser`);
    if (path !== undefined) return path;
  }
  return undefined;
}
