// The float nets of the goldens as the quantizers take them, and nets looked into.

import { RunContext } from '../../ts-host/context.js';
import type { PaddleNet } from '../../ts-host/formats/paddle/program.js';
import { readPaddleNet } from '../../ts-host/formats/paddle/readNet.js';
import type { TensorInput } from '../../ts-host/index.js';
import { bytesSource } from '../../ts-host/io/source.js';
import { readAll } from '../../ts-host/ir/tensor.js';
import { type PaddleGolden, paddleGolden } from '../support/paddleGoldens.js';

export const context = new RunContext();

/** Files by name, as `modelDir`. */
export function filesOf({ files }: PaddleGolden): Record<string, Uint8Array> {
  return { 'm.pdmodel': files.pdmodel!, 'm.pdiparams': files.pdiparams! };
}

export const netOf = ({ files }: PaddleGolden): Promise<PaddleNet> =>
  readPaddleNet(bytesSource(files.pdmodel!), { combined: bytesSource(files.pdiparams!) }, context);

export const floatGolden = (net: string): PaddleGolden => paddleGolden('quantized', `${net}/float`);

/** The batches that Paddle calibrated the goldens with. */
export function batchesOf(golden: PaddleGolden): TensorInput[] {
  const { data, dims } = golden.groups.samples!.x!;
  const [count, ...batch] = dims as [number, ...number[]];
  const length = data.length / count;
  return Array.from({ length: count }, (_, i) => ({
    data: data.slice(i * length, (i + 1) * length),
    dims: batch,
  }));
}

/** How many operators of each type. */
export function operatorCounts(net: PaddleNet): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of net.program.blocks[0]!.ops) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** Values of a parameter; undefined where there is none. */
export async function numbersOf(net: PaddleNet, name: string): Promise<readonly number[] | undefined> {
  const tensor = net.parameters.get(name);
  if (tensor === undefined) return undefined;
  const { buffer } = (await readAll(tensor.data, context)).slice();
  switch (tensor.dtype) {
    case 'int8':
      return [...new Int8Array(buffer)];
    case 'int16':
      return [...new Int16Array(buffer)];
    case 'float32':
      return [...new Float32Array(buffer)];
    default:
      throw new Error(`a test does not read ${tensor.dtype}`);
  }
}
