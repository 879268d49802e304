// What a target with tables looks up: whatever is computed of one value, several nodes as one, and what is between them stays as
// it is. And a session runs it in integers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OctavoError } from '../../../ts-host/errors.js';
import type { NodeProto, TensorProto } from '../../../ts-host/formats/onnx/proto/onnx_pb.js';
import { planQuantization, quantize, Session } from '../../../ts-host/index.js';
import type { QuantizeOptions } from '../../../ts-host/quantize/options.js';
import { prepareOctavo } from '../../support/octavo.js';
import { conv, floats, type ModelInput, model, node, value } from '../../support/onnxBuilder.js';
import { Rng } from '../../support/rng.js';
import { activationsOf, nodesOf, observedOf, planOf, reasonOf } from './support.js';

const OCTAVO: QuantizeOptions = { target: 'octavo' };
const DIMS = [1, 4, 8, 8];
const rng = new Rng(2);

const layer = (x: string, y: string): NodeProto => conv(x, 'w', undefined, y, {}, y);
const named = (opType: string, inputs: string[], y: string, attributes = {}): NodeProto =>
  node(opType, inputs, [y], attributes, { name: y });

const NUMBERS: TensorProto[] = Object.entries({ zero: 0, half: 0.5, three: 3, six: 6 }).map(
  ([name, number]) => floats(name, [], [number]),
);

const net = (...nodes: NodeProto[]): ModelInput => ({
  inputs: [value('x', DIMS)],
  outputs: [value('y')],
  nodes,
  initializers: [floats('w', [4, 4, 1, 1], rng.normal(16)), ...NUMBERS],
});

/** A convolution a, its hard swish e, and a convolution of that. */
const hardSwish = (...more: NodeProto[]): ModelInput =>
  net(
    layer('x', 'a'),
    named('Add', ['a', 'three'], 'b'),
    named('Clip', ['b', 'zero', 'six'], 'c'),
    named('Mul', ['a', 'c'], 'd'),
    named('Div', ['d', 'six'], 'e'),
    layer('e', 'y'),
    ...more,
  );

test('a hard swish of four nodes -> one table; nothing between them has codes', async () => {
  const plan = await planOf(hardSwish(), {}, OCTAVO);
  assert.deepEqual(nodesOf(plan), [
    'a integer w',
    'b integer',
    'c integer',
    'd integer',
    'e integer',
    'y integer w',
  ]);
  assert.match(reasonOf(plan, 'd'), /one uint8 table/);
  assert.deepEqual(
    activationsOf(plan).map((line) => line[0]),
    ['x', 'a', 'e', 'y'],
  );
  assert.deepEqual(await observedOf(hardSwish(), OCTAVO), ['x', 'a', 'e', 'y']);
});

test('a value that a convolution reads too -> codes, and the table begins anew behind it', async () => {
  const input = hardSwish(layer('c', 'also'));
  const plan = await planOf({ ...input, outputs: [value('y'), value('also')] }, {}, OCTAVO);
  const names = activationsOf(plan).map((line) => line.split(' ')[0]);
  assert.deepEqual(names, ['x', 'a', 'c', 'd', 'e', 'y', 'also']);
});

test('a skipped node, an end that is read in float, a start in float -> all of the table in float', async () => {
  const forms = ['b float', 'c float', 'd float', 'e float'];
  const table = (plan: Awaited<ReturnType<typeof planOf>>): string[] => nodesOf(plan).slice(1, 5);
  assert.deepEqual(table(await planOf(hardSwish(), {}, { ...OCTAVO, skip: ['c'] })), forms);
  assert.deepEqual(table(await planOf(hardSwish(), {}, { ...OCTAVO, skip: ['y'] })), forms);
  assert.deepEqual(table(await planOf(hardSwish(), {}, { ...OCTAVO, skip: ['a'] })), forms);
});

test('Conv, Relu, Sigmoid -> the Relu vanishes in the codes of the Conv', async () => {
  const nodes = [layer('x', 'a'), named('Relu', ['a'], 'b'), named('Sigmoid', ['b'], 'c'), layer('c', 'y')];
  assert.deepEqual(nodesOf(await planOf(net(...nodes), {}, OCTAVO)).slice(1, 3), ['b fused', 'c integer']);
});

test('Exp at an end -> float, between others -> in the table', async () => {
  const end = net(layer('x', 'a'), named('Exp', ['a'], 'b'), layer('b', 'y'));
  assert.match(reasonOf(await planOf(end, {}, OCTAVO), 'b'), /no integer Exp/);
  const exp = [named('Exp', ['a'], 'b'), named('Add', ['b', 'half'], 'c'), named('Tanh', ['c'], 'd')];
  const plan = await planOf(net(layer('x', 'a'), ...exp, layer('d', 'y')), {}, OCTAVO);
  assert.deepEqual(nodesOf(plan).slice(1, 4), ['b integer', 'c integer', 'd integer']);
});

test('Mul of two values, squeeze and excite -> no table, all in integers', async () => {
  const nodes = [
    layer('x', 'a'),
    named('GlobalAveragePool', ['a'], 'b'),
    layer('b', 'c'),
    named('HardSigmoid', ['c'], 'd'),
    named('Mul', ['a', 'd'], 'e'),
    layer('e', 'y'),
  ];
  const forms = nodesOf(await planOf(net(...nodes), {}, OCTAVO));
  assert.deepEqual(forms, [
    'a integer w',
    'b integer',
    'c integer w',
    'd integer',
    'e integer',
    'y integer w',
  ]);
  assert.ok(nodesOf(await planOf(net(...nodes))).includes('d float'));
});

test('a plan with a part of a table in float -> PLAN_INVALID with the node', async () => {
  await prepareOctavo();
  const bytes = model(hardSwish());
  const calibration = [{ dims: DIMS, data: Float32Array.from(rng.normal(256)) }];
  const made = await planQuantization(bytes, { mode: 'static', calibration, ...OCTAVO });
  const nodes = made.nodes.map((each) => (each.node === 'c' ? { ...each, form: 'float' as const } : each));
  await assert.rejects(
    quantize(bytes, { plan: { ...made, nodes } }),
    (error) => error instanceof OctavoError && error.code === 'PLAN_INVALID' && error.place.node === 'b',
  );
});

for (const representation of ['qdq', 'operator'] as const) {
  test(`${representation} -> a session runs all of it in integers, near the float model`, async () => {
    await prepareOctavo();
    const bytes = model(hardSwish());
    const data = Float32Array.from(rng.normal(256));
    const calibration = [{ dims: DIMS, data }];
    const result = await quantize(bytes, { mode: 'static', calibration, representation, ...OCTAVO });
    const [float, fused] = [await Session.create(bytes), await Session.create(await result.bytes())];
    await result.close();
    assert.equal(fused.diagnostics().counts!.float, 0);
    const feeds = { x: { dims: DIMS, data } };
    const [expected, actual] = [(await float.run(feeds)).y!, (await fused.run(feeds)).y!];
    await Promise.all([float.dispose(), fused.dispose()]);
    const power = (values: readonly number[]): number => values.reduce((sum, each) => sum + each * each, 0);
    const given = Array.from(expected.data as Float32Array);
    const noise = power(given.map((each, i) => each - (actual.data as Float32Array)[i]!));
    assert.ok(noise < power(given) * 1e-3, `${noise} of ${power(given)}`);
  });
}
