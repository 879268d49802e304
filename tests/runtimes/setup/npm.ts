// npm as the user has it. Under npx and npm test, PATH begins with node_modules/.bin, and one of our dev
// dependencies brings an npm of its own there, years older: that one is passed over.

import { delimiter } from 'node:path';
import { type CommandResult, runCommand } from '../launch/command.js';

const path = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !/node_modules[\\/]\.bin$/.test(folder))
  .join(delimiter);

export function npm(args: readonly string[], cwd: string, timeoutMs: number): Promise<CommandResult> {
  return runCommand('npm', [...args, '--loglevel=error'], { cwd, env: { PATH: path }, timeoutMs });
}
