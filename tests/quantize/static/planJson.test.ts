// Plans of mode static as JSON: what is edited in them either works, or is refused with the field, tensor or node named.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  OctavoError,
  planFromJson,
  planQuantization,
  planToJson,
  type QuantPlan,
  quantize,
} from '../../../ts-host/index.js';
import { prepareOctavo } from '../../support/octavo.js';
import { conv, floats, model, node, value } from '../../support/onnxBuilder.js';
import { Rng } from '../../support/rng.js';

const rng = new Rng(3);
const weight = (name: string, dims: readonly number[]) =>
  floats(name, dims, rng.normal(dims.reduce((a, b) => a * b, 1)));

/** x ─ conv1 ─ Relu r ─ pool p ─┬─ conv2 ─ b ─ + k ─ s ─ conv3 ─ y */
const NET = model({
  inputs: [value('x', [1, 3, 6, 6])],
  outputs: [value('y')],
  nodes: [
    conv('x', 'w1', 'bias', 'a', {}, 'conv1'),
    node('Relu', ['a'], ['r'], {}, { name: 'relu' }),
    node('MaxPool', ['r'], ['p'], { kernel_shape: [2n, 2n] }, { name: 'pool' }),
    conv('p', 'w2', undefined, 'b', {}, 'conv2'),
    node('Add', ['b', 'k'], ['s'], {}, { name: 'sum' }),
    node('Sigmoid', ['s'], ['g'], {}, { name: 'gate' }),
    conv('g', 'w3', undefined, 'y', {}, 'conv3'),
  ],
  initializers: [
    weight('w1', [4, 3, 1, 1]),
    weight('bias', [4]),
    weight('w2', [4, 4, 1, 1]),
    weight('k', [1, 4, 5, 1]),
    weight('w3', [2, 4, 1, 1]),
  ],
});
const SAMPLES = Array.from({ length: 4 }, () => ({ data: rng.normal(108), dims: [1, 3, 6, 6] }));

type Json = Record<string, unknown>;
interface Edited {
  mode: unknown;
  target: unknown;
  representation: unknown;
  tensors: Json[];
  activations: Json[];
  nodes: Json[];
}

let text = '';
before(async () => {
  await prepareOctavo();
  text = planToJson(await planQuantization(NET, { mode: 'static', calibration: SAMPLES }));
});

function edited(edit: (plan: Edited, find: (name: string) => Json) => void): string {
  const plan = JSON.parse(text) as Edited;
  const all = [...plan.activations, ...plan.tensors, ...plan.nodes];
  const find = (name: string): Json =>
    all.find((each) => [each.value, each.tensor, each.node].includes(name)) ?? assert.fail(`no ${name}`);
  edit(plan, find);
  return JSON.stringify(plan);
}

const apply = async (plan: QuantPlan): Promise<Uint8Array> => (await quantize(NET, { plan })).bytes();

test('a plan of mode static -> the same text again, a value and a node a line', () => {
  const plan = planFromJson(text);
  assert.equal(planToJson(plan), text);
  const lines = text.split('\n');
  assert.equal(lines.filter((line) => line.startsWith('    {"value":')).length, plan.activations!.length);
  assert.deepEqual(
    plan.activations!.map(({ value: name }) => name),
    ['x', 'r', 'p', 'b', 's', 'g', 'y'],
  );
});

/** PLAN_INVALID with this in its place. */
async function refusedAt(place: Json, work: () => Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof OctavoError && error.code === 'PLAN_INVALID', String(error));
    for (const [key, at] of Object.entries(place)) {
      assert.equal((error.place as Json)[key], at, error.message);
    }
    return true;
  });
}

type SchemaCase = readonly [title: string, edit: Parameters<typeof edited>[0], field: string];
const SCHEMA: readonly SchemaCase[] = [
  ['target unknown', (plan) => (plan.target = 'tpu'), 'target'],
  ['representation missing', (plan) => (plan.representation = undefined), 'representation'],
  ['activations missing', (plan) => delete (plan as Partial<Edited>).activations, 'activations'],
  ['activations in another mode', (plan) => (plan.mode = 'weights'), 'activations'],
  ['a value twice', (plan) => plan.activations.push({ ...plan.activations[0] }), 'activations[7].value'],
  ['dtype of a weight', (plan) => (plan.activations[0]!.dtype = 'uint4'), 'activations[0].dtype'],
  [
    'codes that QuantizeLinear knows nothing of',
    (plan) => (plan.activations[0]!.qmax = 127),
    'activations[0].qmin',
  ],
  ['a scale of 0', (plan) => (plan.activations[0]!.scale = 0), 'activations[0].scale'],
  ['a scale that is no float32', (plan) => (plan.activations[0]!.scale = 0.1), 'activations[0].scale'],
  [
    'a zero point past the codes',
    (plan) => (plan.activations[0]!.zeroPoint = 256),
    'activations[0].zeroPoint',
  ],
  [
    'symmetric with another zero point',
    (plan, find) => (find('r').symmetric = true),
    'activations[1].zeroPoint',
  ],
  ['like a value that is not planned', (plan) => (plan.activations[2]!.like = 'q'), 'activations[2].like'],
  ['like a value of another scale', (plan) => (plan.activations[2]!.scale = 1), 'activations[2].like'],
  ['method missing', (plan) => delete plan.activations[0]!.method, 'activations[0].method'],
  ['bias of another type', (plan, find) => (find('conv1').bias = 'int8'), 'nodes[0].bias'],
  ['a form of another mode', (plan, find) => (find('conv2').form = 'dequantize'), 'nodes[3].form'],
  ['fused with a weight', (plan, find) => (find('relu').tensors = ['w1']), 'nodes[1].tensors'],
];

