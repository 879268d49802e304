// The workload's start in Node, Deno and Bun: models from the folder given, result as one line on stdout.

import { readdir, readFile } from 'node:fs/promises';
import * as octavo from 'octavo';
import { runWorkload } from './workload.js';

const folder = process.argv[2];
const inputs = {};
for (const name of (await readdir(folder)).sort()) {
  inputs[name] = async () => new Uint8Array(await readFile(`${folder}/${name}`));
}
console.log(`OCTAVO_RESULT ${JSON.stringify(await runWorkload(octavo, inputs))}`);
