// Models that Octavo writes and Paddle runs: all that written.json records. write-models.ts writes them for check_written.py, and
// the test of the record makes the small ones again.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TensorArray } from '../../../ts-host/data/tensor.js';
import type { TensorInput } from '../../../ts-host/index.js';
import type { DType } from '../../../ts-host/ir/dtype.js';
import { type PaddleModel, type PaddleOutput, readPaddle, writePaddle } from '../../../ts-host/paddle.js';
import {
  type QuantPostStaticOptions,
  quantEmbedding,
  quantPostDynamic,
  quantPostStatic,
} from '../../../ts-host/paddleslim.js';
import { sharedData } from '../../support/data.js';
import { type PaddleGolden, paddleGolden, paddleGoldens } from '../../support/paddleGoldens.js';
import { Rng } from '../../support/rng.js';

export type Feeds = Readonly<Record<string, TensorInput>>;

/** A model that was written. */
export interface Written {
  /** Net, function and options, such as `residual/static/hist-onnx`. */
  readonly name: string;
  readonly output: PaddleOutput;
  /** What is in it. */
  readonly model: PaddleModel;
  /** The model it was made of. */
  readonly float: PaddleModel;
  readonly feeds: Feeds;
}

type Models = AsyncGenerator<Written, void, undefined>;

/** A float model, what it is fed with, and the batches that ranges are found with. */
interface Net {
  readonly name: string;
  readonly model: PaddleModel;
  readonly feeds: Feeds;
  readonly batches: readonly Feeds[];
}

/** SHA-256 of the files of a model, names and bytes, in the order of names. */
export async function hashOf({ output }: Written): Promise<string> {
  const hash = createHash('sha256');
  for (const name of output.files.map((file) => file.name).sort()) {
    hash.update(`${name}\0`).update(await output.bytes(name));
  }
  return hash.digest('hex');
}

const ALGORITHMS = ['KL', 'hist', 'mse', 'avg', 'abs_max', 'emd', 'ptf'] as const;
type Algorithm = (typeof ALGORITHMS)[number];

const STYLES: Readonly<Record<string, Partial<QuantPostStaticOptions>>> = {
  onnx: { onnxFormat: true },
  fake: { onnxFormat: false },
  'fake-float': { onnxFormat: false, saveInt8: false },
};

/** Styles that JSON is written in: all operators that they add. */
const JSON_STYLES: Readonly<Record<string, Partial<QuantPostStaticOptions>>> = {
  ...STYLES,
  'onnx-16': { onnxFormat: true, weightBits: 16, activationBits: 16 },
  'fake-16': { onnxFormat: false, weightBits: 16, activationBits: 16 },
  'fake-full': { onnxFormat: false, isFullQuantize: true, optimizeModel: true, biasCorrection: true },
  'fake-moving': {
    onnxFormat: false,
    weightQuantizeType: 'abs_max',
    activationQuantizeType: 'moving_average_abs_max',
  },
  'fake-measured': { onnxFormat: false, activationQuantizeType: 'abs_max' },
};

const FILES = { modelFilename: 'model.pdmodel', paramsFilename: 'model.pdiparams' };

const written = (net: Net, what: string, output: PaddleOutput, model: PaddleModel): Written => ({
  name: `${net.name}/${what}`,
  output,
  model,
  float: net.model,
  feeds: net.feeds,
});

async function statically(
  net: Net,
  name: string,
  options: Partial<QuantPostStaticOptions>,
): Promise<Written> {
  const result = await quantPostStatic({ modelDir: net.model, dataLoader: net.batches, ...options });
  return written(net, `static/${name}`, result, result.model);
}

async function testModel(net: Net, quantizableOpType?: readonly string[]): Promise<Written> {
  const result = await quantPostDynamic({ modelDir: net.model, quantizableOpType, generateTestModel: true });
  return written(net, 'dynamic/test-model', result.testModel!, result.model);
}

async function* embeddings(net: Net): Models {
  for (const quantizeType of ['abs_max', 'log'] as const) {
    const config = { lookupTableV2: { quantizeType } };
    const result = await quantEmbedding({ modelDir: net.model, config });
    yield written(net, `embedding/${quantizeType}`, result, result.model);
  }
}

/** A net in all styles. */
async function* quantized(net: Net, algorithms: readonly Algorithm[]): Models {
  yield written(net, 'unchanged', writePaddle(net.model, FILES), net.model);
  for (const algo of algorithms)
    for (const [style, options] of Object.entries(STYLES))
      yield await statically(net, `${algo}-${style}`, { algo, ...options });
  const hist = (name: string, options: Partial<QuantPostStaticOptions>) =>
    statically(net, `hist-${name}`, { algo: 'hist', ...options });
  yield await hist('onnx-16', { weightBits: 16, activationBits: 16 });
  yield await hist('onnx-per-tensor', { weightQuantizeType: 'abs_max' });
  yield await hist('onnx-full', { isFullQuantize: true });
  yield await hist('onnx-folded', { optimizeModel: true });
  yield await hist('fake-folded', { optimizeModel: true, onnxFormat: false });
  yield await testModel(net, ['conv2d', 'depthwise_conv2d', 'mul']);
}

