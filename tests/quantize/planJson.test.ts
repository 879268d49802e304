// Plans as JSON: they survive the round trip, they do what the options did, and whatever is edited in them either works
// or is refused with the field, tensor or node named. Nothing else may come out.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  OctavoError,
  planFromJson,
  planQuantization,
  planToJson,
  type QuantPlan,
  quantize,
} from '../../ts-host/index.js';
import { checkConsistency } from '../../ts-host/ir/check.js';
import { read, rejectsWith } from '../formats/onnx/support.js';
import { prepareOctavo, quantizedBytes } from '../support/octavo.js';
import { floats, matMul, model, value } from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';
import { MANY_FORMS, MANY_OPTIONS } from './plans.js';

before(prepareOctavo);

for (const options of MANY_OPTIONS) {
  test(`planToJson ${JSON.stringify(options)} -> the same text again, the same bytes as without a plan`, async () => {
    const plan = await planQuantization(MANY_FORMS, options);
    assert.ok(plan.tensors.length > 0);
    const text = planToJson(plan);
    assert.deepEqual(planFromJson(text), plan);
    assert.equal(planToJson(planFromJson(text)), text);
    assert.deepEqual(
      await quantizedBytes(MANY_FORMS, { plan: planFromJson(text) }),
      await quantizedBytes(MANY_FORMS, options),
    );
  });
}

test('planToJson -> one tensor and one node a line', async () => {
  const plan = await planQuantization(MANY_FORMS, { mode: 'weights' });
  const lines = planToJson(plan).split('\n');
  assert.equal(lines.filter((line) => line.startsWith('    {"tensor":')).length, plan.tensors.length);
  assert.equal(lines.filter((line) => line.startsWith('    {"node":')).length, plan.nodes.length);
});

type Json = Record<string, unknown>;
interface Edited {
  version: unknown;
  mode: unknown;
  tensors: Json[];
  nodes: Json[];
}

/** A plan in mode weights, as JSON to be edited; tensors by name. */
async function editable(options = MANY_OPTIONS[0]!) {
  const plan = JSON.parse(planToJson(await planQuantization(MANY_FORMS, options))) as Edited;
  const tensor = (name: string): Json => plan.tensors.find((each) => each.tensor === name)!;
  const node = (name: string): Json => plan.nodes.find((each) => each.node === name)!;
  return { plan, tensor, node };
}
type Editable = Awaited<ReturnType<typeof editable>>;

