// The workload's start in Node, Deno and Bun: models from the folder given, result as one line on stdout.

import { readdir, readFile } from 'node:fs/promises';
import * as octavo from 'octavo';
import { runWorkload } from './workload.js';

async function run(folder) {
  const inputs = {};
  for (const name of (await readdir(folder)).sort()) {
    inputs[name] = async () => new Uint8Array(await readFile(`${folder}/${name}`));
  }
  return runWorkload(octavo, inputs);
}

const answer = await run(process.argv[2]).catch((error) => ({
  code: String(error?.code ?? ''),
  message: String(error?.message ?? error),
}));
console.log(`OCTAVO_RESULT ${JSON.stringify(answer)}`);
