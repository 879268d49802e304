// Runs a model in a worker thread: node run.mjs model.onnx 1x3x48x192 OUTPUT_FILE
//
// The one input is fed with 0.5; the bytes of the first output are written. Meanwhile the main thread does other things: here it
// counts.

import { readFile, writeFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { BackgroundSession } from './background-session.js';

const [path, shape, file] = process.argv.slice(2);
const dims = shape.split('x').map(Number);

const session = new BackgroundSession(new Worker(new URL('session-worker.js', import.meta.url)));
await session.open(import.meta.resolve('octavo'), new Uint8Array(await readFile(path)));
const data = new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.5);

let turns = 0;
const counting = setInterval(() => turns++);
const outputs = await session.run({ [session.inputs[0].name]: { data, dims } });
clearInterval(counting);

const [[name, output]] = Object.entries(outputs);
await writeFile(file, output.data);
console.log(
  `${name}: ${output.dtype} [${output.dims.join(', ')}]; meanwhile the main thread had ${turns} turns`,
);
await session.close();