/** Edits of single fields and the field that the error must name. */
type SchemaCase = readonly [title: string, edit: (e: Editable) => void, field: string];
const SCHEMA: readonly SchemaCase[] = [
  ['mode unknown', ({ plan }) => (plan.mode = 'int8'), 'mode'],
  ['tensors no list', ({ plan }) => (plan.tensors = {} as never), 'tensors'],
  ['nodes missing', ({ plan }) => delete (plan as Partial<Edited>).nodes, 'nodes'],
  ['a tensor that is no object', ({ plan }) => (plan.tensors[0] = null as never), 'tensors[0]'],
  ['a tensor twice', ({ plan }) => plan.tensors.push({ ...plan.tensors[0] }), 'tensors[5].tensor'],
  ['a node twice', ({ plan }) => plan.nodes.push({ ...plan.nodes[0] }), 'nodes[5].node'],
  ['dtype unknown', ({ plan }) => (plan.tensors[0]!.dtype = 'int9'), 'tensors[0].dtype'],
  ['dtype of Object.prototype', ({ plan }) => (plan.tensors[0]!.dtype = 'toString'), 'tensors[0].dtype'],
  ['dtype in a list', ({ plan }) => (plan.tensors[0]!.dtype = ['uint8']), 'tensors[0].dtype'],
  ['qmax past the dtype', ({ plan }) => (plan.tensors[0]!.qmax = 256), 'tensors[0].qmin'],
  ['qmin = qmax', ({ plan }) => (plan.tensors[0]!.qmin = 255), 'tensors[0].qmin'],
  ['qmin a string', ({ plan }) => (plan.tensors[0]!.qmin = '0'), 'tensors[0].qmin'],
  ['symmetric missing', ({ plan }) => delete plan.tensors[0]!.symmetric, 'tensors[0].symmetric'],
  [
    'symmetric without positive codes',
    ({ plan }) => Object.assign(plan.tensors[0]!, { dtype: 'int8', qmin: -8, qmax: -1, symmetric: true }),
    'tensors[0].qmax',
  ],
  ['observer unknown', ({ plan }) => (plan.tensors[0]!.observer = 'kl'), 'tensors[0].observer'],
  ['observer auto', ({ plan }) => (plan.tensors[0]!.observer = 'auto'), 'tensors[0].observer'],
  ['observer in a list', ({ plan }) => (plan.tensors[0]!.observer = ['mse']), 'tensors[0].observer'],
  ['granularity missing', ({ plan }) => delete plan.tensors[0]!.granularity, 'tensors[0].granularity'],
  [
    'granularity unknown',
    ({ plan }) => (plan.tensors[0]!.granularity = { kind: 'row' }),
    'tensors[0].granularity.kind',
  ],
  [
    'axis negative',
    ({ plan }) => (plan.tensors[0]!.granularity = { kind: 'channel', axis: -1 }),
    'tensors[0].granularity.axis',
  ],
  [
    'blockSize 0',
    ({ plan }) => (plan.tensors[0]!.granularity = { kind: 'block', axis: 0, blockSize: 0 }),
    'tensors[0].granularity.blockSize',
  ],
  [
    'a block with scales',
    ({ plan }) => (plan.tensors[0]!.granularity = { kind: 'block', axis: 0, blockSize: 32 }),
    'tensors[0].scale',
  ],
  ['scale missing', ({ plan }) => delete plan.tensors[0]!.scale, 'tensors[0].scale'],
  ...([0, -1, null, 1e39, 0.1, 1e-60, '1'] as const).map(
    (scale): SchemaCase => [
      `scale ${scale}`,
      ({ plan }: Editable) => ((plan.tensors[0]!.scale as unknown[])[1] = scale),
      'tensors[0].scale[1]',
    ],
  ),
  ...([-1, 256, 0.5, null] as const).map(
    (zeroPoint): SchemaCase => [
      `zeroPoint ${zeroPoint}`,
      ({ plan }: Editable) => ((plan.tensors[0]!.zeroPoint as unknown[])[0] = zeroPoint),
      'tensors[0].zeroPoint[0]',
    ],
  ),
  [
    'zeroPoint off centre though symmetric',
    ({ plan }) => {
      plan.tensors[0]!.symmetric = true;
      (plan.tensors[0]!.zeroPoint as number[])[0] = 127;
    },
    'tensors[0].zeroPoint[0]',
  ],
  [
    'a zeroPoint fewer',
    ({ plan }) => (plan.tensors[0]!.zeroPoint as unknown[]).pop(),
    'tensors[0].zeroPoint',
  ],
  ['form unknown', ({ plan }) => (plan.nodes[0]!.form = 'int4'), 'nodes[0].form'],
  ['reason missing', ({ plan }) => delete plan.nodes[0]!.reason, 'nodes[0].reason'],
  ['opType a number', ({ plan }) => (plan.nodes[0]!.opType = 1), 'nodes[0].opType'],
  [
    'a node that names no planned tensor',
    ({ plan }) => (plan.nodes[0]!.tensors = ['x']),
    'nodes[0].tensors[0]',
  ],
  ['float with tensors', ({ plan }) => (plan.nodes[0]!.form = 'float'), 'nodes[0].tensors'],
  ['a form without tensors', ({ plan }) => (plan.nodes[0]!.tensors = []), 'nodes[0].tensors'],
];

