// quantize() in mode static from end to end on small nets: written, read again, run by the package's own executor and by
// onnxruntime, near what the float model says.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { calibrate, OctavoError, quantize, Session, type TensorInput } from '../../../ts-host/index.js';
import type { QuantizeOptions } from '../../../ts-host/quantize/options.js';
import { enginesMissing } from '../../consumers/run.js';
import { runOrt } from '../../operators/ort.js';
import { prepareOctavo } from '../../support/octavo.js';
import { conv, floats, gemm, model, node, value } from '../../support/onnxBuilder.js';
import { Rng } from '../../support/rng.js';

const rng = new Rng(7);
const weight = (name: string, dims: readonly number[]) =>
  floats(
    name,
    dims,
    rng.normal(
      dims.reduce((a, b) => a * b, 1),
      0.4,
    ),
  );

/** Convolutions with Relu, a residual sum, a Concat, pools and a layer: every way of being an integer node. */
const NET = model({
  opset: 11,
  inputs: [value('x', ['N', 3, 8, 8])],
  outputs: [value('y', ['N', 5])],
  nodes: [
    conv('x', 'w1', 'b1', 'c1', { pads: [1n, 1n, 1n, 1n] }, 'conv1'),
    node('BatchNormalization', ['c1', 'gamma', 'beta', 'mean', 'variance'], ['n1']),
    node('Relu', ['n1'], ['r1']),
    conv('r1', 'w2', 'b2', 'c2', { group: 6n, pads: [1n, 1n, 1n, 1n] }, 'depthwise'),
    node('Add', ['c2', 'r1'], ['s']),
    node('LeakyRelu', ['s'], ['l'], { alpha: 0.1 }),
    node('MaxPool', ['l'], ['m'], { kernel_shape: [2n, 2n], strides: [2n, 2n] }),
    conv('m', 'w3', undefined, 'c3', {}, 'left'),
    conv('m', 'w4', undefined, 'c4', {}, 'right'),
    node('Relu', ['c3'], ['r3']),
    node('Relu', ['c4'], ['r4']),
    node('Concat', ['r3', 'r4'], ['k'], { axis: 1n }),
    node('GlobalAveragePool', ['k'], ['g']),
    node('Flatten', ['g'], ['f']),
    gemm('f', 'w5', 'b5', 'y', { transB: true }, 'layer'),
  ],
  initializers: [
    weight('w1', [6, 3, 3, 3]),
    weight('b1', [6]),
    floats('gamma', [6], [1, 0.5, 2, -1, 0.1, 1.5]),
    weight('beta', [6]),
    weight('mean', [6]),
    floats('variance', [6], [1, 2, 0.5, 1, 3, 0.2]),
    weight('w2', [6, 1, 3, 3]),
    weight('b2', [6]),
    weight('w3', [4, 6, 1, 1]),
    weight('w4', [4, 6, 1, 1]),
    weight('w5', [5, 8]),
    weight('b5', [5]),
  ],
});

const sample = (): TensorInput => ({ data: rng.normal(192), dims: [1, 3, 8, 8] });
const SAMPLES = Array.from({ length: 16 }, sample);
const QUESTION: TensorInput = { data: rng.normal(192 * 4), dims: [4, 3, 8, 8] };

async function answer(bytes: Uint8Array): Promise<Float32Array> {
  const session = await Session.create(bytes);
  const { y } = await session.run({ x: QUESTION });
  await session.dispose();
  return y!.data as Float32Array;
}

function sqnrDb(signal: ArrayLike<number>, other: ArrayLike<number>): number {
  let [power, noise] = [0, 0];
  for (let i = 0; i < signal.length; i++) {
    power += signal[i]! ** 2;
    noise += (signal[i]! - other[i]!) ** 2;
  }
  return 10 * Math.log10(power / noise);
}

async function bytesWith(options: QuantizeOptions): Promise<Uint8Array> {
  const result = await quantize(NET, { mode: 'static', calibration: SAMPLES, ...options });
  const bytes = await result.bytes();
  await result.close();
  return bytes;
}

const VARIANTS: readonly (readonly [string, QuantizeOptions, number])[] = [
  ['uint8', {}, 22],
  ['int8', { activationType: 'int8' }, 22],
  ['uint8 around 128', { activationSymmetric: true }, 20],
  ['int8 around 0', { activationType: 'int8', activationSymmetric: true }, 20],
  ['7-bit weights', { reduceRange: true }, 20],
  ['one scale a weight', { granularity: 'tensor' }, 15],
  ['operators', { representation: 'operator' }, 22],
  ['operators over int8', { representation: 'operator', activationType: 'int8' }, 22],
  ['for tensorrt', { target: 'tensorrt' }, 20],
  ['uint16', { activationType: 'uint16' }, 30],
  ['int16 around 0', { activationType: 'int16', activationSymmetric: true }, 30],
  ['minmax', { method: 'minmax' }, 20],
];

const skip = enginesMissing() ?? false;

