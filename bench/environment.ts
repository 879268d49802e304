// Where the figures were measured: without it an absolute number means nothing.

import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';

export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly v8: string;
  readonly platform: string;
  readonly commit: string;
  /** Above the number of cores, somebody else was using them. */
  readonly load: number;
}

export function environment(): Environment {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    commit: commit(),
    load: Math.round(loadavg()[0]! * 10) / 10,
  };
}

function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ' with changes'}`;
  } catch {
    return 'unknown: no git checkout';
  }
}

export function formatEnvironment(here: Environment): string {
  const { cpu, cores, memoryGb, node, v8, platform, commit: at, load } = here;
  const busy = load > cores ? ', BUSY: figures are not to be trusted' : '';
  return `${cpu}, ${cores} cores, ${memoryGb} GB, ${platform}\nNode ${node} (V8 ${v8}), commit ${at}, load ${load}${busy}`;
}