for (const [title, edit, field] of SCHEMA) {
  test(`planFromJson ${title} -> PLAN_INVALID at ${field}`, async () => {
    const edited = await editable();
    edit(edited);
    const error = await rejectsWith('PLAN_INVALID', () => planFromJson(JSON.stringify(edited.plan)));
    assert.equal(error.place.field, field);
    const given = quantize(MANY_FORMS, { plan: edited.plan as unknown as QuantPlan });
    assert.equal((await rejectsWith('PLAN_INVALID', given)).place.field, field);
  });
}

for (const version of [0, 2, '1', null, undefined]) {
  test(`planFromJson version ${version} -> PLAN_VERSION`, async () => {
    const { plan } = await editable();
    await rejectsWith('PLAN_VERSION', () => planFromJson(JSON.stringify({ ...plan, version })));
  });
}

for (const text of ['', '{', 'null', '[]', '1', '"plan"']) {
  test(`planFromJson ${JSON.stringify(text)} -> PLAN_INVALID`, async () => {
    await rejectsWith('PLAN_INVALID', () => planFromJson(text));
  });
}

const BLOCK = { kind: 'block', axis: 0, blockSize: 32 };
const blocks = (tensor: Json, granularity: Json = BLOCK): void => {
  delete tensor.scale;
  delete tensor.zeroPoint;
  tensor.granularity = granularity;
};

