// node quantize-large.mjs MODEL OUTPUT MODE: quantizes one file, prints { startRss, peakRss, ms } as JSON.

import { init, quantizeFile } from '../../dist/node.js';

const [model, output, mode] = process.argv.slice(2);
await init();
const startRss = process.memoryUsage.rss();
const start = performance.now();
await quantizeFile(model, output, { mode });
const ms = performance.now() - start;
// The kernel's own high-water mark, in kilobytes.
console.log(JSON.stringify({ startRss, peakRss: process.resourceUsage().maxRSS * 1024, ms }));
