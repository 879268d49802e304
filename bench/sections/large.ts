// A model of 3 GB with external data, made here, quantized in a process of its own: the peak of its memory must not
// depend on the size of the model. Everything is deleted afterwards.

import { mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { externalTensor, matMul, model, value } from '../../tests/support/onnxBuilder.js';
import { runChild } from '../child.js';
import type { Figure, SectionResult } from '../report.js';

const SIDE = 8192;
const LAYERS = 12;
const LAYER_BYTES = SIDE * SIDE * 4;
const GB = 1024 ** 3;
const MB = 1024 ** 2;
/** The input, one output at a time, and some room. */
const DISK_NEEDED = LAYERS * LAYER_BYTES * 1.6;
const GOAL_MB = 300;
const MODES = ['weights', 'dynamic', 'fp16'];

interface Measured {
  readonly startRss: number;
  readonly peakRss: number;
  readonly ms: number;
}

export async function large(): Promise<SectionResult> {
  const section = `large (${LAYERS} MatMul of ${SIDE} x ${SIDE}, ${(LAYERS * LAYER_BYTES) / GB} GB of external data)`;
  const { bavail, bsize } = statfsSync(tmpdir());
  if (bavail * bsize < DISK_NEEDED) {
    return {
      section,
      figures: [],
      skipped: [`${tmpdir()} has less than ${(DISK_NEEDED / GB).toFixed(1)} GB free`],
    };
  }
  const folder = mkdtempSync(join(tmpdir(), 'octavo-bench-'));
  try {
    const input = await makeModel(folder);
    const figures: Figure[] = [];
    for (const mode of MODES) figures.push(...(await measure(folder, input, mode)));
    return { section, figures };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, input: string, mode: string): Promise<Figure[]> {
  const output = join(folder, `${mode}.onnx`);
  const { startRss, peakRss, ms } = await runChild<Measured>('quantize-large.mjs', [input, output, mode]);
  const bytes = statSync(`${output}.data`, { throwIfNoEntry: false })?.size ?? statSync(output).size;
  rmSync(`${output}.data`, { force: true });
  rmSync(output);
  return [
    {
      name: `${mode}, peak memory above start`,
      value: (peakRss - startRss) / MB,
      unit: 'MB',
      note: `start ${(startRss / MB).toFixed(0)} MB`,
      goal: { atMost: GOAL_MB },
    },
    {
      name: `${mode}, rate`,
      value: (LAYERS * LAYER_BYTES) / 1e3 / ms,
      unit: 'MB/s',
      note: `${(ms / 1000).toFixed(1)} s, ${(bytes / GB).toFixed(2)} GB written`,
    },
  ];
}

/** Weights from one block of noise, repeated with a shift, so that neither compression nor sparse files help. */
async function makeModel(folder: string): Promise<string> {
  const noise = new Float32Array((4 * MB) / 4);
  let state = 1;
  for (let i = 0; i < noise.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    noise[i] = (state / 4294967296 - 0.5) * 0.1;
  }
  const file = await open(join(folder, 'weights.bin'), 'w');
  for (let written = 0; written < LAYERS * LAYER_BYTES; written += noise.byteLength) await file.write(noise);
  await file.close();
  const path = join(folder, 'model.onnx');
  const names = Array.from({ length: LAYERS }, (_, index) => index);
  const bytes = model({
    nodes: names.map((i) => matMul(i === 0 ? 'x' : `h${i - 1}`, `w${i}`, i === LAYERS - 1 ? 'y' : `h${i}`)),
    initializers: names.map((i) =>
      externalTensor(`w${i}`, 'float32', [SIDE, SIDE], {
        location: 'weights.bin',
        offset: i * LAYER_BYTES,
        length: LAYER_BYTES,
      }),
    ),
    inputs: [value('x', [1, SIDE])],
    outputs: [value('y', [1, SIDE])],
  });
  await writeFile(path, bytes);
  return path;
}