/** Edits of a plan in mode weights that keep the schema but not the model: what the message says. */
const MISFITS: readonly [string, (e: Editable) => void, RegExp][] = [
  [
    'a tensor the model lacks',
    ({ plan, node }) => {
      plan.tensors[0]!.tensor = 'missing';
      node('gather').tensors = ['missing'];
    },
    /no such constant.*missing/,
  ],
  [
    'a tensor of integers',
    ({ plan }) => plan.tensors.push({ tensor: 'shape', dtype: 'float16' }),
    /no floats.*shape/,
  ],
  ['a node the model lacks', ({ node }) => (node('conv').node = 'conv2'), /no such node.*conv2/],
  [
    'a node of another operator',
    ({ node }) => (node('conv').opType = 'MatMul'),
    /it is a Conv, the plan says MatMul/,
  ],
  [
    'an axis past the rank',
    ({ tensor }) => (tensor('matrix').granularity = { kind: 'channel', axis: 2 }),
    /axis 2/,
  ],
  [
    'the other axis',
    ({ tensor }) => (tensor('matrix').granularity = { kind: 'channel', axis: 0 }),
    /48 scales.*needs 32/,
  ],
  [
    'a tensor no node names',
    ({ node }) => Object.assign(node('conv'), { form: 'float', tensors: [] }),
    /no node names it/,
  ],
  [
    'a tensor another node reads',
    ({ node }) => (node('conv').tensors = ['kernel', 'matrix']),
    /does not read matrix/,
  ],
  ['gatherDequantize on Conv', ({ node }) => (node('conv').form = 'gatherDequantize'), /gatherDequantize/],
  [
    'blockMatMul on Conv',
    ({ node, tensor }) => {
      node('conv').form = 'blockMatMul';
      blocks(tensor('kernel'));
    },
    /float32 matrix that is input 1/,
  ],
  [
    'blockMatMul with codes per channel',
    ({ node }) => (node('matmul').form = 'blockMatMul'),
    /blocks along axis 0/,
  ],
  [
    'blockMatMul with blocks across',
    ({ node, tensor }) => {
      node('matmul').form = 'blockMatMul';
      blocks(tensor('matrix'), { ...BLOCK, axis: 1 });
    },
    /blocks along axis 0/,
  ],
  [
    'blockMatMul with blocks of 24',
    ({ node, tensor }) => {
      node('matmul').form = 'blockMatMul';
      blocks(tensor('matrix'), { ...BLOCK, blockSize: 24 });
    },
    /power of two/,
  ],
  [
    'blockMatMul with int8',
    ({ node, tensor }) => {
      node('matmul').form = 'blockMatMul';
      blocks(tensor('matrix'));
      Object.assign(tensor('matrix'), { dtype: 'int8', qmin: -128, qmax: 127 });
    },
    /uint2, uint4 or uint8/,
  ],
  [
    'blockMatMul with 7 of 8 bits',
    ({ node, tensor }) => {
      node('matmul').form = 'blockMatMul';
      blocks(tensor('matrix'));
      tensor('matrix').qmax = 127;
    },
    /all codes/,
  ],
  [
    'blockMatMul in float64',
    ({ node, tensor }) => {
      node('matmul64').form = 'blockMatMul';
      blocks(tensor('double'));
    },
    /float32 matrix/,
  ],
  [
    'blockGather with rows of no whole block',
    ({ node, tensor }) => {
      node('gather').form = 'blockGather';
      blocks(tensor('table'), { kind: 'block', axis: 1, blockSize: 128 });
    },
    /not made of blocks of 128/,
  ],
  [
    'gatherDequantize with 4 bits',
    ({ tensor }) => {
      Object.assign(tensor('table'), { dtype: 'int4', qmin: -8, qmax: 7 });
      tensor('table').zeroPoint = (tensor('table').zeroPoint as number[]).map(() => 0);
    },
    /8 and 16 bits/,
  ],
  [
    'gatherDequantize along the rows',
    ({ tensor }) => {
      Object.assign(tensor('table'), {
        granularity: { kind: 'channel', axis: 1 },
        scale: Array(64).fill(1),
        zeroPoint: Array(64).fill(0),
      });
    },
    /axis 0/,
  ],
  [
    'dynamicInteger on int16',
    ({ node, tensor }) => {
      node('matmul').form = 'dynamicInteger';
      Object.assign(tensor('matrix'), { dtype: 'int16', qmin: -255 });
    },
    /int8 and uint8/,
  ],
  [
    'dynamicInteger on Conv with zero points',
    ({ node }) => (node('conv').form = 'dynamicInteger'),
    /ConvInteger/,
  ],
  [
    'dynamicInteger on Gather',
    ({ node }) => (node('gather').form = 'dynamicInteger'),
    /MatMul or Gemm or Conv/,
  ],
  ['halfCast on codes', ({ node }) => (node('conv').form = 'halfCast'), /stores float16, not uint8/],
  [
    'dequantize on float16',
    ({ plan, tensor }) => {
      plan.tensors[plan.tensors.indexOf(tensor('kernel'))] = { tensor: 'kernel', dtype: 'float16' };
    },
    /stores integers, not float16/,
  ],
  [
    'halfCast on float64',
    ({ plan, node, tensor }) => {
      plan.tensors[plan.tensors.indexOf(tensor('double'))] = { tensor: 'double', dtype: 'float16' };
      node('matmul64').form = 'halfCast';
    },
    /for float32/,
  ],
];

for (const [title, edit, message] of MISFITS) {
  test(`quantize with a plan of ${title} -> PLAN_INVALID`, async () => {
    const edited = await editable();
    edit(edited);
    const plan = planFromJson(JSON.stringify(edited.plan));
    const error = await rejectsWith('PLAN_INVALID', quantize(MANY_FORMS, { plan }), message);
    assert.ok(error.place.tensor !== undefined || error.place.node !== undefined);
  });
}

test('quantize with a node taken out of a plan -> float, and the rest as before', async () => {
  const { plan, node } = await editable();
  Object.assign(node('conv'), { form: 'float', tensors: [], reason: 'edited' });
  plan.tensors = plan.tensors.filter((each) => each.tensor !== 'kernel');
  const result = await quantize(MANY_FORMS, { plan: planFromJson(JSON.stringify(plan)) });
  const { graph } = await read(await result.bytes());
  assert.equal(graph.initializers.get('kernel')?.dtype, 'float32');
  assert.equal(graph.initializers.get('matrix'), undefined);
});

