// main(): arguments in, exit code out. What a command throws becomes a message, or JSON, and a code here and nowhere
// else.

import { CommanderError } from 'commander';
import { exitCodeOf, FAILED, messageOf, OK, toErrorJson, USAGE } from './errors.js';
import { interruptible } from './interrupt.js';
import { makeProgram } from './program.js';
import { Terminal } from './terminal.js';

/** Runs one command line.
 *  @param args - The arguments behind `octavo`.
 *  @returns 0 done, 1 failed, 2 wrong usage, 130 interrupted (143 terminated, 129 hung up). */
export async function main(args: readonly string[]): Promise<number> {
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  const terminal = new Terminal({ json: options.includes('--json'), verbose: options.includes('--verbose') });
  const interrupt = interruptible();
  try {
    await makeProgram({ terminal, signal: interrupt.signal }).parseAsync(args, { from: 'user' });
    return OK;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return OK; // --help, --version
    if (error instanceof CommanderError && error.code === 'commander.help') return USAGE; // no command: help was shown
    terminal.endProgress();
    // Where stdout is gone, nobody is left to be told; the exit code remains.
    await tell(error, terminal).catch(() => undefined);
    return interrupt.exitCode ?? exitCodeOf(error);
  } finally {
    terminal.endProgress();
    interrupt.stop();
  }
}

async function tell(error: unknown, terminal: Terminal): Promise<void> {
  if (terminal.json) await terminal.print(`${JSON.stringify({ error: toErrorJson(error) }, null, 2)}\n`);
  else terminal.complain(messageOf(error), error instanceof CommanderError);
  if (exitCodeOf(error) === FAILED && process.env.OCTAVO_TRACE && error instanceof Error) {
    terminal.note(`${error.stack}\n`);
  }
}
