// quantPostStatic and quantPostDynamic beside what Paddle's own tools made of the same nets and samples, option for option:
// thresholds, operators, codes of weights.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { PaddleNet } from '../../ts-host/formats/paddle/program.js';
import {
  type QuantPostDynamicOptions,
  type QuantPostStaticOptions,
  quantPostDynamic,
  quantPostStatic,
} from '../../ts-host/paddleslim.js';
import { prepareOctavo } from '../support/octavo.js';
import { type PaddleGolden, paddleGoldens } from '../support/paddleGoldens.js';
import { batchesOf, filesOf, floatGolden, netOf, numbersOf, operatorCounts } from './support.js';

before(prepareOctavo);

const FLOAT_ROUNDING = 1e-6;
/** Variables that our converter makes no value for: folded constants, and a scale by 1. */
const WITHOUT_VALUE = /^(reshape2_0\.tmp_0|save_infer_model\/)/;

const goldens = paddleGoldens('quantized');
const staticCases = goldens.filter(({ name }) => name.includes('/static/'));
const dynamicCases = goldens.filter(({ name }) => name.includes('/dynamic/'));

async function quantizedLike(golden: PaddleGolden, more: Partial<QuantPostStaticOptions> = {}) {
  const float = floatGolden(golden.name.split('/')[0]!);
  return quantPostStatic({
    modelDir: filesOf(float),
    dataLoader: batchesOf(float),
    compat: 'paddle',
    ...(golden.facts.options as Partial<QuantPostStaticOptions>),
    ...more,
  });
}

/** Thresholds of activations that are not Paddle's within float rounding. */
function differingThresholds(golden: PaddleGolden, found: ReadonlyMap<string, { threshold: number }>) {
  const theirs = Object.entries((golden.facts.threshold ?? {}) as Record<string, readonly number[]>);
  const activations = theirs.filter(([name]) => !/\.[wb]_\d$/.test(name) && !WITHOUT_VALUE.test(name));
  return activations.filter(([name, held]) => {
    const ours = found.get(name)?.threshold ?? Number.NaN;
    const [threshold] = [held].flat() as number[];
    return !(Math.abs(ours - threshold!) <= FLOAT_ROUNDING * Math.abs(threshold!));
  });
}

/** Weights whose codes differ by more than one, or at more than 1 % of their elements: Paddle divides in another order. */
async function differingCodes(ours: PaddleNet, theirs: PaddleNet): Promise<string[]> {
  const different: string[] = [];
  for (const name of theirs.parameters.keys()) {
    if (!/\.w_\d$/.test(name) || name.startsWith('batch_norm')) continue;
    const [a, b] = [
      await numbersOf(theirs, name),
      (await numbersOf(ours, `${name}.int8`)) ?? (await numbersOf(ours, name)),
    ];
    const apart = a!.map((each, i) => Math.abs(each - b![i]!));
    const isSame = a!.length === b!.length && Math.max(...apart) <= 1;
    if (!isSame || apart.filter((each) => each > 0).length > 0.01 * apart.length) different.push(name);
  }
  return different;
}

describe('quantPostStatic beside quant_post_static', () => {
  for (const golden of staticCases) {
    it(`${golden.name} -> thresholds and codes of weights are Paddle's`, async () => {
      const result = await quantizedLike(golden);
      assert.deepEqual(differingThresholds(golden, result.thresholds), []);
      // Folding rounds otherwise, and bias correction does not copy Paddle's order of channels.
      if (/optimize_model|bias_correction/.test(golden.name)) return;
      assert.deepEqual(await differingCodes(result.model.net, await netOf(golden)), []);
    });
  }

  it('fake-quantize style, weights stored as Paddle stores them -> its operators and its parameters', async () => {
    for (const golden of staticCases.filter(({ name }) => /-fake$/.test(name))) {
      const { model } = await quantizedLike(golden, { saveInt8: false });
      const theirs = await netOf(golden);
      // Saving puts a scale by 1 in front of each output.
      const { scale, ...rest } = operatorCounts(theirs);
      assert.deepEqual(
        operatorCounts(model.net),
        { ...rest, ...(scale! > 1 ? { scale: scale! - 1 } : {}) },
        golden.name,
      );
      // Paddle counts channel scales through a whole process.
      const own = [...theirs.parameters.keys()].map((name) =>
        name.replace(/channel_scale_\d+/, 'channel_scale'),
      );
      const ours = [...model.net.parameters.keys()].map((name) =>
        name.replace(/channel_scale_\d+/, 'channel_scale'),
      );
      assert.deepEqual(ours.sort(), own.sort(), golden.name);
    }
  });

  it('onnx_format -> names of Paddle on weights and on activations', async () => {
    const golden = goldens.find(({ name }) => name === 'residual/static/hist-onnx')!;
    const { model } = await quantizedLike(golden);
    const scales = (net: PaddleNet) =>
      [...net.parameters.keys()].filter((name) => name.endsWith('@scale')).sort();
    const theirs = scales(await netOf(golden));
    assert.deepEqual(
      scales(model.net).filter((name) => !theirs.includes(name)),
      [],
    );
  });
});

describe('quantPostDynamic beside quant_post_dynamic', () => {
  for (const golden of dynamicCases) {
    const isTest = golden.name.endsWith('-test');
    it(`${golden.name} -> ${isTest ? 'values' : 'codes and steps'} are Paddle's`, async () => {
      const float = floatGolden(golden.name.split('/')[0]!);
      const options = golden.facts.options as Partial<QuantPostDynamicOptions>;
      const types = ['conv2d', 'depthwise_conv2d', ...(golden.name.startsWith('classic') ? ['mul'] : [])];
      const result = await quantPostDynamic({
        modelDir: filesOf(float),
        ...options,
        ...{ quantizable_op_type: types },
        generateTestModel: true,
      });
      const theirs = await netOf(golden);
      if (isTest) assert.deepEqual(await differingValues(result.testModel!.model.net, theirs), []);
      else {
        assert.deepEqual(await differingCodes(result.model.net, theirs), []);
        // Saving puts a scale by 1 in front of each output.
        const said = steps(theirs).filter((each, i, all) => !(isScale(each) && isScale(all[i - 1])));
        assert.deepEqual(steps(result.model.net), said);
      }
    });
  }
});

async function differingValues(ours: PaddleNet, theirs: PaddleNet): Promise<string[]> {
  const different: string[] = [];
  for (const name of theirs.parameters.keys()) {
    const [a, b] = [await numbersOf(theirs, name), await numbersOf(ours, name)];
    const largest = Math.max(...a!.map(Math.abs));
    if (a!.some((each, i) => Math.abs(each - b![i]!) > 0.01 * largest)) different.push(name);
  }
  return different;
}

/** What operators say of the steps of their weights, to six digits. */
function steps(net: PaddleNet): unknown[] {
  return net.program.blocks[0]!.ops.map(({ type, attributes }) => {
    const told = [...attributes].flatMap(([name, held]) => {
      if (/quantization_type|quantize_weight_bits/.test(name) && 'value' in held) return [[name, held.value]];
      if (!name.endsWith('_quant_scale') || held.kind !== 'floats') return [];
      return [[name, held.value.map((step) => step.toPrecision(6)).join()]];
    });
    return [type, Object.fromEntries(told)];
  });
}

const isScale = (told: unknown): boolean => Array.isArray(told) && told[0] === 'scale';
