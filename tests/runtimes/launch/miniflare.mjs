// Runs a bundled worker once in workerd, by miniflare. Needs Node 22 or newer.
//   node miniflare.mjs WORKER_FOLDER INPUT_FOLDER [METHOD REQUEST_PATH]
// Every file of INPUT_FOLDER is put into the R2 bucket MODELS first. Prints OCTAVO_VERSION, OCTAVO_RESULT with the
// response's text, and for each object that the worker added OCTAVO_OBJECT name sha256.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Miniflare } from 'miniflare';

const [workerFolder, inputFolder, method = 'GET', requestPath = '/'] = process.argv.slice(2);
const modules = readdirSync(workerFolder)
  .sort((a, b) => Number(b === 'worker.js') - Number(a === 'worker.js'))
  .map((name) => ({
    type: name.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule',
    path: join(workerFolder, name),
  }));
const miniflare = new Miniflare({
  modules,
  modulesRoot: workerFolder,
  compatibilityDate: '2026-06-01',
  cf: false,
  r2Buckets: ['MODELS'],
  handleRuntimeStdio: (stdout, stderr) => {
    stdout.pipe(process.stderr);
    stderr.pipe(process.stderr);
  },
});
console.log(`OCTAVO_VERSION ${createRequire(import.meta.url)('workerd/package.json').version}`);
const bucket = await miniflare.getR2Bucket('MODELS');
const inputs = readdirSync(inputFolder);
for (const name of inputs) await bucket.put(name, readFileSync(join(inputFolder, name)));
const response = await miniflare.dispatchFetch(`http://localhost${requestPath}`, { method });
console.log(`OCTAVO_RESULT ${await response.text()}`);
for (const { key } of (await bucket.list()).objects) {
  if (inputs.includes(key)) continue;
  const bytes = new Uint8Array(await (await bucket.get(key)).arrayBuffer());
  console.log(`OCTAVO_OBJECT ${key} ${createHash('sha256').update(bytes).digest('hex')}`);
}
await miniflare.dispose();
