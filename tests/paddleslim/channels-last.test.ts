// Programs whose convolutions are NHWC: steps, biases and batch norms go along the last dim. PaddleSlim itself writes dim 1 there,
// which Paddle then refuses to run; that both Paddles run what is written here is in tests/golden/paddle/written.json.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { wholeNumber } from '../../ts-host/formats/paddle/attributes.js';
import type { PaddleNet } from '../../ts-host/formats/paddle/program.js';
import { Session } from '../../ts-host/index.js';
import { PaddleModel } from '../../ts-host/paddle/paddleModel.js';
import { type QuantPostStaticOptions, quantPostDynamic, quantPostStatic } from '../../ts-host/paddleslim.js';
import { prepareOctavo } from '../support/octavo.js';
import { paddleGolden } from '../support/paddleGoldens.js';
import { netOf, operatorCounts } from './support.js';

before(prepareOctavo);

const golden = paddleGolden('nets', 'channels-last');
const { data, dims } = golden.inputs.x!;
const dataLoader = [{ data, dims }];

const quantized = async (options: Partial<QuantPostStaticOptions>, net?: PaddleNet) =>
  quantPostStatic({
    modelDir: new PaddleModel(net ?? (await netOf(golden))),
    dataLoader,
    algo: 'abs_max',
    ...options,
  });

async function outputOf(model: PaddleModel): Promise<Float32Array> {
  const session = await Session.create(model);
  const [output] = Object.values(await session.run({ x: { data, dims } }));
  session.dispose();
  return output!.data as Float32Array;
}

/** @param bound - absolute; outputs are probabilities */
async function assertNear(model: PaddleModel, float: PaddleModel, bound: number): Promise<void> {
  const [found, expected] = [await outputOf(model), await outputOf(float)];
  for (const [i, each] of found.entries()) assert.ok(Math.abs(each - expected[i]!) <= bound, `element ${i}`);
}

/** An attribute of the operators of one type, in their order. */
const told = ({ program }: PaddleNet, type: string, attribute: string): number[] =>
  program.blocks[0]!.ops.filter((op) => op.type === type).map((op) => wholeNumber(op, attribute, -2));

/** The net with a bias inside of its first convolution. */
async function withInnerBias(): Promise<PaddleNet> {
  const net = await netOf(golden);
  const [block, ...others] = net.program.blocks;
  const first = block!.ops.find(({ type }) => type === 'conv2d')!;
  const biased = { ...first, inputs: new Map([...first.inputs, ['Bias', ['batch_norm2d_0.b_0']]]) };
  const ops = block!.ops.map((op) => (op === first ? biased : op));
  return { ...net, program: { ...net.program, blocks: [{ ...block!, ops }, ...others] } };
}

describe('convolutions with the channels last', () => {
  it('fake-quantize style -> steps of channels along dim 3, of the matrix product along dim 1', async () => {
    const { model } = await quantized({ onnxFormat: false });
    const type = 'fake_channel_wise_dequantize_max_abs';
    assert.deepEqual(told(model.net, type, 'x_num_col_dims'), [3, 3, 3, 1]);
    assert.deepEqual(told(model.net, type, 'quant_axis'), [0, 0, 1, 1]);
    await assertNear(model, new PaddleModel(await netOf(golden)), 0.01);
  });

  it('a bias inside of a convolution -> added behind the dequantization along dim 3', async () => {
    const net = await withInnerBias();
    const { model } = await quantized({ onnxFormat: false }, net);
    const axes = told(model.net, 'elementwise_add', 'axis');
    assert.equal(axes.length, told(net, 'elementwise_add', 'axis').length + 1);
    assert.equal(axes[0], 3);
    await assertNear(model, new PaddleModel(net), 0.01);
  });

  it('onnx style, dynamic style -> axes of the filters, which the layout does not change', async () => {
    const { model } = await quantized({});
    const axes = told(model.net, 'dequantize_linear', 'quant_axis').filter((axis) => axis >= 0);
    assert.deepEqual(axes, [0, 0, 1, 1]);
    await assertNear(model, new PaddleModel(await netOf(golden)), 0.01);
    const modelDir = new PaddleModel(await netOf(golden));
    const dynamic = await quantPostDynamic({
      modelDir,
      quantizableOpType: ['conv2d', 'depthwise_conv2d', 'mul'],
      generateTestModel: true,
    });
    await assertNear(dynamic.testModel!.model, modelDir, 0.01);
    await assertNear(dynamic.model, dynamic.testModel!.model, 1e-5);
  });

  it('optimizeModel -> the batch norm goes into the filter, its addition lies along dim 3', async () => {
    // min_max leaves weights in float: what is left is the folding.
    const { model } = await quantized({ algo: 'min_max', optimizeModel: true });
    assert.equal(operatorCounts(model.net).batch_norm, undefined);
    assert.ok(told(model.net, 'elementwise_add', 'axis').includes(3));
    await assertNear(model, new PaddleModel(await netOf(golden)), 1e-6);
  });
});
