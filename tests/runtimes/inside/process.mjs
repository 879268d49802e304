// The workload's start in Node, Deno and Bun: models by path from the folder given, result as one line on stdout.

import { readdir } from 'node:fs/promises';
import * as octavo from 'octavo';
import * as images from 'octavo/images';
import { fileSource } from 'octavo/node';
import * as paddle from 'octavo/paddle';
import * as paddleslim from 'octavo/paddleslim';
import { errorAnswer } from './answer.mjs';
import { runWorkload } from './workload.js';

async function run(folder) {
  const inputs = {};
  for (const name of (await readdir(folder)).sort()) {
    inputs[name] = () => fileSource(`${folder}/${name}`);
  }
  return runWorkload({ octavo, images, paddle, paddleslim }, inputs, 2);
}

const answer = await run(process.argv[2]).catch(errorAnswer);
console.log(`OCTAVO_RESULT ${JSON.stringify(answer)}`);
