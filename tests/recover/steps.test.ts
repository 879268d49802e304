// Each step on a net where what it does is known.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GraphIndex } from '../../ts-host/ir/graphIndex.js';
import { bytesData, readAll } from '../../ts-host/ir/tensor.js';
import { boundsOf } from '../../ts-host/quantize/static/activations.js';
import { productsOf } from '../../ts-host/quantize/static/bias/products.js';
import { weightLoss } from '../../ts-host/quantize/static/bias/weightLoss.js';
import { biasAnalytic } from '../../ts-host/recover/biasAnalytic.js';
import { biasEmpirical } from '../../ts-host/recover/biasEmpirical.js';
import { chainsOf } from '../../ts-host/recover/chains.js';
import { equalize, equalizeHalf } from '../../ts-host/recover/equalize.js';
import { isHeldOut } from '../../ts-host/recover/samples.js';
import type { Draft } from '../../ts-host/recover/step.js';
import { weights } from '../../ts-host/recover/weights.js';
import { conv, floats, gemm, type ModelInput, node, value } from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';
import { context, decibels, draftOf, engines, inputOf, samplesOf, unevenNet, valuesOf } from './support.js';

const rng = new Rng(9);
const samples = samplesOf(16);

async function applied(step: typeof equalize, net: ModelInput, given = samples, options = {}) {
  const input = await inputOf(net, given, options);
  const { draft, tools } = await draftOf(input);
  const found = await step.apply(draft, tools);
  assert.ok(typeof found !== 'string', String(found));
  return { input, before: draft, after: found as Draft, tools };
}

/** A convolution of 16 channels of mean 1, with weights of few levels. */
function coarseNet(
  attributes: Record<string, bigint | bigint[]>,
  dims: number[],
  outputs: number,
): ModelInput {
  const size = dims.reduce((a, b) => a * b, 1);
  return {
    inputs: [value('x', ['N', 16, 6, 6])],
    outputs: [value('y', ['N', outputs, null, null])],
    nodes: [conv('x', 'w', undefined, 'y', attributes, 'conv')],
    initializers: [floats('w', dims, rng.normal(size, 0.3))],
  };
}

/** Every channel constant over its places. */
const flat = (count: number): { data: Float32Array; dims: number[] }[] =>
  Array.from({ length: count }, () => {
    const levels = rng.normal(16, 1);
    return {
      data: Float32Array.from({ length: 576 }, (_, k) => 1 + levels[Math.floor(k / 36)]!),
      dims: [1, 16, 6, 6],
    };
  });