describe('quantize in mode static', () => {
  before(prepareOctavo);

  for (const [title, options, least] of VARIANTS) {
    test(`${title} -> runs here and in onnxruntime, near the float model`, async () => {
      const bytes = await bytesWith(options);
      const expected = await answer(NET);
      const own = sqnrDb(expected, await answer(bytes));
      assert.ok(own >= least, `${own.toFixed(1)} dB, at least ${least}`);
      if (skip !== false) return;
      const { dims, data } = QUESTION as { dims: number[]; data: Float32Array };
      const feeds = new Map([['x', { dtype: 'float32' as const, dims, data }]]);
      for (const level of ['disabled', 'all'] as const) {
        const { data: theirs } = (await runOrt(bytes, feeds, level)).get('y')!;
        const found = sqnrDb(expected, theirs as Float32Array);
        assert.ok(found >= least, `${found.toFixed(1)} dB in onnxruntime at ${level}`);
      }
    });
  }

  test('all nodes of the net -> integer or fused, what the report says of them', async () => {
    const { report, plan } = await quantize(NET, { mode: 'static', calibration: SAMPLES });
    assert.deepEqual(
      report.nodes.filter(({ form }) => form === 'float').map(({ node: id }) => id),
      [],
    );
    assert.equal(report.mode, 'static');
    assert.deepEqual(report.inFloat, []);
    assert.deepEqual(report.opset, { before: 11, after: 13 });
    assert.equal(plan.target, 'onnxruntime-web');
    assert.ok(report.outputBytes > 0 && report.tensors.length === 5);
  });

  const reportOf = async (options: QuantizeOptions) =>
    (await quantize(NET, { mode: 'static', calibration: SAMPLES, ...options })).report;

  test('nodes the target runs in float -> listed with the reason: skipped ones, 16-bit codes, float biases', async () => {
    const skipped = await reportOf({ skip: ['left'] });
    assert.deepEqual(
      skipped.inFloat!.map(({ node: id, reason }) => `${id}: ${reason}`),
      [
        'left: skipped by left',
        'Relu#9: its input is made in float',
        'Concat#11: its input is made in float',
        'GlobalAveragePool#12: its input is made in float',
        'Flatten#13: its input is made in float',
      ],
    );
    const wide = await reportOf({ activationType: 'uint16' });
    assert.ok(wide.inFloat!.length > 10);
    for (const { reason } of wide.inFloat!) assert.match(reason, /computes uint16 codes in float/);
    const { plan } = await quantize(NET, { mode: 'static', calibration: SAMPLES });
    const nodes = plan.nodes.map(({ bias: _, ...rest }) => rest);
    const { inFloat } = (await quantize(NET, { plan: { ...plan, nodes } })).report;
    assert.deepEqual(
      inFloat!.map(({ node: id, reason }) => `${id}: ${reason}`),
      ['conv1', 'depthwise', 'layer'].map((id) => `${id}: its bias is in float`),
    );
  });

  test('remarks -> what int8 means for onnxruntime, that depthwise is slow, that a node is alone', async () => {
    const reasons = async (options: QuantizeOptions) =>
      (await reportOf(options)).nodes.map(({ reason }) => reason);
    assert.ok(
      (await reasons({ activationType: 'int8' })).some((reason) => /makes uint8 of int8/.test(reason)),
    );
    const operators = { activationType: 'int8', representation: 'operator' } as const;
    assert.ok((await reasons(operators)).some((reason) => /take uint8/.test(reason)));
    const web = (await reasons({})).filter((reason) => /depthwise, it is slower/.test(reason));
    assert.equal(web.length, 1);
    assert.ok((await reasons({ target: 'onnxruntime-cpu' })).every((reason) => !/depthwise/.test(reason)));
    const alone = await reasons({ opTypes: ['Gemm'] });
    assert.ok(alone.some((reason) => /alone between float nodes/.test(reason)));
  });

  test('samples, statistics, a stats file -> the same bytes', async () => {
    const stats = await calibrate(NET, SAMPLES);
    const [a, b, c] = [
      await bytesWith({}),
      await bytesWith({ calibration: stats }),
      await bytesWith({ calibration: await stats.bytes() }),
    ];
    assert.deepEqual(b, a);
    assert.deepEqual(c, a);
  });

  test('a given plan, through JSON -> the same bytes', async () => {
    const { planToJson, planFromJson } = await import('../../../ts-host/index.js');
    for (const options of [{}, { representation: 'operator' }, { target: 'tensorrt' }] as QuantizeOptions[]) {
      const result = await quantize(NET, { mode: 'static', calibration: SAMPLES, ...options });
      const plan = planFromJson(planToJson(result.plan));
      const again = await quantize(NET, { plan });
      assert.deepEqual(await again.bytes(), await result.bytes());
    }
  });

  const refused = (code: string, message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof OctavoError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };

  test('no calibration, statistics of another model, options that do not fit -> refused', async () => {
    const wrong = async (options: QuantizeOptions, code: string, message: RegExp) =>
      assert.rejects(bytesWith(options), refused(code, message));
    await wrong({ calibration: undefined }, 'INVALID_ARGUMENT', /needs samples/);
    await wrong({ calibration: [] }, 'SAMPLES_MISSING', /./);
    const other = model({
      inputs: [value('x', ['N', 3, 8, 8])],
      outputs: [value('y')],
      nodes: [conv('x', 'w', undefined, 'y')],
      initializers: [weight('w', [2, 3, 1, 1])],
    });
    await wrong({ calibration: await calibrate(other, SAMPLES) }, 'STATS_MISMATCH', /different models/);
    await wrong({ method: 'mean' as never }, 'INVALID_ARGUMENT', /no method "mean"/);
    await wrong({ target: 'tpu' as never }, 'INVALID_ARGUMENT', /target is tpu/);
    await wrong({ bits: 16 }, 'INVALID_ARGUMENT', /at most 8/);
    await wrong({ granularity: 'block' }, 'INVALID_ARGUMENT', /granularity/);
    await wrong({ activationType: 'int4' as never }, 'INVALID_ARGUMENT', /activationType/);
    await wrong({ target: 'tensorrt', activationType: 'uint8' }, 'INVALID_ARGUMENT', /signed codes around 0/);
    await wrong({ target: 'tensorrt', representation: 'operator' }, 'INVALID_ARGUMENT', /tensorrt reads/);
    await wrong({ activationType: 'int16', representation: 'operator' }, 'INVALID_ARGUMENT', /int16/);
  });
});
