// Quantized programs of Paddle's, every style, as models: equal to what Paddle computes of them; and programs that cannot be.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { RunContext } from '../../../ts-host/context.js';
import type { PaddleNet, PaddleOp } from '../../../ts-host/formats/paddle/program.js';
import { quantStyleOf } from '../../../ts-host/formats/paddle/toModel/quantized/style.js';
import { paddleToModel } from '../../../ts-host/formats/paddle/toModel/toModel.js';
import { OctavoError, Session } from '../../../ts-host/index.js';
import { bytesData } from '../../../ts-host/ir/tensor.js';
import { PaddleModel, readPaddle } from '../../../ts-host/paddle.js';
import { prepareOctavo } from '../../support/octavo.js';
import { type PaddleGolden, paddleGoldens } from '../../support/paddleGoldens.js';

before(prepareOctavo);

const goldens = new Map([...paddleGoldens('quantized')].map((golden) => [golden.name, golden]));

async function read(golden: PaddleGolden): Promise<PaddleNet> {
  const { pdmodel, pdiparams } = golden.files;
  return (await readPaddle({ model: pdmodel!, params: pdiparams })).net;
}

async function outputOf(net: PaddleNet, { inputs }: PaddleGolden): Promise<Float32Array> {
  const session = await Session.create(new PaddleModel(net));
  const feeds = Object.entries(inputs).map(([name, { data, dims }]) => [name, { data, dims }] as const);
  const outputs = await session.run(Object.fromEntries(feeds) as Parameters<Session['run']>[0]);
  await session.dispose();
  return Object.values(outputs)[0]!.data as Float32Array;
}

/** The largest difference, in steps of an 8-bit code over the range of the output. */
function stepsApart(got: Float32Array, wanted: Float32Array): number {
  assert.equal(got.length, wanted.length);
  const step = Math.max(...wanted.map(Math.abs)) / 127;
  return Math.max(...wanted.map((value, i) => Math.abs(value - got[i]!))) / step;
}

describe('programs quantized by Paddle', () => {
  const STYLES: Readonly<Record<string, string>> = {
    'residual/static/KL-onnx': 'onnxFormat',
    'residual/static/KL-fake': 'frozen',
    'residual/static/avg-fake-per_tensor': 'frozen',
    'residual/static/hist-onnx-is_full_quantize': 'onnxFormat',
    'residual/aware/fake-simulated': 'simulated',
    'residual/aware/fake-frozen': 'frozen',
    'residual/aware/onnx-simulated': 'onnxFormat',
    'classic/static/mse-fake': 'frozen',
    'classic/static/avg-onnx-per_tensor': 'onnxFormat',
    'classic/aware/fake-simulated': 'simulated',
    'classic/aware/fake-frozen': 'frozen',
    'classic/aware/onnx-frozen': 'onnxFormat',
    'words/abs_max': 'embedding',
    'words/log': 'embedding',
  };
  for (const [name, style] of Object.entries(STYLES)) {
    it(`${name}: ${style}, with Paddle's outputs`, async () => {
      const golden = goldens.get(name)!;
      const net = await read(golden);
      assert.equal(quantStyleOf(net.program), style);
      const wanted = Object.values(golden.outputs)[0]!.data as Float32Array;
      assert.ok(stepsApart(await outputOf(net, golden), wanted) < 0.01);
    });
  }

  for (const bits of [8, 16]) {
    it(`weights of ${bits} bits are those of Paddle's test model`, async () => {
      const test = goldens.get(`residual/dynamic/channel_wise_abs_max-${bits}-test`)!;
      const net = await read(goldens.get(`residual/dynamic/channel_wise_abs_max-${bits}`)!);
      assert.equal(quantStyleOf(net.program), 'dynamic');
      const wanted = Object.values(test.outputs)[0]!.data as Float32Array;
      assert.ok(stepsApart(await outputOf(net, test), wanted) < 0.01);
    });
  }

  it('weights of int8 give what the floats that are integers give', async () => {
    const frozen = goldens.get('classic/aware/fake-frozen')!;
    const net = await read(goldens.get('classic/aware/fake-int8')!);
    const wanted = Object.values(frozen.outputs)[0]!.data as Float32Array;
    assert.ok(stepsApart(await outputOf(net, frozen), wanted) < 0.01);
  });

  it('holds weights as int8', async () => {
    const { graph } = await paddleToModel(
      await read(goldens.get('classic/aware/fake-frozen')!),
      new RunContext(),
    );
    const weights = [...graph.initializers.values()].filter(
      ({ dims }) => dims.reduce((a, b) => a * b, 1) > 64,
    );
    assert.ok(weights.length > 3);
    assert.deepEqual(new Set(weights.map(({ dtype }) => dtype)), new Set(['int8']));
  });

  it('a program that is not quantized has no style', async () => {
    assert.equal(quantStyleOf((await read(goldens.get('classic/float')!)).program), undefined);
  });
});

