// The ONNX reader and writer on the largest real model at hand, in memory: reading is structure plus every byte of
// every weight, writing is planning plus every byte of the file. Compared with copying as many bytes.

import { readFileSync } from 'node:fs';
import { RunContext } from '../../ts-host/context.js';
import { readOnnx } from '../../ts-host/formats/onnx/reader.js';
import { planOnnxFiles } from '../../ts-host/formats/onnx/writer.js';
import { bytesSource } from '../../ts-host/io/source.js';
import { ConstantScope } from '../../ts-host/ir/constants.js';
import { type Model, visitGraphs } from '../../ts-host/ir/model.js';
import { speed, type Timing, time } from '../harness.js';
import { benchModel } from '../models.js';
import type { Figure, SectionResult } from '../report.js';

export async function formats(): Promise<SectionResult> {
  const { name, path } = benchModel();
  const bytes = readFileSync(path);
  const target = new Uint8Array(bytes.byteLength);
  const model = await readOnnx(bytesSource(bytes), {}, new RunContext());
  const [copy, open, read, write] = (await time(
    [
      { name: 'copy', run: (turn) => copyBytes(bytes, target, turn) },
      {
        name: 'open',
        run: async () => (await readOnnx(bytesSource(bytes), {}, new RunContext())).graph.nodes.length,
      },
      {
        name: 'read',
        run: async () => readWeights(await readOnnx(bytesSource(bytes), {}, new RunContext()), target),
      },
      { name: 'write', run: () => writeAll(model, target) },
    ],
    { roundMs: 30 },
  )) as [Timing, Timing, Timing, Timing];
  const rate = (what: string, timing: Timing): Figure[] => [
    { name: what, value: bytes.byteLength / timing.median / 1e3, unit: 'MB/s', note: spread(timing) },
    { name: `${what} / copy`, value: speed(timing, copy), unit: 'x' },
  ];
  return {
    section: `formats (${name}, ${(bytes.byteLength / 1e6).toFixed(1)} MB, in memory)`,
    figures: [
      { name: 'copy', value: bytes.byteLength / copy.median / 1e3, unit: 'MB/s', note: spread(copy) },
      { name: 'open, structure only', value: open.median, unit: 'ms', note: spread(open) },
      ...rate('read', read),
      ...rate('write', write),
    ],
  };
}

const spread = ({ min, median, mad }: Timing): string =>
  `ms: min ${min.toFixed(2)} median ${median.toFixed(2)} mad ${mad.toFixed(2)}`;

function copyBytes(bytes: Uint8Array, target: Uint8Array, turn: number): number {
  target.set(bytes);
  return target[turn % target.length]!;
}

/** Every weight's bytes into one buffer, as a consumer would take them. */
async function readWeights(model: Model, target: Uint8Array): Promise<number> {
  const context = new RunContext();
  let at = 0;
  const scopes: ConstantScope[] = [];
  visitGraphs(model.graph, (graph, path) => scopes.push(new ConstantScope(graph, path)));
  for (const scope of scopes) {
    for (const { tensor } of scope.own()) {
      for await (const chunk of tensor.data.chunks(context)) {
        target.set(chunk, at);
        at += chunk.byteLength;
      }
    }
  }
  return at;
}

async function writeAll(model: Model, target: Uint8Array): Promise<number> {
  const context = new RunContext();
  let at = 0;
  for (const file of planOnnxFiles(model, { fileName: 'model.onnx' }, context)) {
    for await (const chunk of file.chunks(context)) {
      target.set(chunk.byteLength + at > target.byteLength ? chunk.subarray(0, 0) : chunk, at);
      at += chunk.byteLength;
    }
  }
  return at;
}
