// Child processes with a time limit. Each is the leader of a process group of its own, so that ending it ends
// whatever it started (browsers start many), and none outlives this command.

import { type ChildProcess, spawn } from 'node:child_process';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface CommandResult {
  readonly ok: boolean;
  readonly stdout: string;
  /** Why it failed: exit code, signal or time limit, with the end of stderr. Empty when ok. */
  readonly reason: string;
}

/** A process that runs until {@link Running.stop}. */
export interface Running {
  readonly child: ChildProcess;
  /** What it wrote to stdout and stderr so far. */
  output(): { readonly stdout: string; readonly stderr: string };
  /** Ends the whole process group and waits for the process to be gone. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) killGroup(child);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Starts `file` without a shell. */
export function start(file: string, args: readonly string[], options: Partial<CommandOptions> = {}): Running {
  const child = spawn(file, args, {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => {}); // the child may end before its stdin is closed; its exit code tells
  const gone = new Promise<void>((resolve) => {
    child.on('error', () => resolve());
    child.on('close', () => resolve());
  }).finally(() => running.delete(child));
  return {
    child,
    output: () => ({ stdout, stderr }),
    stop: async () => {
      killGroup(child);
      await gone;
    },
  };
}

/** Runs `file` to its end or its time limit. Never rejects: the result says what happened. */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const process_ = start(file, args, options);
  process_.child.stdin?.end();
  const why = await new Promise<string>((resolve) => {
    const timer = setTimeout(() => resolve(`no end after ${options.timeoutMs / 1000} s`), options.timeoutMs);
    process_.child.on('error', (error) => resolve(error.message));
    process_.child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve(code === 0 ? '' : signal === null ? `exit code ${code}` : `ended by ${signal}`);
    });
  });
  await process_.stop();
  const { stdout, stderr } = process_.output();
  const reason = why === '' ? '' : `${why}: ${tail(stderr === '' ? stdout : stderr)}`;
  return { ok: why === '', stdout, reason };
}

/** The last lines of a log, on one line. */
export function tail(log: string, characters = 600): string {
  return log.trim().replace(/\s+/g, ' ').slice(-characters);
}
