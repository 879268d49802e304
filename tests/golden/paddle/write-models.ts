// Writes Paddle models with Octavo for check_written.py, which runs them in Paddle: npx tsx tests/golden/paddle/write-models.ts FOLDER [NET]
//
// FOLDER/NAME/model.pdmodel (or model.json) and model.pdiparams are the model, case.json beside them holds inputs, what Octavo's session computes
// of the model, and what it computes of the float model that it was made of.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TensorArray } from '../../../ts-host/data/tensor.js';
import { Session, type TensorInput } from '../../../ts-host/index.js';
import type { DType } from '../../../ts-host/ir/dtype.js';
import { type PaddleModel, type PaddleOutput, readPaddle, writePaddle } from '../../../ts-host/paddle.js';
import {
  type QuantPostStaticOptions,
  quantEmbedding,
  quantPostDynamic,
  quantPostStatic,
} from '../../../ts-host/paddleslim.js';
import { sharedData } from '../../support/data.js';
import { prepareOctavo } from '../../support/octavo.js';
import { type PaddleGolden, paddleGolden, paddleGoldens } from '../../support/paddleGoldens.js';
import { Rng } from '../../support/rng.js';

type Feeds = Readonly<Record<string, TensorInput>>;
type Values = Awaited<ReturnType<Session['run']>>;

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: write-models.ts FOLDER');

/** A float model, what it is fed with, and the batches that ranges are found with. */
interface Net {
  readonly name: string;
  readonly model: PaddleModel;
  readonly feeds: Feeds;
  readonly batches: readonly Feeds[];
}

const ALGORITHMS = ['KL', 'hist', 'mse', 'avg', 'abs_max', 'emd', 'ptf'] as const;
const STYLES: Readonly<Record<string, Partial<QuantPostStaticOptions>>> = {
  onnx: { onnxFormat: true },
  fake: { onnxFormat: false },
  'fake-float': { onnxFormat: false, saveInt8: false },
};

async function run(model: PaddleModel, feeds: Feeds): Promise<Values> {
  const session = await Session.create(model);
  try {
    return await session.run(feeds);
  } finally {
    session.dispose();
  }
}

function stored(tensors: Feeds | Values): unknown {
  const base64 = (data: TensorArray) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
  return Object.entries(tensors).map(([name, { dtype, dims, data }]) => ({
    name,
    dtype,
    dims,
    data: base64(data as TensorArray),
  }));
}

async function write(
  name: string,
  output: PaddleOutput,
  model: PaddleModel,
  net: Pick<Net, 'feeds' | 'model'>,
): Promise<void> {
  const place = join(folder!, name.replaceAll('/', '+'));
  mkdirSync(place, { recursive: true });
  for (const file of output.files) writeFileSync(join(place, file.name), await output.bytes(file.name));
  const facts = {
    name,
    inputs: stored(net.feeds),
    octavo: stored(await run(model, net.feeds)),
    float: stored(await run(net.model, net.feeds)),
  };
  writeFileSync(join(place, 'case.json'), JSON.stringify(facts));
}

const FILES = { modelFilename: 'model.pdmodel', paramsFilename: 'model.pdiparams' };

async function writeStatic(net: Net, name: string, options: Partial<QuantPostStaticOptions>): Promise<void> {
  const result = await quantPostStatic({ modelDir: net.model, dataLoader: net.batches, ...options });
  await write(`${net.name}/static/${name}`, result, result.model, net);
}

