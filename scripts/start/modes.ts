// The modes that need no samples, on one model, as a table.

import { megabytes, percent } from '../../ts-host/cli/summary.js';
import type * as Octavo from '../../ts-host/node.js';
import { Table } from './table.js';

const MODES: readonly {
  readonly title: string;
  readonly tag: string;
  readonly options: Octavo.QuantizeOptions;
}[] = [
  { title: 'weights, 8 bits', tag: 'int8', options: { mode: 'weights' } },
  { title: 'weights, 4 bits', tag: 'int4', options: { mode: 'weights', bits: 4 } },
  { title: 'dynamic', tag: 'dynamic', options: { mode: 'dynamic' } },
  { title: 'embedding', tag: 'embedding', options: { mode: 'embedding' } },
  { title: 'fp16', tag: 'fp16', options: { mode: 'fp16' } },
];

/** Quantizes a model in each mode, writes the files into `folder`, and prints sizes and errors of the weights. */
export async function printModes(
  octavo: typeof Octavo,
  model: Uint8Array,
  name: string,
  folder: string,
): Promise<void> {
  const table = new Table([
    { head: 'mode', width: 16 },
    { head: 'size', width: 8 },
    { head: 'share', width: 7 },
    { head: 'SQNR', width: 8 },
    { head: 'time', width: 8 },
  ]);
  table.printHead();
  for (const { title, tag, options } of MODES) {
    const start = performance.now();
    const result = await octavo.quantize(model, { ...options, fileName: `${name}.${tag}.onnx` });
    await result.writeTo(octavo.folderSink(folder));
    const time = `${(performance.now() - start).toFixed(0)} ms`;
    const { inputBytes, outputBytes, tensors } = result.report;
    const { total } = await result.measure();
    await result.close();
    const error = tensors.length === 0 ? '-' : `${total.sqnrDb.toFixed(1)} dB`;
    table.print([title, megabytes(outputBytes), percent(outputBytes / inputBytes), error, time]);
  }
}