describe('a field that breaks the schema', () => {
  for (const [title, edit, field] of SCHEMA) {
    test(`${title} -> PLAN_INVALID at ${field}`, () =>
      refusedAt({ field }, async () => planFromJson(edited(edit))));
  }
});

/** Plans in order, for another model or edited so that the graph could not be made of them. */
type FitCase = readonly [title: string, edit: Parameters<typeof edited>[0], place: Json];
const drop = (list: Json[], name: string): Json[] =>
  list.filter((each) => ![each.value, each.tensor, each.node].includes(name));
const FITS: readonly FitCase[] = [
  [
    'a value the model lacks',
    (plan) => plan.activations.push({ ...plan.activations[0], value: 'q' }),
    { tensor: 'q' },
  ],
  ['an input without codes', (plan) => (plan.activations = drop(plan.activations, 'x')), { node: 'conv1' }],
  ['a result without codes', (plan) => (plan.activations = drop(plan.activations, 'y')), { node: 'conv3' }],
  ['a weight that is not planned', (plan, find) => (find('conv2').tensors = []), { tensor: 'w2' }],
  [
    'a weight and its line gone',
    (plan, find) => {
      find('conv2').tensors = [];
      plan.tensors = drop(plan.tensors, 'w2');
    },
    { node: 'conv2' },
  ],
  [
    'a weight with zero points',
    (_, find) => Object.assign(find('w2'), { symmetric: false }),
    { tensor: 'w2' },
  ],
  [
    'scales along another axis',
    (_, find) => Object.assign(find('w2'), { granularity: { kind: 'channel', axis: 1 } }),
    { tensor: 'w2' },
  ],
  [
    'too few scales',
    (_, find) => Object.assign(find('w2'), { scale: [1], zeroPoint: [0] }),
    { tensor: 'w2' },
  ],
  [
    'blocks',
    (_, find) => {
      const blocks = { granularity: { kind: 'block', axis: 1, blockSize: 2 } };
      Object.assign(find('w2'), blocks, { scale: undefined, zeroPoint: undefined });
    },
    { tensor: 'w2' },
  ],
  ['a bias where there is none', (_, find) => (find('conv2').bias = 'int32'), { node: 'conv2' }],
  [
    'codes moved to another scale',
    (_, find) => Object.assign(find('p'), { like: undefined, scale: 1 }),
    { node: 'pool' },
  ],
  [
    'codes that pass the bounds of a Relu',
    (_, find) => ((find('r').zeroPoint = 3), (find('p').zeroPoint = 3)),
    { node: 'relu' },
  ],
  [
    'a Relu that is still fused',
    (plan, find) => {
      Object.assign(find('conv1'), { form: 'float', tensors: [], bias: undefined });
      plan.tensors = drop(plan.tensors, 'w1');
    },
    { node: 'relu' },
  ],
  ['an operand that is not read', (_, find) => (find('conv2').tensors = ['w2', 'k']), { node: 'conv2' }],
  [
    'codes of two types',
    (_, find) => Object.assign(find('y'), { dtype: 'uint16', qmax: 65535 }),
    { node: 'conv3' },
  ],
  ['an operator the target lacks', (plan) => (plan.target = 'tensorrt'), { node: 'gate' }],
  ['another operator', (_, find) => (find('gate').opType = 'Tanh'), { node: 'gate' }],
  ['a bias past int32', (_, find) => Object.assign(find('x'), { scale: 2 ** -120 }), { node: 'conv1' }],
];

describe('a plan that does not fit', () => {
  for (const [title, edit, place] of FITS) {
    test(`${title} -> PLAN_INVALID at ${JSON.stringify(place)}`, () =>
      refusedAt(place, () => apply(planFromJson(edited(edit)))));
  }
});

describe('an edit that works', () => {
  const works = async (edit: Parameters<typeof edited>[0]): Promise<Uint8Array> =>
    apply(planFromJson(edited(edit)));

  test('a node left in float, a bias left in float, another scale, operators instead -> a model each', async () => {
    const plain = await works(() => {});
    const files = [
      await works((plan, find) => {
        Object.assign(find('conv2'), { form: 'float', tensors: [] });
        Object.assign(find('sum'), { form: 'float', tensors: [] });
        Object.assign(find('gate'), { form: 'float' });
        plan.tensors = drop(drop(plan.tensors, 'w2'), 'k');
        plan.activations = drop(drop(plan.activations, 'b'), 's');
      }),
      await works((_, find) => delete find('conv1').bias),
      await works((_, find) => Object.assign(find('x'), { scale: 0.5 })),
      await works((plan) => (plan.representation = 'operator')),
    ];
    for (const file of files) assert.notDeepEqual(file, plain);
  });
});
