// The static part of the workload: a small model calibrated over a few samples and over pictures, its statistics, what is made of
// them, also with recovery, and what that gives when it runs.

import type * as Images from '../../ts-host/images.js';
import type * as Octavo from '../../ts-host/index.js';

/** Files of images in base64, by name. Put here when the workload is bundled, see setup/scratch.ts. */
declare const PICTURES: Readonly<Record<string, string>>;

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
  images: typeof Images,
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
  const add = async (label: string, options: Octavo.QuantizeOptions): Promise<void> => {
    const result = await octavo.quantize(source, { ...options, mode: 'static' });
    files.set(label, await result.bytes());
    await result.close();
  };
  for (const [label, options] of Object.entries(CASES)) await add(label, { ...options, calibration: stats });
  const pictures = picturesOf(images);
  const seen = await octavo.calibrate(source, pictures);
  files.set('static statistics of pictures', await seen.bytes());
  await add('static recovered', { recover: 'fast', calibration: seen, recoverySamples: pictures });
  return files;
}

/** JPEG and PNG, decoded and brought to the model's size. */
function picturesOf({ imageSamples }: typeof Images): Octavo.Samples {
  const files = Object.entries(PICTURES).map(([name, text]) => ({
    name,
    data: Uint8Array.from(atob(text), (character) => character.charCodeAt(0)),
  }));
  const [, , resizeHeight, resizeWidth] = STATIC_DIMS;
  return imageSamples(files, { preset: 'tf', resizeWidth, resizeHeight, strict: true });
}

/** Knuth's multiplicative hash, eight bits of it; exact in float32. */
function sample(seed: number): Octavo.TensorInput {
  const length = STATIC_DIMS.reduce((a, b) => a * b, 1);
  const level = (index: number): number => (Math.imul(index + seed * 7919, 2654435761) >>> 20) & 255;
  return { data: Float32Array.from({ length }, (_, i) => (level(i) - 128) / 128), dims: [...STATIC_DIMS] };
}
