// Bias correction by what normalizations tell, on a net whose means are known, through plans and options.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { RunContext } from '../../../ts-host/context.js';
import {
  OctavoError,
  planFromJson,
  planQuantization,
  planToJson,
  type QuantizeOptions,
  quantize,
} from '../../../ts-host/index.js';
import type { Model } from '../../../ts-host/ir/model.js';
import { readAll } from '../../../ts-host/ir/tensor.js';
import { modelOf } from '../../support/models.js';
import { prepareOctavo } from '../../support/octavo.js';
import { conv, floats, model, node, value } from '../../support/onnxBuilder.js';
import { Rng } from '../../support/rng.js';

const rng = new Rng(11);
const [INPUTS, OUTPUTS, EXTENT] = [8, 5, 6];
/** Means of normalized channels, their deviations being 1. */
const MEANS = rng.normal(INPUTS, 1);
const WEIGHT = rng.normal(OUTPUTS * INPUTS * 9, 0.5);
const BIAS = rng.normal(OUTPUTS, 1);

const net = (between: string, pads: bigint[]) =>
  model({
    inputs: [value('x', [1, INPUTS, EXTENT, EXTENT])],
    outputs: [value('y')],
    nodes: [
      node('BatchNormalization', ['x', 'gamma', 'beta', 'zeros', 'ones'], ['n'], { epsilon: 0 }),
      node(between, ['n'], ['r']),
      conv('r', 'w', 'b', 'y', { pads }, 'conv'),
    ],
    initializers: [
      floats('gamma', [INPUTS], new Array(INPUTS).fill(1)),
      floats('beta', [INPUTS], MEANS),
      floats('zeros', [INPUTS], new Array(INPUTS).fill(0)),
      floats('ones', [INPUTS], new Array(INPUTS).fill(1)),
      floats('w', [OUTPUTS, INPUTS, 3, 3], WEIGHT),
      floats('b', [OUTPUTS], BIAS),
    ],
    valueInfos: [value('r', [1, INPUTS, EXTENT, EXTENT])],
  });
const NET = net('Relu', [0n, 0n, 0n, 0n]);
const SAMPLES = Array.from({ length: 4 }, () => ({
  data: rng.normal(INPUTS * EXTENT * EXTENT),
  dims: [1, INPUTS, EXTENT, EXTENT],
}));
const COARSE = { mode: 'static', calibration: SAMPLES, bits: 4 } as const;

async function made(bytes: Uint8Array, options: QuantizeOptions) {
  const result = await quantize(bytes, options);
  const file = await result.bytes();
  await result.close();
  return { plan: result.plan, file };
}

/** A float32 or integer constant whose name begins so. */
async function constant({ graph }: Model, start: string): Promise<number[]> {
  const tensor = [...graph.initializers.values()].find(({ name }) => name.startsWith(start))!;
  const bytes = await readAll(tensor.data, new RunContext());
  const Type = { float32: Float32Array, int8: Int8Array, int32: Int32Array }[tensor.dtype as 'int8'];
  return [...new Type(bytes.slice().buffer as ArrayBuffer)];
}

/** Mean of max(0, x) for normal x of a mean and deviation 1, by a fine sum. */
function rectified(mean: number): number {
  let sum = 0;
  for (let z = -8; z < 8; z += 1e-3) sum += Math.max(0, mean + z) * Math.exp((-z * z) / 2) * 1e-3;
  return sum / Math.sqrt(2 * Math.PI);
}

/** What the bias of a file stands for is more than that of the model, by output. */
async function addedTo(file: Uint8Array): Promise<number[]> {
  const quantized = await modelOf(file);
  const codes = await constant(quantized, 'b_quantized');
  const scale = await constant(quantized, 'b_scale');
  return codes.map((code, c) => code * scale[c]! - BIAS[c]!);
}

/** Σ (w − ŵ) · share · E[x] */
async function lossOf(file: Uint8Array, share: (tap: number) => number): Promise<number[]> {
  const quantized = await modelOf(file);
  const codes = await constant(quantized, 'w_quantized');
  const scale = await constant(quantized, 'w_scale');
  const length = INPUTS * 9;
  return scale.map((step, c) =>
    Array.from({ length }, (_, j) => {
      const at = c * length + j;
      return (WEIGHT[at]! - codes[at]! * step) * share(j % 9) * rectified(MEANS[Math.floor(j / 9)]!);
    }).reduce((a, b) => a + b, 0),
  );
}

