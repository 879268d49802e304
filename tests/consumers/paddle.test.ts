// Paddle to ONNX: what Octavo writes of Paddle's models, quantized ones too, onnxruntime computes as Paddle did.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { readPaddle, toOnnx } from '../../ts-host/paddle.js';
import { convert } from '../../ts-host/paddleslim.js';
import { ocrModels, sharedData } from '../support/data.js';
import { prepareOctavo } from '../support/octavo.js';
import { paddleGolden } from '../support/paddleGoldens.js';
import type { Feeds } from './job.js';
import { enginesMissing, runModel } from './run.js';

before(prepareOctavo);

/** Of Paddle's own runs: sums in another order. */
const BOUND = 2e-5;

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
}

/** The first output, by onnxruntime-node. */
async function run(model: Uint8Array, feeds: Feeds): Promise<Float32Array> {
  const { runs } = await runModel('node', model, [feeds]);
  return new Float32Array(runs[0]![0]!.bytes.slice().buffer);
}

describe('written as ONNX', { skip: enginesMissing() ?? false }, () => {
  for (const name of ['residual', 'recurrent', 'svtr', 'detector']) {
    test(`${name} -> what Paddle computed`, async () => {
      const { files, inputs, outputs } = paddleGolden('nets', name);
      const onnx = await toOnnx(await readPaddle({ model: files.pdmodel!, params: files.pdiparams }));
      const [output] = Object.values(outputs);
      const { dims, data } = inputs.x!;
      const feeds: Feeds = {
        x: { kind: 'values', dtype: 'float32', dims: [...dims], values: Array.from(data, Number) },
      };
      const result = await run(await onnx.bytes(), feeds);
      const scale = Math.max(1, ...Array.from(output!.data as Float32Array, Math.abs));
      assert.ok(largestDifference(result, output!.data as Float32Array) < BOUND * scale);
    });
  }

  test('a program of quantization-aware training, converted -> what Paddle simulates, within one step', async () => {
    const { files, inputs, outputs } = paddleGolden('quantized', 'residual/aware/fake-frozen');
    const quantized = await readPaddle({ model: files.pdmodel!, params: files.pdiparams });
    const onnx = await toOnnx(await convert(quantized));
    const { dims, data } = inputs.x!;
    const feeds: Feeds = {
      x: { kind: 'values', dtype: 'float32', dims: [...dims], values: Array.from(data, Number) },
    };
    const result = await run(await onnx.bytes(), feeds);
    const wanted = Object.values(outputs)[0]!.data as Float32Array;
    const step = Math.max(...Array.from(wanted, Math.abs)) / 127;
    assert.equal(result.length, wanted.length);
    const within = result.filter((value, i) => Math.abs(value - wanted[i]!) <= step);
    assert.ok(within.length >= 0.999 * wanted.length);
  });

  test('the direction classifier -> what its ONNX twin computes', {
    skip: sharedData === undefined,
  }, async () => {
    const file = (name: string) =>
      readFileSync(join(sharedData!, 'models/paddle/ch_ppocr_mobile_v2.0_cls', name));
    const files = { model: file('inference.pdmodel'), params: file('inference.pdiparams') };
    const onnx = await toOnnx(await readPaddle(files));
    const values = Array.from({ length: 3 * 48 * 192 }, (_, i) => ((i * 37) % 201) / 100 - 1);
    const feeds: Feeds = { x: { kind: 'values', dtype: 'float32', dims: [1, 3, 48, 192], values } };
    const twin = readFileSync(ocrModels.find((path) => path.includes('_cls_'))!);
    assert.ok(largestDifference(await run(await onnx.bytes(), feeds), await run(twin, feeds)) < 1e-4);
  });
});
