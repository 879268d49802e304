// Plain JavaScript over dist/, as a user's process: node quantize-file.mjs MODEL OUTPUT ROUNDS
// Quantizes file to file, again and again, interleaved with copying the same file through memory to a synced file.
// Prints { startRss, peakRss, quantizeMs, copyMs } as JSON.

import { open, readFile, rm } from 'node:fs/promises';
import { init, quantizeFile } from '../../dist/node.js';

const [model, output, rounds] = process.argv.slice(2);
await init();
const startRss = process.memoryUsage.rss();
const quantizeMs = [];
const copyMs = [];
let firstMs = 0;
let firstPeak = 0;

async function copy() {
  const bytes = await readFile(model);
  const file = await open(`${output}.copy`, 'w');
  await file.writeFile(bytes);
  await file.sync();
  await file.close();
}

const timed = async (work) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

for (let round = 0; round < Number(rounds); round++) {
  const ms = await timed(() => quantizeFile(model, output, { mode: 'weights' }));
  if (round === 0) {
    firstMs = ms;
    firstPeak = process.resourceUsage().maxRSS * 1024;
  }
  quantizeMs.push(ms);
}
const peakRss = process.resourceUsage().maxRSS * 1024;
for (let round = 0; round < Number(rounds); round++) {
  quantizeMs.push(await timed(() => quantizeFile(model, output, { mode: 'weights' })));
  copyMs.push(await timed(copy));
}
await rm(`${output}.copy`);
console.log(
  JSON.stringify({
    startRss,
    firstPeak,
    peakRss,
    firstMs,
    quantizeMs: quantizeMs.slice(Number(rounds)),
    copyMs,
  }),
);
