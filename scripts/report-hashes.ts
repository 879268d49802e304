// Writes ts-host/report/html/hashes.ts: run it after a change of the page's style or script.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { SCRIPT } from '../ts-host/report/html/script.js';
import { STYLE } from '../ts-host/report/html/style.js';

const path = new URL('../ts-host/report/html/hashes.ts', import.meta.url);
const hash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const written = readFileSync(path, 'utf8')
  .replace(/STYLE_HASH = '.*'/, () => `STYLE_HASH = '${hash(STYLE)}'`)
  .replace(/SCRIPT_HASH = '.*'/, () => `SCRIPT_HASH = '${hash(SCRIPT)}'`);
writeFileSync(path, written);
