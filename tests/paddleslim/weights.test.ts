// What is done to weights beside rounding them: batch norms folded in, means and spreads kept. Against plain formulas.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type ModelInput, Session } from '../../ts-host/index.js';
import { bytesData } from '../../ts-host/ir/tensor.js';
import { PaddleModel, readPaddle } from '../../ts-host/paddle.js';
import { convert, type QuantPostStaticOptions, quantPostStatic } from '../../ts-host/paddleslim.js';
import { prepareOctavo } from '../support/octavo.js';
import { paddleGolden } from '../support/paddleGoldens.js';
import { batchesOf, filesOf, floatGolden, netOf, numbersOf, operatorCounts } from './support.js';

before(prepareOctavo);

const quantized = (net: string, options: Partial<QuantPostStaticOptions>) => {
  const float = floatGolden(net);
  return quantPostStatic({
    modelDir: filesOf(float),
    dataLoader: batchesOf(float).slice(0, 1),
    algo: 'avg',
    ...options,
  });
};

describe('optimizeModel', () => {
  for (const net of ['residual', 'classic']) {
    it(`${net} -> no batch norm is left, and the float program computes what it did`, async () => {
      const float = floatGolden(net);
      // min_max leaves weights in float: what is left is the folding.
      const { model } = await quantized(net, { algo: 'min_max', optimizeModel: true });
      assert.ok(operatorCounts(await netOf(float)).batch_norm! > 0);
      assert.equal(operatorCounts(model.net).batch_norm, undefined);
      const session = await Session.create(model);
      const { data, dims } = float.inputs.x!;
      const [output] = Object.values(await session.run({ x: { data, dims } }));
      session.dispose();
      const [expected] = Object.values(float.outputs);
      const largest = Math.max(...Array.from(expected!.data as Float32Array, Math.abs));
      for (const [i, each] of (output!.data as Float32Array).entries()) {
        assert.ok(Math.abs(each - Number(expected!.data[i])) <= 1e-5 * largest, `element ${i}`);
      }
    });
  }
});

describe('biasCorrection', () => {
  /** Elements by channel, along an axis. */
  function channels(values: readonly number[], dims: readonly number[], axis: number): number[][] {
    const inner = dims.slice(axis + 1).reduce((a, b) => a * b, 1);
    const lists: number[][] = Array.from({ length: dims[axis]! }, () => []);
    values.forEach((value, i) => {
      lists[Math.floor(i / inner) % dims[axis]!]!.push(value);
    });
    return lists;
  }
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const spread = (values: readonly number[]): number => {
    const middle = mean(values);
    return Math.sqrt(mean(values.map((each) => (each - middle) ** 2)));
  };

  for (const [weight, axis] of [
    ['conv2d_1.w_0', 0],
    ['linear_0.w_0', 1],
  ] as const) {
    it(`${weight}, channels on axis ${axis} -> the codes of the corrected weight`, async () => {
      const net = await netOf(floatGolden('residual'));
      const { dims } = net.parameters.get(weight)!;
      const { model } = await quantized('residual', { biasCorrection: true });
      const [w, codes, thresholds] = await Promise.all([
        numbersOf(net, weight),
        numbersOf(model.net, weight),
        numbersOf(model.net, `${weight}@scale`),
      ]);
      const found = channels(codes!, dims, axis);
      for (const [c, values] of channels(w!, dims, axis).entries()) {
        const step = thresholds![c]! / 127;
        const rounded = values.map((value) => Math.round(value / step) * step);
        const shift = mean(values.map((value, i) => value - rounded[i]!));
        const stretch = spread(values) / (spread(rounded) + 1e-8);
        const expected = rounded.map((value) =>
          Math.min(127, Math.max(-127, Math.round(((value + shift) * stretch) / step))),
        );
        const apart = expected.map((code, i) => Math.abs(code - found[c]![i]!));
        // Halves are rounded otherwise here, and float32 sums end elsewhere.
        assert.ok(Math.max(...apart) <= 1, `channel ${c}`);
        assert.ok(apart.filter((each) => each > 0).length <= 0.05 * apart.length + 1, `channel ${c}`);
      }
    });
  }
});

// Trained nets have such channels: PP-OCRv4's recognizer one of 3e-39, below the normal numbers.
describe('channels whose weights have died away', () => {
  const float = floatGolden('residual');
  const x = { data: float.inputs.x!.data, dims: float.inputs.x!.dims };

  async function withDeadChannels(): Promise<PaddleModel> {
    const net = await netOf(float);
    const name = 'conv2d_0.w_0';
    const tensor = net.parameters.get(name)!;
    const values = Float32Array.from((await numbersOf(net, name))!);
    const length = values.length / tensor.dims[0]!;
    for (const [channel, factor] of [1e-38, 0, 1e-30].entries())
      for (let i = 0; i < length; i++) values[channel * length + i]! *= factor;
    const data = bytesData(new Uint8Array(values.buffer));
    return new PaddleModel({ ...net, parameters: new Map(net.parameters).set(name, { ...tensor, data }) });
  }

  async function outputOf(model: ModelInput): Promise<Float32Array> {
    const session = await Session.create(model);
    const [output] = Object.values(await session.run({ x }));
    session.dispose();
    return output!.data as Float32Array;
  }

  function assertNear(found: Float32Array, wanted: Float32Array): void {
    for (const [i, value] of wanted.entries())
      assert.ok(Math.abs(found[i]! - value) < 0.05, `${found[i]}, not ${value}`);
  }

  for (const onnxFormat of [true, false]) {
    it(`onnxFormat ${onnxFormat} -> written, read, run; converted with codes for every bias`, async () => {
      const model = await withDeadChannels();
      const dataLoader = batchesOf(float).slice(0, 1);
      const options = { algo: 'avg', optimizeModel: true, onnxFormat } as const;
      const result = await quantPostStatic({ modelDir: model, dataLoader, ...options });
      const files = {
        model: await result.bytes('model.pdmodel'),
        params: await result.bytes('model.pdiparams'),
      };
      const simulated = await readPaddle(files);
      const wanted = await outputOf(model);
      assertNear(await outputOf(simulated), wanted);
      const converted = await convert(simulated);
      const { nodes } = (await converted.open()).model.graph;
      const codes = new Set(
        nodes.filter(({ opType }) => opType === 'DequantizeLinear').map(({ outputs }) => outputs[0]),
      );
      const biases = nodes.filter(({ opType }) => opType === 'Conv').map(({ inputs }) => inputs[2]);
      assert.ok(biases.length > 0 && biases.every((bias) => codes.has(bias)));
      assertNear(await outputOf(converted), wanted);
    });
  }
});

describe('a product behind a dropout', () => {
  for (const onnxFormat of [true, false]) {
    it(`onnxFormat ${onnxFormat} -> its weight is codes, its input has a threshold`, async () => {
      const { files, inputs } = paddleGolden('nets', 'mlp');
      const { data, dims } = inputs.x!;
      const result = await quantPostStatic({
        modelDir: { 'm.pdmodel': files.pdmodel!, 'm.pdiparams': files.pdiparams! },
        dataLoader: [{ data, dims }],
        onnxFormat,
      });
      const [dropout] = result.model.net.program.blocks[0]!.ops.filter(({ type }) => type === 'dropout');
      assert.ok(result.thresholds.has(dropout!.outputs.get('Out')![0]!));
      const weights = [...result.model.net.parameters.values()].filter(({ dims }) => dims.length === 2);
      assert.deepEqual(
        weights.map(({ dtype }) => dtype),
        ['int8', 'int8', 'int8'],
      );
    });
  }
});
