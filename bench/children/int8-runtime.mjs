// int8-runtime.mjs MODEL INPUT DIMS: the work of the part `runtimes` in Node, Deno and Bun. Prints JSON as its last line.

import { readFile } from 'node:fs/promises';
import * as octavo from '../../dist/index.js';
import { measureModel } from '../int8/runtime-work.js';

const [model, input, dims] = process.argv.slice(2);
const bytes = new Uint8Array(await readFile(model));
console.log(JSON.stringify(await measureModel(octavo, bytes, input, dims.split('x').map(Number))));
