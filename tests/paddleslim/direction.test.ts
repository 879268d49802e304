// PP-OCR's direction classifier, a real Paddle model, quantized by each algorithm and written in each style: it must decide as the
// float model does through blur and noise, and its parameters must be less than a third as large.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { Session, type TensorInput } from '../../ts-host/index.js';
import { type PaddleModel, readPaddle } from '../../ts-host/paddle.js';
import { type Algorithm, type PaddleQuantizeResult, quantPostStatic } from '../../ts-host/paddleslim.js';
import { PIXELS } from '../consumers/models.js';
import { sharedData } from '../support/data.js';
import { prepareOctavo } from '../support/octavo.js';
import { textBatches } from '../support/textLines.js';

const folder = sharedData && join(sharedData, 'models/paddle/ch_ppocr_mobile_v2.0_cls');
const skip = folder === undefined && '../shared/data is absent';

const [WIDTH, HEIGHT] = [192, 48];
const BATCH = 40;
const LINES = 200;

const lines = (first: number, count: number): TensorInput[] =>
  textBatches(first, count, BATCH, WIDTH, HEIGHT, PIXELS.OCR);

/** Probability that a line is turned, for every line. */
async function turned(model: PaddleModel, batches: readonly TensorInput[]): Promise<number[]> {
  const session = await Session.create(model);
  const found: number[] = [];
  for (const x of batches) {
    const { data } = Object.values(await session.run({ x }))[0]!;
    for (let i = 0; i < BATCH; i++) found.push(Number(data[2 * i + 1]));
  }
  session.dispose();
  return found;
}

const STYLES = [{ onnxFormat: true }, { onnxFormat: false }] as const;

describe('direction classifier, quantPostStatic', { skip }, () => {
  const file = (name: string) => readFileSync(join(folder!, name));
  const files = { model: 'inference.pdmodel', params: 'inference.pdiparams' };
  let modelDir: PaddleModel;
  let evaluation: TensorInput[];
  let float: number[];
  let dataLoader: TensorInput[];

  before(async () => {
    await prepareOctavo();
    const bytes = { model: file(files.model), params: file(files.params) };
    modelDir = await readPaddle(bytes);
    [evaluation, dataLoader] = [lines(1, LINES), lines(10_000, BATCH / 2)];
    float = await turned(modelDir, evaluation);
  });

  const quantized = (algo: Algorithm, style: (typeof STYLES)[number]): Promise<PaddleQuantizeResult> =>
    quantPostStatic({ modelDir, dataLoader, algo, optimizeModel: true, ...style });

  for (const algo of ['KL', 'hist', 'mse', 'avg', 'abs_max'] as const) {
    it(`${algo} -> decides as the float model, in every style; parameters at most 0.30 of its`, async () => {
      const results = await Promise.all(STYLES.map((style) => quantized(algo, style)));
      for (const { files: written, model } of results) {
        assert.ok(written[0]!.byteLength <= 0.3 * file(files.params).byteLength, `${written[0]!.byteLength}`);
        const all = await turned(model, evaluation);
        const equal = all.filter((p, i) => p > 0.5 === float[i]! > 0.5).length;
        assert.equal(all.length, 2 * LINES);
        assert.ok(equal >= 0.99 * all.length, `${equal} of ${all.length} decisions are equal`);
      }
    });
  }
});
