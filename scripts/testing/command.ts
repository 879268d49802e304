// Runs a command of the test suite: shows its lines as they come where that helps, keeps them for the report.

import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly cwd: string;
  readonly timeoutMs: number;
  /** Called with each line of output, as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface CommandResult {
  /** Exit code; -1 when the command was killed or could not be started. */
  readonly code: number;
  /** stdout and stderr as they came. */
  readonly output: string;
}

export function runCommand(
  file: string,
  args: readonly string[],
  { cwd, timeoutMs, onLine }: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let line = '';
    const take = (text: string): void => {
      output += text;
      const lines = (line + text).split('\n');
      line = lines.pop()!;
      if (onLine !== undefined) for (const whole of lines) onLine(whole);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', take);
    const timer = setTimeout(() => {
      take(`\nstopped after ${timeoutMs / 1000} s\n`);
      child.kill('SIGKILL');
    }, timeoutMs);
    const finish = (code: number): void => {
      clearTimeout(timer);
      resolve({ code, output });
    };
    child.on('error', (error) => {
      take(`${error.message}\n`);
      finish(-1);
    });
    child.on('close', (code) => finish(code ?? -1));
  });
}