describe('programs that cannot be', () => {
  const NAME = 'classic/aware/fake-frozen';
  const threshold = (values: readonly number[]) =>
    bytesData(new Uint8Array(Float32Array.from(values).buffer));

  /** Reads the golden with another value of a parameter; undefined takes it away. */
  async function withParameter(name: string, values: readonly number[] | undefined): Promise<PaddleNet> {
    const net = await read(goldens.get(NAME)!);
    const parameters = new Map(net.parameters);
    assert.ok(parameters.has(name));
    if (values === undefined) parameters.delete(name);
    else parameters.set(name, { name, dtype: 'float32', dims: [values.length], data: threshold(values) });
    return { ...net, parameters };
  }

  async function withOps(change: (op: PaddleOp) => PaddleOp): Promise<PaddleNet> {
    const net = await read(goldens.get(NAME)!);
    const [block, ...others] = net.program.blocks;
    const blocks = [{ ...block!, ops: block!.ops.map(change) }, ...others];
    return { ...net, program: { ...net.program, blocks } };
  }

  const refused = (net: PaddleNet, code: string, message: RegExp) =>
    assert.rejects(paddleToModel(net, new RunContext()), (error: OctavoError) => {
      assert.ok(error instanceof OctavoError);
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      assert.notEqual(error.place.node, undefined);
      return true;
    });

  it('a threshold that is missing', async () => {
    await refused(await withParameter('x@scale', undefined), 'MALFORMED', /not among the parameters/);
  });

  for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`a threshold of ${value}`, async () => {
      await refused(await withParameter('x@scale', [value]), 'SCALE_INVALID', /the threshold is/);
    });
  }

  it('as many thresholds as there are no channels', async () => {
    const net = await read(goldens.get(NAME)!);
    const name = [...net.parameters.keys()].find((each) => each.startsWith('channel_scale'))!;
    await refused(await withParameter(name, [1, 2, 3]), 'SHAPE_MISMATCH', /3 thresholds do not fit/);
    await refused(await withParameter(name, []), 'MALFORMED', /thresholds are float32/);
  });

  it('an activation with two thresholds', async () => {
    await refused(await withParameter('x@scale', [1, 2]), 'SHAPE_MISMATCH', /one threshold, not 2/);
  });

  it('a threshold behind an operator that is not that in front', async () => {
    const net = await withOps((op) => {
      if (op.type !== 'fake_channel_wise_dequantize_max_abs') return op;
      const [channels = ''] = op.inputs.get('Scales')!;
      return { ...op, inputs: new Map([...op.inputs, ['Scales', [channels, 'other@scale']]]) };
    });
    const other = { name: 'other@scale', dtype: 'float32', dims: [1], data: threshold([123]) } as const;
    const parameters = new Map([...net.parameters, ['other@scale', other]]);
    await refused({ ...net, parameters }, 'UNSUPPORTED_OP', /not that of the codes before it/);
  });

  it('codes of no number of bits, and of other bits than their dequantizer has', async () => {
    const from = await read(goldens.get('classic/aware/onnx-frozen')!);
    const withQmax = (qmax: number): PaddleNet => {
      const [block, ...others] = from.program.blocks;
      const ops = block!.ops.map(
        (op): PaddleOp =>
          op.type === 'quantize_linear'
            ? { ...op, attributes: new Map([...op.attributes, ['qmax', { kind: 'int', value: qmax }]]) }
            : op,
      );
      return { ...from, program: { ...from.program, blocks: [{ ...block!, ops }, ...others] } };
    };
    await refused(withQmax(100), 'UNSUPPORTED_OP', /codes up to 100/);
    await refused(withQmax(255), 'UNSUPPORTED_OP', /made with another threshold/);
    await paddleToModel(withQmax(127), new RunContext());
  });

  it('a dequantizer behind nothing that is codes', async () => {
    const net = await withOps((op) =>
      op.type === 'fake_quantize_moving_average_abs_max' ? { ...op, type: 'relu' } : op,
    );
    await refused(net, 'UNSUPPORTED_OP', /is not made of codes/);
  });
});
