// Sizes of inputs: Paddle compares what it is fed with a program's dims only where the program asks for it (need_check_feed), so
// all others take any size, and what the program says there is a proposal.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { inputTypes } from '../../../ts-host/api/inputTypes.js';
import { RunContext } from '../../../ts-host/context.js';
import { Session, type TensorInput } from '../../../ts-host/index.js';
import type { ValueInfo } from '../../../ts-host/ir/model.js';
import { type InputDims, type PaddleModel, readPaddle, toOnnx } from '../../../ts-host/paddle.js';
import { prepareOctavo } from '../../support/octavo.js';
import { paddleGolden } from '../../support/paddleGoldens.js';

before(prepareOctavo);

async function read(container: string, name: string, inputDims?: InputDims): Promise<PaddleModel> {
  const { json, pdmodel, pdiparams } = paddleGolden(container, name).files;
  return readPaddle({ model: json ?? pdmodel!, params: pdiparams }, { inputDims });
}

async function inputOf(model: PaddleModel): Promise<ValueInfo> {
  const { graph } = (await model.open(new RunContext())).model;
  return graph.inputs[0]!;
}

async function run(model: Parameters<typeof Session.create>[0], feeds: Record<string, TensorInput>) {
  const session = await Session.create(model);
  try {
    return await session.run(feeds);
  } finally {
    session.dispose();
  }
}

/** A picture of a size that the net was not exported for. */
const dims = [1, 3, 48, 40];
const x = { dims, data: Float32Array.from({ length: 3 * 48 * 40 }, (_, i) => ((i * 37) % 201) / 100 - 1) };

describe('inputs that Paddle does not check', () => {
  for (const container of ['nets', 'pir']) {
    it(`${container}: exported for 32 × 32 -> any size, as ONNX too`, async () => {
      const model = await read(container, 'mobilenetv1-quarter');
      const { dims: open, toldDims } = await inputOf(model);
      assert.deepEqual([open, toldDims], [Array(4).fill(null), [null, 3, 32, 32]]);
      const expected = await run(await read(container, 'mobilenetv1-quarter', { x: dims }), { x });
      assert.deepEqual(await run(model, { x }), expected);
      assert.deepEqual(await run(await (await toOnnx(model)).bytes(), { x }), expected);
    });
  }

  it('where sizes must be chosen -> those that the program names', async () => {
    const input = await inputOf(await read('nets', 'mobilenetv1-quarter'));
    assert.throws(() => inputTypes([input]), /the shape is open: \?x3x32x32/);
    const oneItem = { ...input, toldDims: [1, 3, 32, 32] };
    assert.deepEqual(inputTypes([oneItem]).get('x')?.dims, [1, 3, 32, 32]);
    assert.deepEqual(inputTypes([input], { x: dims }).get('x')?.dims, dims);
  });

  it('an operator that has a form for known sizes only -> the sizes of the program hold', async () => {
    const model = await read('functions', 'channel-shuffle');
    assert.deepEqual((await inputOf(model)).dims, [null, 6, 5, 4]);
  });

  it('another rank -> FEED_INVALID', async () => {
    const flat = { dims: [3, 640], data: x.data.slice(0, 1920) };
    await assert.rejects(run(await read('nets', 'mobilenetv1-quarter'), { x: flat }), {
      code: 'FEED_INVALID',
    });
  });
});

describe('inputs that are checked', () => {
  it('by the program -> another size is FEED_INVALID', async () => {
    const model = await read('operators', 'conv2d/channels-last');
    const { name, dims: fixed = [] } = await inputOf(model);
    assert.ok(fixed.length === 4 && fixed.slice(1).every((dim) => typeof dim === 'number'));
    const larger = fixed.map((dim) => (typeof dim === 'number' ? dim + 1 : 1));
    const data = new Float32Array(larger.reduce((a, b) => a * b, 1));
    await assert.rejects(run(model, { [name]: { dims: larger, data } }), { code: 'FEED_INVALID' });
  });

  it('by inputDims -> those dims, here and as ONNX', async () => {
    const model = await read('nets', 'mobilenetv1-quarter', { x: [-1, 3, 48, -1] });
    const wrong = { dims: [1, 3, 40, 48], data: x.data };
    for (const each of [model, await (await toOnnx(model)).bytes()]) {
      const session = await Session.create(each);
      assert.deepEqual(session.inputs[0]!.dims?.slice(1), [3, 48, null]);
      await assert.rejects(session.run({ x: wrong }), { code: 'FEED_INVALID' });
      session.dispose();
    }
  });
});
