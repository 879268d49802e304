// Values and weights at the edge: constants, nothing but zeros, dead channels, biases that int32 has no code for.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { quantize, Session } from '../../../ts-host/index.js';
import type { CodePlan } from '../../../ts-host/ir/plan.js';
import { prepareOctavo } from '../../support/octavo.js';
import { conv, floats, gemm, type ModelInput, model, node, value } from '../../support/onnxBuilder.js';
import { Rng } from '../../support/rng.js';
import { activationsOf, planOf } from './support.js';

const rng = new Rng(9);

/** One 1x1 convolution of 4 channels. */
const layer = (weights: ArrayLike<number>, bias: ArrayLike<number>): ModelInput => ({
  inputs: [value('x', [1, 2, 3, 3])],
  outputs: [value('y')],
  nodes: [conv('x', 'w', 'b', 'y', {}, 'y')],
  initializers: [floats('w', [4, 2, 1, 1], weights), floats('b', [4], bias)],
});

const scalesOf = (plan: Awaited<ReturnType<typeof planOf>>): readonly number[] =>
  (plan.tensors[0] as CodePlan).scale!;

describe('activations', () => {
  const plain = layer(rng.normal(8), rng.normal(4));

  test('only zeros -> scale 1, zero point 0', async () => {
    const plan = await planOf(plain, { x: [0, 0] });
    const { scale, zeroPoint } = plan.activations![0]!;
    assert.deepEqual([scale, zeroPoint], [1, 0]);
  });

  test('one number throughout -> a code of its own, and one for 0', async () => {
    assert.equal(activationsOf(await planOf(plain, { x: [3, 3] }))[0], 'x uint8 [0, 3] zero 0');
    assert.equal(activationsOf(await planOf(plain, { x: [-3, -3] }))[0], 'x uint8 [-3, 0] zero 255');
    const signed = { activationType: 'int8', activationSymmetric: true } as const;
    assert.equal(activationsOf(await planOf(plain, { x: [-3, -3] }, signed))[0], 'x int8 [-3.02, 3] zero 0');
  });

  test('ranges at the ends of float32 -> finite scales, every code finite', async () => {
    for (const range of [
      [-3.4e38, 3.4e38],
      [0, 1e-44],
      [-1e-30, 1e30],
    ] as const) {
      const { scale, zeroPoint } = (await planOf(plain, { x: range })).activations![0]!;
      assert.ok(scale > 0 && Number.isFinite(Math.fround(scale * (255 - zeroPoint))));
      assert.ok(Number.isFinite(Math.fround(scale * (0 - zeroPoint))));
    }
  });
});

describe('weights', () => {
  test('a dead channel with a bias -> as fine a scale as the others, so that the bias is kept', async () => {
    const weights = [0.5, -0.25, 0, 0, 0.1, 0.127, 0.254, 0];
    const scales = scalesOf(await planOf(layer(weights, [1, 0.3, 0, 0]), {}, { observer: 'absmax' }));
    assert.equal(scales[1], Math.fround(0.5 / 127));
  });

  test('nothing but dead channels -> biases survive', async () => {
    const scales = scalesOf(await planOf(layer(new Float32Array(8), [1, -2, 3, 0.001])));
    assert.ok(scales.every((scale) => scale === 2 ** -10));
  });

  test('tiny weights with a large bias -> a scale at which the bias has a code', async () => {
    const weights = [1e-12, 1e-12, 1, 1, 1, 1, 1, 1];
    const plan = await planOf(layer(weights, [0.5, 0, 0, 0]), { x: [0, 2.55] }, { observer: 'absmax' });
    const scales = scalesOf(plan);
    const code = 0.5 / (plan.activations![0]!.scale * scales[0]!);
    assert.ok(code <= 2 ** 30 + 64 && code > 2 ** 29, `${code}`);
    assert.equal(scales[1], Math.fround(1 / 127));
  });

  test('one scale for the tensor -> it makes room for the largest bias', async () => {
    const plan = await planOf(
      layer(new Float32Array(8).fill(1e-9), [0, 0, -400, 1]),
      {},
      { granularity: 'tensor' },
    );
    const [scale] = scalesOf(plan) as [number];
    assert.ok(400 / (plan.activations![0]!.scale * scale) <= 2 ** 30 + 64);
  });

  test('reduceRange and bits -> codes within 2^(bits−1) − 1', async () => {
    const range = async (options: object) => {
      const { qmin, qmax } = (await planOf(layer(rng.normal(8), [0, 0, 0, 0]), {}, options))
        .tensors[0] as CodePlan;
      return [qmin, qmax];
    };
    assert.deepEqual(await range({}), [-127, 127]);
    assert.deepEqual(await range({ reduceRange: true }), [-63, 63]);
    assert.deepEqual(await range({ bits: 4 }), [-7, 7]);
  });

  test('a weight of a Gemm and a MatMul that want other axes -> one scale for both', async () => {
    const plan = await planOf({
      inputs: [value('x', [2, 4])],
      outputs: [value('y'), value('z')],
      nodes: [gemm('x', 'w', undefined, 'y', { transB: true }), node('MatMul', ['x', 'w'], ['z'])],
      initializers: [floats('w', [4, 4], rng.normal(16))],
    });
    assert.deepEqual((plan.tensors[0] as CodePlan).granularity, { kind: 'tensor' });
  });
});

describe('models with dead channels and constant activations', () => {
  before(prepareOctavo);

  test('a net whose second layer sees one number -> what it gives is near what the float net gives', async () => {
    const input: ModelInput = {
      inputs: [value('x', [1, 2, 4, 4])],
      outputs: [value('y')],
      nodes: [
        conv('x', 'w', 'b', 'a', {}, 'first'),
        node('Relu', ['a'], ['r']),
        conv('r', 'v', 'c', 'y', {}, 'second'),
      ],
      initializers: [
        floats('w', [3, 2, 1, 1]),
        floats('b', [3], [0.7, -1, 0.7]),
        floats('v', [2, 3, 1, 1], rng.normal(6)),
        floats('c', [2], [1e-3, 5]),
      ],
    };
    const bytes = model(input);
    const x = { data: rng.normal(32), dims: [1, 2, 4, 4] };
    for (const representation of ['qdq', 'operator'] as const) {
      const result = await quantize(bytes, { mode: 'static', calibration: [x], representation });
      const [float, integer] = [await Session.create(bytes), await Session.create(await result.bytes())];
      const [a, b] = [(await float.run({ x })).y!.data, (await integer.run({ x })).y!.data] as Float32Array[];
      for (let i = 0; i < a!.length; i++) assert.ok(Math.abs(a![i]! - b![i]!) < 0.03, `${a![i]} ${b![i]}`);
      await float.dispose();
      await integer.dispose();
    }
  });
});