const refused = async (work: Promise<unknown>): Promise<unknown[]> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof OctavoError, String(error));
  return [error.code, error.place.field];
};

describe('biases corrected by what normalizations tell', () => {
  before(prepareOctavo);

  const cases: [string, bigint[], (tap: number) => number][] = [
    ['nothing around the input', [0n, 0n, 0n, 0n], () => 1],
    // Of 6 outputs along an axis the outer taps meet 5 elements.
    ['zeros around it', [1n, 1n, 1n, 1n], (tap) => [25, 30, 25, 30, 36, 30, 25, 30, 25][tap]! / 36],
  ];
  for (const [name, pads, share] of cases) {
    test(`behind Relu, ${name} -> what the codes take from the means`, async () => {
      const { plan, file } = await made(net('Relu', pads), COARSE);
      assert.equal(plan.biasCorrection, 'normalizations');
      assert.match(plan.nodes.find((each) => each.node === 'conv')!.reason, /its bias makes up for/);
      const [added, loss] = [await addedTo(file), await lossOf(file, share)];
      const largest = Math.max(...loss.map(Math.abs));
      assert.ok(largest > 0.1, `${largest}`);
      for (const [c, each] of loss.entries()) {
        assert.ok(Math.abs(added[c]! - each) < 0.03 * largest, `output ${c}: ${added[c]}, expected ${each}`);
      }
    });
  }

  test('behind a normalization alone, whose mean other data need not have -> biases as they were', async () => {
    const { plan, file } = await made(net('Identity', [0n, 0n, 0n, 0n]), { ...COARSE, bits: 8 });
    assert.equal(plan.biasCorrection, undefined);
    for (const added of await addedTo(file)) assert.ok(Math.abs(added) < 5e-4, `${added}`);
  });

  test('switched off, or as another system computes -> biases as they were', async () => {
    const options = { ...COARSE, bits: 8 } as const;
    const off = await made(NET, { ...options, biasCorrection: false });
    assert.equal(off.plan.biasCorrection, undefined);
    for (const added of await addedTo(off.file)) assert.ok(Math.abs(added) < 5e-4, `${added}`);
    const compat = await planQuantization(NET, { ...options, method: 'minmax', compat: 'onnxruntime' });
    assert.equal(compat.biasCorrection, undefined);
    const asked = { ...options, method: 'minmax', compat: 'onnxruntime', biasCorrection: true } as const;
    const both = planQuantization(NET, asked);
    assert.deepEqual(await refused(both), ['INVALID_ARGUMENT', 'biasCorrection']);
    const word = planQuantization(NET, { ...options, biasCorrection: 'yes' as never });
    assert.deepEqual(await refused(word), ['INVALID_ARGUMENT', 'biasCorrection']);
  });

  test('its plan given back -> the same bytes; without the field, those without correction', async () => {
    const { plan, file } = await made(NET, COARSE);
    const back = planFromJson(planToJson(plan));
    assert.deepEqual(back, plan);
    assert.deepEqual((await made(NET, { mode: 'static', plan: back })).file, file);
    const off = await made(NET, { ...COARSE, biasCorrection: false });
    const { biasCorrection: _, ...without } = plan;
    assert.deepEqual((await made(NET, { mode: 'static', plan: without })).file, off.file);
    const other = quantize(NET, { mode: 'static', plan: { ...plan, biasCorrection: 'guesses' as never } });
    assert.deepEqual(await refused(other), ['PLAN_INVALID', 'biasCorrection']);
  });

  test('recovery begins with it, and measured means take its place', async () => {
    const samples = Array.from({ length: 16 }, () => ({
      // Far from the data that normalizations tell of.
      data: rng.normal(INPUTS * EXTENT * EXTENT).map((each) => each + 3),
      dims: [1, INPUTS, EXTENT, EXTENT],
    }));
    const options = { ...COARSE, calibration: samples, recover: 'fast' } as const;
    const told = (await quantize(NET, options)).recovery!;
    const own = (await quantize(NET, { ...options, biasCorrection: false })).recovery!;
    assert.notEqual(told.before, own.before);
    const [, analytic] = told.steps;
    assert.equal(analytic!.kept, true);
    assert.deepEqual(analytic!.after, own.steps[1]!.after);
  });
});
