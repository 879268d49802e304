// The npm of this machine. Inside `npm test` and `npx`, PATH finds an old npm first, which a dev dependency brings into
// node_modules/.bin.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The command and first arguments that run npm. */
export function npmCommand(): { readonly file: string; readonly args: readonly string[] } {
  const running = process.env.npm_execpath;
  if (running?.endsWith('npm-cli.js')) return { file: process.execPath, args: [running] };
  const folders = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  const found = folders.map((folder) => join(folder, 'npm')).find((path) => existsSync(path));
  if (found === undefined) throw new Error('no npm in PATH');
  return { file: found, args: [] };
}