function feedsOf({ inputs }: PaddleGolden): Feeds {
  const entries = Object.entries(inputs).map(([name, { dtype, dims, data }]): [string, TensorInput] => [
    name,
    { dtype: dtype as DType, dims, data: data as TensorArray },
  ]);
  return Object.fromEntries(entries);
}

const read = ({ files }: PaddleGolden) =>
  readPaddle({ model: files.json ?? files.pdmodel!, params: files.pdiparams });

/** Nets of container `quantized`, with the batches that are stored there. */
async function smallNet(name: string): Promise<Net> {
  const golden = paddleGolden('quantized', `${name}/float`);
  const { data, dims } = golden.groups.samples!.x!;
  const [count = 0, ...batch] = dims;
  const length = data.length / count;
  const batches = Array.from({ length: count }, (_, i) => ({
    x: { data: data.slice(i * length, (i + 1) * length) as Float32Array, dims: batch },
  }));
  return { name, model: await read(golden), feeds: feedsOf(golden), batches };
}

/** Nets of a container of whole nets, whose inputs are the samples too. */
async function wholeNet(container: 'nets' | 'pir', name: string, called = name): Promise<Net> {
  const golden = paddleGolden(container, name);
  const feeds = feedsOf(golden);
  return { name: called, model: await read(golden), feeds, batches: [feeds] };
}

/** paddle.vision's MobileNetV1 with all its channels, on a picture smaller than it was exported for. */
async function* wholeMobileNet(): Models {
  const net = await wholeNet('nets', 'mobilenetv1');
  yield await statically(net, 'hist-onnx', { algo: 'hist' });
  yield await testModel(net);
}

/** PP-OCR's classifier of directions, where the shared data is. */
async function* classifier(): Models {
  if (sharedData === undefined) return;
  const folder = join(sharedData, 'models/paddle/ch_ppocr_mobile_v2.0_cls');
  const file = (ending: string) => readFileSync(join(folder, `inference.${ending}`));
  const model = await readPaddle({ model: file('pdmodel'), params: file('pdiparams') });
  const rng = new Rng(7);
  const dims = [2, 3, 48, 192];
  const picture = (): Feeds => {
    const length = dims.reduce((a, b) => a * b);
    return { x: { dims, data: Float32Array.from({ length }, () => 2 * rng.float() - 1) } };
  };
  const net = { name: 'classifier', model, feeds: picture(), batches: [picture(), picture()] };
  yield* quantized(net, ['KL', 'hist', 'mse', 'avg', 'abs_max']);
}

/** Nets of Paddle 3's JSON as ProgramDesc: one quantized in each style, all unchanged. */
async function* pirAsProgram(): Models {
  const { model } = await wholeNet('pir', 'residual');
  const residual = { ...(await smallNet('residual')), name: 'pir/residual', model };
  for (const [style, options] of Object.entries(STYLES))
    yield await statically(residual, `hist-${style}`, { algo: 'hist', saveLayout: 'program', ...options });
  for (const golden of paddleGoldens('pir')) {
    // These two are exported for pictures of another size, and large.
    if (['mobilenetv1', 'resnet18'].includes(golden.name)) continue;
    const net = await wholeNet('pir', golden.name, 'pir');
    yield written(net, golden.name, writePaddle(net.model, FILES), net.model);
  }
}

/** A net of Paddle 3's JSON as JSON, unchanged and in each style. Its name begins with json/. */
async function* pirAsJson(name: string): Models {
  const net = await wholeNet('pir', name, `json/${name}`);
  yield written(net, 'unchanged', writePaddle(net.model), net.model);
  if (name === 'words') {
    yield* embeddings(net);
    return;
  }
  for (const [style, options] of Object.entries(JSON_STYLES))
    yield await statically(net, `hist-${style}`, { algo: 'hist', saveLayout: 'pir', ...options });
  yield await testModel(net);
  for (const weightBits of name === 'residual' ? ([8, 16] as const) : []) {
    const result = await quantPostDynamic({ modelDir: net.model, weightBits });
    yield written(net, `dynamic/codes-${weightBits}`, result, result.model);
  }
}

const JSON_NETS = ['mlp', 'residual', 'vgg', 'detector', 'recurrent', 'svtr', 'mobilenetv3', 'words'];

/** All of them, by what write-models.ts calls them on its command line. */
export const WRITTEN: Readonly<Record<string, () => Models>> = {
  classic: async function* () {
    yield* quantized(await smallNet('classic'), ALGORITHMS);
  },
  residual: async function* () {
    yield* quantized(await smallNet('residual'), ALGORITHMS);
  },
  'mobilenetv1-quarter': async function* () {
    yield* quantized(await wholeNet('nets', 'mobilenetv1-quarter'), ['hist']);
  },
  'channels-last': async function* () {
    yield* quantized(await wholeNet('nets', 'channels-last'), ['hist']);
  },
  mobilenetv1: wholeMobileNet,
  words: async function* () {
    yield* embeddings(await wholeNet('nets', 'words'));
  },
  classifier,
  pir: pirAsProgram,
  ...Object.fromEntries(JSON_NETS.map((name) => [`json/${name}`, () => pirAsJson(name)])),
};
