// npm as the user has it.

import { npmCommand } from '../../../scripts/npm.js';
import { type CommandResult, runCommand } from '../launch/command.js';

export function npm(args: readonly string[], cwd: string, timeoutMs: number): Promise<CommandResult> {
  const { file, args: first } = npmCommand();
  return runCommand(file, [...first, ...args, '--loglevel=error'], { cwd, timeoutMs });
}
