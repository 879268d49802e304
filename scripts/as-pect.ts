// Runs the as-pect suites of tests/assembly and passes its exit code on.

import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
// Not bin/asp.js, which starts whatever `node` is first in PATH.
const asPect = join(root, 'node_modules/@as-pect/cli/lib/test.js');
const config = [
  '--config',
  'tests/assembly/as-pect.config.js',
  '--as-config',
  'tests/assembly/asconfig.json',
];

const { status, error } = spawnSync(
  process.execPath,
  [asPect, '--summary', ...config, ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);
if (error) throw error;
process.exitCode = status ?? 1;
