// Runs a script of children/ in a process of its own, so that what it measures of its memory is its alone.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The JSON that the script prints as its last line.
 *  @param node - the Node that runs it; by default this one
 *  @throws Error with the end of stderr when it fails. */
export function runChild<T>(script: string, args: readonly string[], node = process.execPath): Promise<T> {
  const path = fileURLToPath(new URL(`children/${script}`, import.meta.url));
  const loader = script.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [];
  return new Promise((resolve, reject) => {
    const child = spawn(node, [...loader, path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString('utf8')).slice(-2000)));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const last = output.trimEnd().split('\n').at(-1) ?? '';
      if (code === 0) resolve(JSON.parse(last) as T);
      else reject(new Error(`${script} ended with ${signal ?? code}: ${errors.trim()}`));
    });
  });
}