describe('cross-layer equalization', () => {
  test('changes nothing that the float model computes', async () => {
    const { before, after } = await applied(equalize, unevenNet());
    const a = (await valuesOf(before.float, ['y'], samples)).get('y')!;
    const b = (await valuesOf(after.float, ['y'], samples)).get('y')!;
    assert.ok(decibels(a, b) > 110, `${decibels(a, b)} dB`);
  });

  test('gives the channels in front of a depthwise convolution one range', async () => {
    const { before, after } = await applied(equalize, unevenNet());
    const ranges = async (draft: Draft): Promise<number[]> => {
      const most = new Float64Array(6);
      for (const list of (await valuesOf(draft.float, ['r1'], samples)).get('r1')!) {
        for (const [k, x] of list.entries())
          most[Math.floor(k / 64)] = Math.max(most[Math.floor(k / 64)]!, x);
      }
      return [...most];
    };
    const ratio = (list: number[]): number => Math.max(...list) / Math.min(...list);
    assert.ok(ratio(await ranges(before)) > 50, String(await ranges(before)));
    // Ranges are measured on the samples to learn from only.
    assert.ok(ratio(await ranges(after)) < 1.5, String(await ranges(after)));
  });

  test('brings the quantized model nearer where one scale serves channels of very different size', async () => {
    const { before, after, tools } = await applied(equalize, unevenNet());
    const expected = (await valuesOf(before.float, ['y'], samples)).get('y')!;
    const of = async (draft: Draft) =>
      (await valuesOf(await tools.quantized(draft), ['y'], samples)).get('y')!;
    const [was, is] = [decibels(expected, await of(before)), decibels(expected, await of(after))];
    assert.ok(is > was + 3, `${was} dB, then ${is} dB`);
  });

  test('one scale for a whole weight counts the ranges of both weights', async () => {
    const { before, after, tools } = await applied(equalize, unevenNet(), samples, { granularity: 'tensor' });
    const expected = (await valuesOf(before.float, ['y'], samples)).get('y')!;
    const of = async (draft: Draft) =>
      (await valuesOf(await tools.quantized(draft), ['y'], samples)).get('y')!;
    const [was, is] = [decibels(expected, await of(before)), decibels(expected, await of(after))];
    assert.ok(is > was + 3, `${was} dB, then ${is} dB`);
  });

  test('half the way, then the rest, is the whole way', async () => {
    const input = await inputOf(unevenNet(), samples);
    const { draft, tools } = await draftOf(input);
    const half = (await equalizeHalf.apply(draft, tools)) as Draft;
    const rest = (await equalize.apply(half, tools)) as Draft;
    const whole = (await equalize.apply(draft, tools)) as Draft;
    const rangesOf = async (of: Draft) => (await valuesOf(of.float, ['r1'], samples)).get('r1')!;
    assert.ok(decibels(await rangesOf(whole), await rangesOf(rest)) > 100);
    assert.ok(decibels(await rangesOf(whole), await rangesOf(half)) < 20);
  });

  const outputs = [value('y', ['N', 4, 8, 8])];
  const between = (nodes: NonNullable<ModelInput['nodes']>): ModelInput => ({
    inputs: [value('x', ['N', 3, 8, 8])],
    outputs,
    nodes: [
      conv('x', 'w1', undefined, 'a', {}, 'first'),
      ...nodes,
      conv('b', 'w2', undefined, 'y', {}, 'second'),
    ],
    initializers: [
      floats('w1', [4, 3, 1, 1], rng.normal(12)),
      floats('w2', [4, 4, 1, 1], rng.normal(16)),
      floats('zero', [], [0]),
      floats('six', [], [6]),
    ],
  });
  const counts: [string, NonNullable<ModelInput['nodes']>, number][] = [
    ['Relu', [node('Relu', ['a'], ['b'])], 1],
    ['LeakyRelu', [node('LeakyRelu', ['a'], ['b'])], 1],
    ['Clip from 0 up', [node('Clip', ['a', 'zero'], ['b'])], 1],
    ['Clip(0, 6)', [node('Clip', ['a', 'zero', 'six'], ['b'])], 0],
    ['HardSwish', [node('HardSwish', ['a'], ['b'])], 0],
    ['Sigmoid', [node('Sigmoid', ['a'], ['b'])], 0],
    ['Add', [node('Add', ['a', 'a'], ['b'])], 0],
    ['another reader', [node('Relu', ['a'], ['b']), node('Sigmoid', ['a'], ['other'])], 0],
  ];
  for (const [name, nodes, expected] of counts) {
    test(`${name} between two convolutions: ${expected === 1 ? 'a chain' : 'none'}`, async () => {
      const net = between(nodes);
      const given = name === 'another reader' ? [...outputs, value('other', ['N', 4, 8, 8])] : outputs;
      const { model } = await inputOf({ ...net, outputs: given, opset: 14 }, samples);
      const index = new GraphIndex(model.graph);
      const chains = chainsOf(index, await boundsOf(index, context));
      assert.equal(chains.length, expected);
    });
  }

  test('a net of layers is equalized too', async () => {
    const net: ModelInput = {
      inputs: [value('x', ['N', 6])],
      outputs: [value('y', ['N', 3])],
      nodes: [
        gemm('x', 'w1', 'b1', 'h', {}),
        node('Relu', ['h'], ['r']),
        gemm('r', 'w2', undefined, 'y', { transB: 1n }),
      ],
      initializers: [
        floats(
          'w1',
          [6, 5],
          rng.normal(30).map((each, k) => each * 4 ** (k % 5)),
        ),
        floats('b1', [5], [1, 4, 16, 64, 256]),
        floats(
          'w2',
          [3, 5],
          rng.normal(15).map((each, k) => each / 4 ** (k % 5)),
        ),
      ],
    };
    const given = samplesOf(16, [1, 6]);
    const { before, after, tools } = await applied(equalize, net, given);
    const expected = (await valuesOf(before.float, ['y'], given)).get('y')!;
    const same = (await valuesOf(after.float, ['y'], given)).get('y')!;
    assert.ok(decibels(expected, same) > 110);
    const of = async (draft: Draft) => (await valuesOf(await tools.quantized(draft), ['y'], given)).get('y')!;
    assert.ok(decibels(expected, await of(after)) > decibels(expected, await of(before)) + 6);
  });
});