async function writeQuantized(net: Net, algorithms: readonly (typeof ALGORITHMS)[number][]): Promise<void> {
  await write(`${net.name}/unchanged`, writePaddle(net.model, FILES), net.model, net);
  for (const algo of algorithms)
    for (const [style, options] of Object.entries(STYLES))
      await writeStatic(net, `${algo}-${style}`, { algo, ...options });
  const widths = { algo: 'hist', weightBits: 16, activationBits: 16 } as const;
  await writeStatic(net, 'hist-onnx-16', { ...widths, onnxFormat: true });
  await writeStatic(net, 'hist-onnx-per-tensor', { algo: 'hist', weightQuantizeType: 'abs_max' });
  await writeStatic(net, 'hist-onnx-full', { algo: 'hist', isFullQuantize: true });
  await writeStatic(net, 'hist-onnx-folded', { algo: 'hist', optimizeModel: true });
  await writeStatic(net, 'hist-fake-folded', { algo: 'hist', optimizeModel: true, onnxFormat: false });
  const quantizableOpType = ['conv2d', 'depthwise_conv2d', 'mul'];
  const dynamic = await quantPostDynamic({ modelDir: net.model, quantizableOpType, generateTestModel: true });
  const { testModel } = dynamic;
  if (testModel === undefined) throw new Error('there is a test model');
  await write(`${net.name}/dynamic/test-model`, testModel, dynamic.model, net);
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

/** Nets of container `nets`, whose inputs are the samples too. */
async function wholeNet(name: string): Promise<Net> {
  const golden = paddleGolden('nets', name);
  const feeds = feedsOf(golden);
  return { name: golden.name, model: await read(golden), feeds, batches: [feeds] };
}

/** paddle.vision's MobileNetV1 with all its channels, on a picture smaller than it was exported for. */
async function writeWholeMobileNet(): Promise<void> {
  const golden = paddleGolden('nets', 'mobilenetv1');
  const feeds = feedsOf(golden);
  const { json, pdmodel, pdiparams } = golden.files;
  const model = await readPaddle({ model: json ?? pdmodel!, params: pdiparams });
  const net: Net = { name: golden.name, model, feeds, batches: [feeds] };
  await writeStatic(net, 'hist-onnx', { algo: 'hist' });
  const dynamic = await quantPostDynamic({ modelDir: model, generateTestModel: true });
  if (dynamic.testModel === undefined) throw new Error('there is a test model');
  console.log('mobilenetv1, dynamic:', dynamic.size);
  await write(`${net.name}/dynamic/test-model`, dynamic.testModel, dynamic.model, net);
}

/** A net with a table of words, by each way to quantize tables. */
async function writeTables(): Promise<void> {
  const golden = paddleGolden('nets', 'words');
  const net = { model: await read(golden), feeds: feedsOf(golden) };
  for (const quantizeType of ['abs_max', 'log'] as const) {
    const result = await quantEmbedding({ modelDir: net.model, config: { lookupTableV2: { quantizeType } } });
    await write(`words/embedding/${quantizeType}`, result, result.model, net);
  }
}

/** PP-OCR's classifier of directions, where the shared data is. */
async function classifier(): Promise<Net | undefined> {
  if (sharedData === undefined) return undefined;
  const file = (ending: string) =>
    readFileSync(join(sharedData!, 'models/paddle/ch_ppocr_mobile_v2.0_cls', `inference.${ending}`));
  const model = await readPaddle({ model: file('pdmodel'), params: file('pdiparams') });
  const rng = new Rng(7);
  const picture = (): Feeds => {
    const dims = [2, 3, 48, 192];
    return { x: { dims, data: Float32Array.from({ length: 2 * 3 * 48 * 192 }, () => 2 * rng.float() - 1) } };
  };
  return { name: 'classifier', model, feeds: picture(), batches: [picture(), picture()] };
}

/** A net of Paddle 3's JSON, quantized in each style, as ProgramDesc. */
async function writeFromPir(): Promise<void> {
  const net = {
    ...(await smallNet('residual')),
    name: 'pir/residual',
    model: await read(paddleGolden('pir', 'residual')),
  };
  for (const [style, options] of Object.entries(STYLES))
    await writeStatic(net, `hist-${style}`, { algo: 'hist', saveLayout: 'program', ...options });
}

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

/** Nets of Paddle 3's JSON, unchanged and in each style, as JSON. Their names begin with json/. */
async function writeAsJson(): Promise<void> {
  for (const name of ['mlp', 'residual', 'vgg', 'detector', 'recurrent', 'svtr', 'mobilenetv3']) {
    const net = await jsonNet(name);
    for (const [style, options] of Object.entries(JSON_STYLES))
      await writeStatic(net, `hist-${style}`, { algo: 'hist', saveLayout: 'pir', ...options });
    const { testModel, ...dynamic } = await quantPostDynamic({
      modelDir: net.model,
      generateTestModel: true,
    });
    await write(`${net.name}/dynamic/test-model`, testModel!, dynamic.model, net);
  }
  const words = await jsonNet('words');
  for (const quantizeType of ['abs_max', 'log'] as const) {
    const config = { lookupTableV2: { quantizeType } };
    const result = await quantEmbedding({ modelDir: words.model, config });
    await write(`${words.name}/embedding/${quantizeType}`, result, result.model, words);
  }
  for (const weightBits of [8, 16] as const) {
    const net = await jsonNet('residual');
    const result = await quantPostDynamic({ modelDir: net.model, weightBits });
    await write(`${net.name}/dynamic/codes-${weightBits}`, result, result.model, net);
  }
}

async function jsonNet(name: string): Promise<Net> {
  const golden = paddleGolden('pir', name);
  const feeds = feedsOf(golden);
  const net: Net = { name: `json/${name}`, model: await read(golden), feeds, batches: [feeds] };
  await write(`${net.name}/unchanged`, writePaddle(net.model), net.model, net);
  return net;
}

const only = process.argv[3];
const isWanted = (name: string): boolean => only === undefined || name === only;

await prepareOctavo();
for (const name of ['classic', 'residual']) {
  if (isWanted(name)) await writeQuantized(await smallNet(name), ALGORITHMS);
}
for (const name of ['mobilenetv1-quarter', 'channels-last']) {
  if (isWanted(name)) await writeQuantized(await wholeNet(name), ['hist']);
}
if (isWanted('mobilenetv1')) await writeWholeMobileNet();
if (isWanted('words')) await writeTables();
const net = isWanted('classifier') ? await classifier() : undefined;
if (net !== undefined) await writeQuantized(net, ['KL', 'hist', 'mse', 'avg', 'abs_max']);
if (isWanted('json')) await writeAsJson();
if (isWanted('pir')) await writeFromPir();
for (const golden of paddleGoldens('pir')) {
  // These two are exported for pictures of another size, and large.
  if (!isWanted('pir') || ['mobilenetv1', 'resnet18'].includes(golden.name)) continue;
  const model = await read(golden);
  await write(`pir/${golden.name}`, writePaddle(model, FILES), model, { feeds: feedsOf(golden), model });
}
