// The static part of the workload: a small model calibrated over a few samples, its statistics, what is made of them, and what
// that gives when it runs.

import type * as Octavo from '../../ts-host/index.js';

/** The direction classifier: convolutions of every kind, and quick. */
export const STATIC_MODEL = 'ch_ppocr_mobile_v2.0_cls_infer.onnx';
export const STATIC_DIMS: readonly number[] = [1, 3, 48, 96];

const SAMPLES = 4;

/** Together they use every kind of search, both representations and several types. */
const CASES: Readonly<Record<string, Octavo.QuantizeOptions>> = {
  static: {},
  'static minmax int8': { method: 'minmax', activationType: 'int8', target: 'onnxruntime-cpu' },
  'static kl tensorrt': { method: 'kl', target: 'tensorrt' },
  'static emd operators': { method: 'emd', representation: 'operator' },
  'static percentile uint16': { method: 'percentile', activationType: 'uint16', target: 'octavo' },
};

/** Files made of the model, by what they are: statistics, quantized models. */
export async function staticFiles(
  octavo: typeof Octavo,
  source: Octavo.SourceInput,
): Promise<Map<string, Uint8Array>> {
  const samples = Array.from({ length: SAMPLES }, (_, seed) => sample(seed));
  const stats = await octavo.calibrate(source, samples);
  const files = new Map([['static statistics', await stats.bytes()]]);
  const parts: Octavo.CalibrationStats[] = [];
  for (const index of [1, 0]) {
    parts.push(await octavo.calibrate(source, samples, { shard: { index, count: 2 } }));
  }
  files.set('static statistics of merged shards', await (await octavo.mergeStats(parts)).bytes());
  for (const [label, options] of Object.entries(CASES)) {
    const result = await octavo.quantize(source, { ...options, mode: 'static', calibration: stats });
    files.set(label, await result.bytes());
    await result.close();
  }
  return files;
}

/** Knuth's multiplicative hash, eight bits of it; exact in float32. */
function sample(seed: number): Octavo.TensorInput {
  const length = STATIC_DIMS.reduce((a, b) => a * b, 1);
  const level = (index: number): number => (Math.imul(index + seed * 7919, 2654435761) >>> 20) & 255;
  return { data: Float32Array.from({ length }, (_, i) => (level(i) - 128) / 128), dims: [...STATIC_DIMS] };
}