/** A value of any kind, to put in the place of another. */
function anything(rng: Rng, old: unknown): unknown {
  const strings = ['', 'uint8', 'int4', 'int2', 'uint16', 'float16', 'block', 'channel', 'tensor', 'mse'];
  const names = [
    'blockMatMul',
    'blockGather',
    'dequantize',
    'halfCast',
    'dynamicInteger',
    'gatherDequantize',
  ];
  const pick = <T>(list: readonly T[]): T => list[rng.int(0, list.length - 1)]!;
  const choices: readonly (() => unknown)[] = [
    () => pick(strings),
    () => pick(names),
    () =>
      pick(['matrix', 'kernel', 'table', 'turned', 'bias', 'double', 'shape', 'conv', 'matmul', 'gather']),
    () => pick([-1, 0, 1, 2, 3, 15, 16, 32, 127, 128, 255, 65535, 1e9, 0.5]),
    () => pick([null, true, false, [], {}]),
    () => ({
      kind: pick(['tensor', 'channel', 'block']),
      axis: rng.int(0, 4),
      blockSize: pick([1, 16, 32, 7, 1e9]),
    }),
    () => old,
  ];
  return pick(choices)();
}

/** Replaces, removes or doubles something somewhere in a JSON value. */
function mutate(rng: Rng, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || rng.int(0, 9) === 0) return anything(rng, value);
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  const keys = Object.keys(copy);
  if (keys.length === 0) return anything(rng, value);
  const key = keys[rng.int(0, keys.length - 1)]!;
  const kind = rng.int(0, 14);
  if (kind === 0 && Array.isArray(copy)) copy.splice(Number(key), 1);
  else if (kind === 0) delete copy[key];
  else if (kind === 1 && Array.isArray(copy)) copy.push(copy[key]);
  else copy[key] = mutate(rng, copy[key]);
  return copy;
}

test('quantize with 3000 plans edited at random -> a sound model, or the plan refused', async (t) => {
  const rng = new Rng(2024);
  const plans = await Promise.all(MANY_OPTIONS.map((options) => planQuantization(MANY_FORMS, options)));
  let applied = 0;
  for (let round = 0; round < 3000; round++) {
    let plan: unknown = JSON.parse(planToJson(plans[round % plans.length]!));
    for (let edits = rng.int(1, 3); edits > 0; edits--) plan = mutate(rng, plan);
    try {
      const result = await quantize(MANY_FORMS, { plan: plan as QuantPlan });
      checkConsistency(await read(await result.bytes()));
      await result.measure();
      applied++;
    } catch (error) {
      const refused = error instanceof OctavoError && ['PLAN_INVALID', 'PLAN_VERSION'].includes(error.code);
      assert.ok(refused, `round ${round}: ${String((error as Error).stack)}\n${JSON.stringify(plan)}`);
    }
  }
  t.diagnostic(`${applied} of 3000 could be applied`);
  assert.ok(applied > 100 && applied < 2900);
});

/** MatMul over one 64 × 32 weight, all its values 0.5 but the first. */
function withFirstValue(first: number): Uint8Array {
  const values = new Float32Array(64 * 32).fill(0.5);
  values[0] = first;
  return model({
    inputs: [value('x', [1, 64])],
    outputs: [value('y', [1, 32])],
    initializers: [floats('w', [64, 32], values)],
    nodes: [matMul('x', 'w', 'y', 'product')],
  });
}

for (const [mode, first, code] of [
  ['weights', NaN, 'NON_FINITE_WEIGHT'],
  ['weights', Infinity, 'NON_FINITE_WEIGHT'],
  ['fp16', 1e6, 'PLAN_INVALID'],
] as const) {
  test(`a plan for ${mode} applied to a weight that holds ${first} -> ${code} naming it`, async () => {
    const plan = await planQuantization(withFirstValue(0.25), { mode });
    assert.equal(plan.tensors.length, 1);
    const error = await rejectsWith(code, quantize(withFirstValue(first), { plan }));
    assert.equal(error.place.tensor, 'w');
  });
}
