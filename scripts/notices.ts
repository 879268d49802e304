// The notices of the packages whose code is inside dist/: name, version, licence, and the distinct comments that head
// their files, as their licences ask.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const INSIDE_PACKAGE = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//;

/** Text of the notices file for a bundle made of `inputs` (paths from `root`). */
export function notices(root: string, inputs: readonly string[]): string {
  const folders = new Map<string, string>();
  const headers = new Map<string, Set<string>>();
  for (const input of [...inputs].sort()) {
    const [, folder, name] = INSIDE_PACKAGE.exec(input) ?? [];
    if (folder === undefined || name === undefined) continue;
    folders.set(name, folder);
    const known = headers.get(name) ?? new Set<string>();
    headers.set(name, known.add(leadingComment(readFileSync(join(root, input), 'utf8'))));
  }
  const sections = [...folders].map(([name, folder]) => {
    const { version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const texts = [...headers.get(name)!].filter((text) => text !== '');
    return [`${name} ${version}, ${license}`, ...texts].join('\n\n');
  });
  return `${['The files in this folder contain code of these packages.', ...sections].join('\n\n')}\n`;
}

/** The `//` lines a file begins with, without the slashes. */
function leadingComment(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines
    .slice(0, Math.max(end, 0))
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n');
}
