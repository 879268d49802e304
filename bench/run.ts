// npm run bench [-- --only kernels,float-kernels,int8-kernels,formats,file,large,startup,models,observers,static,int8,int8-spatial] [--part a,b] [--json]
// Runs the sections one after the other and prints what they measured, with the goals of the issue beside it.
// --part is for sections that have parts: int8.

import { parseArgs } from 'node:util';
import { environment, formatEnvironment } from './environment.js';
import { formatSection, type SectionResult } from './report.js';
import { file } from './sections/file.js';
import { floatKernels } from './sections/float-kernels.js';
import { formats } from './sections/formats.js';
import { int8 } from './sections/int8.js';
import { int8Kernels } from './sections/int8-kernels.js';
import { int8Spatial } from './sections/int8-spatial.js';
import { kernels } from './sections/kernels.js';
import { large } from './sections/large.js';
import { models } from './sections/models.js';
import { observers } from './sections/observers.js';
import { startup } from './sections/startup.js';
import { staticSection } from './sections/static.js';

const SECTIONS: Readonly<Record<string, (parts?: readonly string[]) => Promise<SectionResult>>> = {
  kernels,
  'float-kernels': floatKernels,
  'int8-kernels': int8Kernels,
  formats,
  file,
  startup,
  large,
  models,
  observers,
  static: staticSection,
  int8,
  'int8-spatial': int8Spatial,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    part: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const names = values.only === undefined ? Object.keys(SECTIONS) : values.only.split(',');
const unknown = names.filter((name) => !(name in SECTIONS));
if (unknown.length > 0)
  throw new Error(`no section ${unknown.join(', ')}: ${Object.keys(SECTIONS).join(' ')}`);

const here = environment();
if (!values.json) console.log(formatEnvironment(here));
const results: SectionResult[] = [];
for (const name of names) {
  const result = await SECTIONS[name]!(values.part?.split(','));
  results.push(result);
  if (!values.json) console.log(`\n${formatSection(result)}`);
}
if (values.json) console.log(JSON.stringify({ environment: here, results }, null, 2));
