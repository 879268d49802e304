// node quantize-static.mjs MODEL SAMPLES_FOLDER OUTPUT COUNT [METHOD]: static quantization of one file over COUNT samples, the .npy
// files of the folder in order, from the first again where there are fewer. Prints { seconds, peakBytes } as JSON.

import { writeFileSync } from 'node:fs';
import { fileSource, folderSamples, quantize } from '../../dist/node.js';

const [model, folder, output, count, method] = process.argv.slice(2);

const files = await folderSamples(folder);
const wanted = Number(count);

/** The folder again and again. */
const samples = {
  count: wanted,
  async *open(inputs, context, wants = () => true) {
    for (let first = 0; first < wanted; first += files.count) {
      const round = (number) => first + number < wanted && wants(first + number);
      for await (const sample of files.open(inputs, context, round)) {
        yield { ...sample, numbers: sample.numbers.map((number) => first + number) };
      }
    }
  },
};

const start = performance.now();
const source = await fileSource(model);
const result = await quantize(source, {
  mode: 'static',
  calibration: samples,
  ...(method ? { method } : {}),
});
writeFileSync(output, await result.bytes());
await result.close();
await source.close();
const seconds = (performance.now() - start) / 1000;
// The kernel's own high-water mark of the process, in kilobytes.
console.log(JSON.stringify({ seconds, peakBytes: process.resourceUsage().maxRSS * 1024 }));
