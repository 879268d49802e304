// Real inference models of Paddle's: the direction classifier of PP-OCR beside its ONNX twin, and a net of the old layout.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { mapResolver, OctavoError, Session } from '../../../ts-host/index.js';
import { readPaddle, toOnnx } from '../../../ts-host/paddle.js';
import { ocrModels, sharedData } from '../../support/data.js';
import { prepareOctavo } from '../../support/octavo.js';
import { Rng } from '../../support/rng.js';

const folder = sharedData && join(sharedData, 'models/paddle');
const skip = folder === undefined && '../shared/data is absent';

before(prepareOctavo);

function image(count: number, [channels, height, width]: readonly [number, number, number], seed: number) {
  const rng = new Rng(seed);
  const data = Float32Array.from({ length: count * channels * height * width }, () => 2 * rng.float() - 1);
  return { data, dims: [count, channels, height, width] };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
}

describe('direction classifier', { skip }, () => {
  const file = (name: string) => readFileSync(join(folder!, 'ch_ppocr_mobile_v2.0_cls', name));
  const files = () => ({ model: file('inference.pdmodel'), params: file('inference.pdiparams') });
  const read = () => readPaddle(files());
  const twin = () => readFileSync(ocrModels.find((path) => path.includes('_cls_'))!);
  const x = image(2, [3, 48, 192], 6);

  async function twinOutput(): Promise<Float32Array> {
    const session = await Session.create(twin());
    const result = await session.run({ [session.inputs[0]!.name]: x });
    return Object.values(result)[0]!.data as Float32Array;
  }

  it('session -> what its ONNX twin computes', async () => {
    const session = await Session.create(await read());
    assert.deepEqual(
      session.inputs.map(({ name }) => name),
      ['x'],
    );
    const result = await session.run({ x });
    assert.deepEqual(Object.keys(result), ['save_infer_model/scale_0.tmp_1']);
    const output = Object.values(result)[0]!.data as Float32Array;
    assert.ok(largestDifference(output, await twinOutput()) < 1e-4);
  });

  it('written as ONNX and read again -> the same bits', async () => {
    const outputs: unknown[] = [];
    for (const input of [await read(), await (await toOnnx(await read())).bytes()]) {
      const session = await Session.create(input);
      outputs.push(await session.run({ x }));
    }
    assert.deepEqual(outputs[1], outputs[0]);
  });
});

describe('net of the old layout', { skip }, () => {
  const file = (name: string) => readFileSync(join(folder!, 'mlp_separate_params', name));
  const names = [0, 1, 2, 3].flatMap((layer) => [`fc_${layer}.w_0`, `fc_${layer}.b_0`]);

  it('a file a parameter -> runs, and probabilities sum to 1', async () => {
    const external = mapResolver(Object.fromEntries(names.map((name) => [name, file(name)])));
    const model = await readPaddle({ model: file('__model__'), external });
    const session = await Session.create(model);
    const result = await session.run({ img: image(3, [1, 28, 28], 7) });
    const { data, dims } = Object.values(result)[0]!;
    assert.deepEqual(dims, [3, 10]);
    const sums = [0, 1, 2].map((row) => (data as Float32Array).subarray(10 * row, 10 * row + 10));
    for (const row of sums) assert.ok(Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) < 1e-5);
  });

  it('a parameter is missing -> its name is told', async () => {
    const external = mapResolver({ 'fc_0.b_0': file('fc_0.b_0') });
    await assert.rejects(
      readPaddle({ model: file('__model__'), external }),
      (error: unknown) => error instanceof OctavoError && error.code === 'EXTERNAL_DATA_MISSING',
    );
  });
});