describe('bias correction, analytic', () => {
  const cases: [string, ModelInput][] = [
    ['a convolution', coarseNet({}, [5, 16, 3, 3], 5)],
    ['with zeros around it', coarseNet({ pads: [1n, 1n, 1n, 1n], strides: [2n, 1n] }, [5, 16, 3, 3], 5)],
    ['in groups', coarseNet({ group: 4n, pads: [1n, 0n, 0n, 1n] }, [8, 4, 3, 3], 8)],
    ['depthwise', coarseNet({ group: 16n, pads: [1n, 1n, 1n, 1n] }, [16, 1, 3, 3], 16)],
  ];
  for (const [name, net] of cases) {
    test(`${name}: the loss is what the means of the outputs differ by`, async () => {
      const given = flat(16);
      const input = await inputOf(net, given, { bits: 4 });
      const { draft, tools } = await draftOf(input);
      const [product] = productsOf(draft);
      const seen = (await tools.channels(draft.float, ['x'])).get('x')!;
      const loss = await weightLoss(engines.engine, product!, seen, context);
      // The same convolution with the weight that the codes stand for.
      const values = await valuesOf(draft.float, ['y'], learning(given));
      const restored = withWeight(draft, await restoredWeight(draft));
      const coded = await valuesOf(restored, ['y'], learning(given));
      const difference = meansOf(values.get('y')!, product!.channels).map(
        (mean, c) => mean - meansOf(coded.get('y')!, product!.channels)[c]!,
      );
      const largest = Math.max(...difference.map(Math.abs));
      assert.ok(largest > 0.01, 'there is a loss');
      for (const [c, each] of difference.entries()) {
        assert.ok(
          Math.abs(each - loss![c]!) < 1e-4 * largest + 1e-5,
          `channel ${c}: ${each}, found ${loss![c]}`,
        );
      }
    });
  }

  test('brings means and the model nearer', async () => {
    const { before, after, tools } = await applied(biasAnalytic, unevenNet(1), samples, {
      bits: 4,
      granularity: 'channel',
    });
    const expected = (await valuesOf(before.float, ['c5'], samples)).get('c5')!;
    const of = async (draft: Draft) =>
      (await valuesOf(await tools.quantized(draft), ['c5'], samples)).get('c5')!;
    const [was, is] = [decibels(expected, await of(before)), decibels(expected, await of(after))];
    assert.ok(is > was, `${was} dB, then ${is} dB`);
    assert.equal(after.float, before.float);
    assert.notEqual(after.model, before.model);
  });
});

describe('bias correction, empirical', () => {
  test('gives every product the means of the float model, those that had no bias too', async () => {
    const { before, after, tools } = await applied(biasEmpirical, unevenNet(1), samples, {
      bits: 4,
      granularity: 'channel',
    });
    const names = ['c1', 'c2', 'c3', 'c4', 'c5'];
    const given = learning(samples);
    const expected = await valuesOf(before.float, names, given);
    const was = await valuesOf(await tools.quantized(before), names, given);
    const is = await valuesOf(await tools.quantized(after), names, given);
    for (const name of names) {
      const channels = name === 'c1' || name === 'c2' ? 6 : 4;
      const off = (found: Map<string, Float32Array[]>): number => {
        const wanted = meansOf(expected.get(name)!, channels);
        return Math.hypot(...meansOf(found.get(name)!, channels).map((mean, c) => mean - wanted[c]!));
      };
      assert.ok(off(is) < 0.5 * off(was), `${name}: off by ${off(was)}, then ${off(is)}`);
    }
    const right = after.model.graph.nodes.find((each) => each.outputs[0] === 'c4')!;
    assert.ok(right.inputs[2]);
    assert.equal(after.plan.nodes.find(({ node: id }) => id === 'right')?.bias, 'int32');
  });
});

describe('weights by mse', () => {
  test('err less against the inputs that were measured', async () => {
    const { before, after, tools } = await applied(weights, unevenNet(1), samples, {
      bits: 4,
      granularity: 'channel',
      observer: 'absmax',
    });
    assert.ok(after.plan.tensors.every((each) => each.dtype !== 'float16' && each.observer === 'mse'));
    const expected = (await valuesOf(before.float, ['y'], samples)).get('y')!;
    const of = async (draft: Draft) =>
      (await valuesOf(await tools.quantized(draft), ['y'], samples)).get('y')!;
    assert.ok(decibels(expected, await of(after)) > decibels(expected, await of(before)));
  });
});

/** Those that steps learn from. */
function learning<T>(all: readonly T[]): T[] {
  return all.filter((_, at) => !isHeldOut(at));
}

function meansOf(list: readonly Float32Array[], channels: number): number[] {
  const sums = new Array<number>(channels).fill(0);
  let area = 0;
  for (const each of list) {
    area = each.length / channels;
    for (const [k, x] of each.entries()) sums[Math.floor(k / area)]! += x;
  }
  return sums.map((sum) => sum / (area * list.length));
}

async function restoredWeight(draft: Draft): Promise<Float32Array> {
  const [plan] = productsOf(draft).map((product) => product.plan);
  const bytes = await readAll(draft.float.graph.initializers.get('w')!.data, context);
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const row = values.length / plan!.scale!.length;
  return values.map((x, k) => {
    const scale = plan!.scale![Math.floor(k / row)]!;
    return Math.max(plan!.qmin, Math.min(plan!.qmax, roundEven(x / scale))) * scale;
  });
}

function roundEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

function withWeight(draft: Draft, values: Float32Array): Draft['float'] {
  const { graph } = draft.float;
  const tensor = graph.initializers.get('w')!;
  const data = bytesData(new Uint8Array(values.buffer));
  return { ...draft.float, graph: { ...graph, initializers: new Map([['w', { ...tensor, data }]]) } };
}
