// The models of the comparison with onnxruntime's own static quantization, and what each is calibrated and measured on:
// samples as .npy files, so that both sides read the same bytes.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_DIR, ocr, PIXELS } from '../../tests/consumers/models.js';
import { npyFile } from '../../tests/support/npyFile.js';
import { textPage } from '../../tests/support/textPage.js';
import { RunContext } from '../../ts-host/context.js';
import { fileSource, type ImageSamplesOptions, imageSamples, type TensorInput } from '../../ts-host/node.js';

export interface PeerModel {
  readonly name: string;
  readonly path: string;
  readonly input: string;
  /** Of one sample. */
  readonly dims: readonly number[];
  /** Samples to calibrate with, then to measure with: none of the one is among the others. */
  readonly samples: () => AsyncIterable<Split>;
}

interface Split {
  readonly part: 'calibration' | 'evaluation';
  readonly data: Float32Array;
}

const shared = (file: string): string => join(DATA_DIR ?? '', 'models', file);
/** Pages to calibrate with, and as many others to measure with. */
const PAGES = 24;

function photoModel(
  name: string,
  path: string,
  input: string,
  dims: readonly number[],
  options: ImageSamplesOptions,
): PeerModel {
  return { name, path, input, dims, samples: () => photos(input, dims, options) };
}

export const PEER_MODELS: readonly PeerModel[] = [
  photoModel('MobileNetV1', shared('mobilenet_v1_1.0_224.onnx'), 'input', [1, 3, 224, 224], { preset: 'tf' }),
  photoModel('SqueezeNet 1.1', shared('squeezenet_v1.1.onnx'), 'data', [1, 3, 227, 227], {
    imageToFormat: 'BGR',
    normalizeMean: [104, 117, 123],
  }),
  {
    name: 'OCR detector',
    path: ocr('ch_PP-OCRv4_det_infer.onnx'),
    input: 'x',
    dims: [1, 3, 320, 320],
    samples: pages,
  },
];

/** Crops of photographs 01-12, then of 13-24. */
async function* photos(
  input: string,
  dims: readonly number[],
  options: ImageSamplesOptions,
): AsyncGenerator<Split> {
  const folder = join(DATA_DIR ?? '', 'images/photos');
  const names = readdirSync(folder).sort();
  const files = names.map((name) => ({ name, data: () => fileSource(join(folder, name)) }));
  const inputs = [{ name: input, dtype: 'float32', dims }] as const;
  for await (const { name, feeds } of imageSamples(files, options).open(inputs as never, new RunContext())) {
    const part = Number(name.slice(0, 2)) <= 12 ? 'calibration' : 'evaluation';
    yield { part, data: (feeds[input] as TensorInput).data as Float32Array };
  }
}

/** Photographs hold no text, and where there is none the detector answers 0 everywhere. */
async function* pages(): AsyncGenerator<Split> {
  for (let seed = 1; seed <= 2 * PAGES; seed++) {
    const part = seed <= PAGES ? 'calibration' : 'evaluation';
    yield { part, data: textPage(seed, 320, PIXELS.DETECTOR) };
  }
}

export interface SampleFolders {
  readonly calibration: string;
  readonly evaluation: string;
}

/** Writes a model's samples below `folder`. */
export async function writeSamples(model: PeerModel, folder: string): Promise<SampleFolders> {
  const folders = { calibration: join(folder, 'calibration'), evaluation: join(folder, 'evaluation') };
  for (const each of Object.values(folders)) mkdirSync(each, { recursive: true });
  let count = 0;
  for await (const { part, data } of model.samples()) {
    const name = `${String(count++).padStart(4, '0')}.npy`;
    writeFileSync(join(folders[part], name), npyFile(data, model.dims));
  }
  return folders;
}
