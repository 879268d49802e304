// Which nodes run in integers and which values become codes, for the patterns that nets are made of.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeProto, TensorProto } from '../../../ts-host/formats/onnx/proto/onnx_pb.js';
import {
  conv,
  floats,
  gemm,
  int64s,
  type ModelInput,
  matMul,
  node,
  value,
} from '../../support/onnxBuilder.js';
import { Rng } from '../../support/rng.js';
import { activationsOf, nodesOf, observedOf, planOf, reasonOf } from './support.js';

const rng = new Rng(2);
const weight = (name: string, ...dims: number[]): TensorProto =>
  floats(name, dims, rng.normal(dims.reduce((a, b) => a * b, 1)));

/** A 1x1 convolution called by its result. */
const layer = (x: string, y: string, w = 'w'): NodeProto => conv(x, w, undefined, y, {}, y);
const named = (opType: string, inputs: string[], y: string, attributes = {}): NodeProto =>
  node(opType, inputs, [y], attributes, { name: y });

/** Nodes from x to y over [1, 4, 8, 8], with the weight w and what else is given. */
const net = (nodes: NodeProto[], more: TensorProto[] = []): ModelInput => ({
  inputs: [value('x', [1, 4, 8, 8])],
  outputs: [value('y')],
  nodes,
  initializers: [weight('w', 4, 4, 1, 1), ...more],
});

test('Conv, Relu, Conv -> the Relu vanishes: its result has zero point 0, that before it no codes', async () => {
  const plan = await planOf(net([layer('x', 'a'), named('Relu', ['a'], 'b'), layer('b', 'y')]), {
    b: [0, 5.1],
  });
  assert.deepEqual(nodesOf(plan), ['a integer w', 'b fused', 'y integer w']);
  assert.deepEqual(activationsOf(plan), [
    'x uint8 [-0.996, 1] zero 127',
    'b uint8 [0, 5.1] zero 0',
    'y uint8 [-0.996, 1] zero 127',
  ]);
});

test('Conv, Clip to [0, 6] -> no code passes 6, whatever rounding does to 255 steps', async () => {
  const bounds = [floats('low', [], [0]), floats('high', [], [6])];
  const nodes = [layer('x', 'a'), named('Clip', ['a', 'low', 'high'], 'b'), layer('b', 'y')];
  for (const seen of [5, 6, 9]) {
    const plan = await planOf(net(nodes, bounds), { b: [0, seen] });
    assert.deepEqual(nodesOf(plan), ['a integer w', 'b fused', 'y integer w']);
    const { scale, zeroPoint } = plan.activations!.find((each) => each.value === 'b')!;
    assert.equal(zeroPoint, 0);
    assert.ok(Math.fround(scale * 255) <= 6 && scale * 255 > Math.min(seen, 6) * 0.99999);
  }
});

test('Conv, Clip to [-1, 2] -> codes end within both bounds', async () => {
  const bounds = [floats('low', [], [-1]), floats('high', [], [2])];
  const nodes = [layer('x', 'a'), named('Clip', ['a', 'low', 'high'], 'b'), layer('b', 'y')];
  const plan = await planOf(net(nodes, bounds), { b: [-1, 2] });
  const { scale, zeroPoint } = plan.activations!.find((each) => each.value === 'b')!;
  assert.ok(Math.fround(scale * (0 - zeroPoint)) >= -1 && Math.fround(scale * (255 - zeroPoint)) <= 2);
});

test('residual Add between convolutions -> integer, its Relu vanishes', async () => {
  const nodes = [
    layer('x', 'a'),
    layer('x', 'b'),
    named('Add', ['a', 'b'], 'c'),
    named('Relu', ['c'], 'd'),
    layer('d', 'y'),
  ];
  const plan = await planOf(net(nodes), { d: [0, 1] });
  assert.deepEqual(nodesOf(plan), ['a integer w', 'b integer w', 'c integer', 'd fused', 'y integer w']);
  assert.deepEqual(await observedOf(net(nodes)), ['x', 'a', 'b', 'd', 'y']);
});

test('Add whose other side is made in float, or whose result nobody reads as codes -> float', async () => {
  const nodes = [
    layer('x', 'a'),
    named('Tanh', ['a'], 'b'),
    named('Add', ['a', 'b'], 'c'),
    layer('c', 'd'),
    named('Add', ['d', 'd'], 'y'),
  ];
  const plan = await planOf(net(nodes));
  assert.deepEqual(nodesOf(plan), ['a integer w', 'b float', 'c float', 'd integer w', 'y float']);
  assert.match(reasonOf(plan, 'b'), /no integer Tanh/);
  assert.match(reasonOf(plan, 'c'), /its input is made in float/);
  assert.match(reasonOf(plan, 'y'), /nothing that reads its result/);
});

test('refusing one node -> takes away the neighbours of others, until nothing changes', async () => {
  const nodes = [
    layer('x', 'a'),
    named('MaxPool', ['a'], 'b', { kernel_shape: [2n, 2n] }),
    named('Sigmoid', ['b'], 'c'),
    named('Mul', ['b', 'c'], 'd'),
    named('Transpose', ['d'], 'e'),
    named('Tanh', ['e'], 'y'),
  ];
  const plan = await planOf(net(nodes));
  assert.deepEqual(nodesOf(plan), ['a integer w', 'b float', 'c float', 'd float', 'e float', 'y float']);
});

test('moves between convolutions -> codes of one scale from end to end, observed once', async () => {
  const nodes = [
    layer('x', 'a'),
    named('MaxPool', ['a'], 'b', { kernel_shape: [2n, 2n] }),
    named('Resize', ['b', '', 'twice'], 'c'),
    named('Slice', ['c', 'zero', 'four', 'one'], 'd'),
    layer('d', 'y'),
  ];
  const more = [
    floats('twice', [4], [1, 1, 2, 2]),
    int64s('zero', [1], [0]),
    int64s('four', [1], [4]),
    int64s('one', [1], [1]),
  ];
  const plan = await planOf(net(nodes, more), { a: [-2, 3] });
  assert.deepEqual(nodesOf(plan), ['a integer w', 'b integer', 'c integer', 'd integer', 'y integer w']);
  const moved = plan.activations!.filter(({ like }) => like === 'a').map(({ value: name }) => name);
  assert.deepEqual(moved, ['b', 'c', 'd']);
  assert.deepEqual(await observedOf(net(nodes, more)), ['x', 'a', 'y']);
});

test('Concat of two Relus -> one scale for all three, seen at the result', async () => {
  const nodes = [
    layer('x', 'a'),
    named('Relu', ['a'], 'b'),
    layer('x', 'c'),
    named('Relu', ['c'], 'd'),
    named('Concat', ['b', 'd'], 'e', { axis: 1n }),
    layer('e', 'y', 'wide'),
  ];
  const input = net(nodes, [weight('wide', 4, 8, 1, 1)]);
  const plan = await planOf(input, { e: [0, 3] });
  assert.deepEqual(activationsOf(plan).slice(1, 4), [
    'b uint8 [0, 3] zero 0',
    'd uint8 [0, 3] zero 0 like b',
    'e uint8 [0, 3] zero 0 like b',
  ]);
  assert.deepEqual(await observedOf(input), ['x', 'e', 'y']);
});

test('Concat of a Relu and something signed -> each keeps a scale of its own', async () => {
  const nodes = [
    layer('x', 'a'),
    named('Relu', ['a'], 'b'),
    layer('x', 'c'),
    named('Concat', ['b', 'c'], 'e', { axis: 1n }),
    layer('e', 'y', 'wide'),
  ];
  const plan = await planOf(net(nodes, [weight('wide', 4, 8, 1, 1)]), { b: [0, 3], e: [-1, 3] });
  assert.ok(plan.activations!.every(({ like }) => like === undefined));
  assert.deepEqual(nodesOf(plan), ['a integer w', 'b fused', 'c integer w', 'e integer', 'y integer wide']);
});

test('Concat of a value that others read too -> that one keeps a scale of its own', async () => {
  const nodes = [
    layer('x', 'a'),
    layer('x', 'c'),
    named('Concat', ['a', 'c'], 'e', { axis: 1n }),
    layer('e', 'f', 'wide'),
    named('Add', ['a', 'f'], 'g'),
    layer('g', 'y'),
  ];
  const input = net(nodes, [weight('wide', 4, 8, 1, 1)]);
  const plan = await planOf(input);
  const likes = Object.fromEntries(plan.activations!.map(({ value: name, like }) => [name, like]));
  assert.deepEqual(likes, {
    x: undefined,
    a: undefined,
    c: undefined,
    e: 'c',
    f: undefined,
    g: undefined,
    y: undefined,
  });
  assert.deepEqual(await observedOf(input), ['x', 'a', 'e', 'f', 'g', 'y']);
});

test('Gemm and MatMul at the end -> their result stays in float', async () => {
  const plan = await planOf({
    inputs: [value('x', [2, 4])],
    outputs: [value('y'), value('z')],
    nodes: [gemm('x', 'w', 'b', 'y', {}, 'y'), matMul('x', 'w', 'z', 'z')],
    initializers: [weight('w', 4, 6), weight('b', 6)],
  });
  assert.deepEqual(nodesOf(plan), ['y integer w + int32 bias', 'z integer w']);
  assert.deepEqual(
    plan.activations!.map(({ value: name }) => name),
    ['x'],
  );
});

test('MatMul of two computed matrices -> integer only where both come from integer nodes', async () => {
  const input: ModelInput = {
    inputs: [value('x', [2, 4])],
    outputs: [value('y'), value('z')],
    nodes: [
      matMul('x', 'w', 'a', 'a'),
      named('Transpose', ['a'], 'b'),
      matMul('a', 'b', 'y', 'y'),
      named('Softmax', ['y'], 's'),
      matMul('s', 'a', 'z', 'z'),
    ],
    initializers: [weight('w', 4, 6)],
  };
  const plan = await planOf(input);
  assert.deepEqual(nodesOf(plan), ['a integer w', 'b integer', 'y integer', 's float', 'z float']);
  assert.match(reasonOf(plan, 's'), /Softmax stays in float/);
});

test('a constant operand of Mul -> codes of the type of activations over its own range', async () => {
  const nodes = [
    layer('x', 'a'),
    named('Sigmoid', ['a'], 'b'),
    named('Mul', ['b', 'k'], 'c'),
    layer('c', 'y'),
  ];
  const plan = await planOf(net(nodes, [floats('k', [1, 4, 1, 1], [1, 2, 3, 5.1])]));
  assert.deepEqual(nodesOf(plan), ['a integer w', 'b integer', 'c integer k', 'y integer w']);
  const k = plan.tensors.find(({ tensor }) => tensor === 'k')!;
  assert.ok(k.dtype === 'uint8' && k.zeroPoint![0] === 0 && Math.abs(k.scale![0]! - 0.02) < 1e-8);
});

test('what calibration has not seen -> the nodes at it stay in float, with the reason', async () => {
  const nodes = [layer('x', 'a'), named('Relu', ['a'], 'b'), layer('b', 'c'), layer('c', 'y')];
  const plan = await planOf(net(nodes), { a: null, b: null });
  assert.deepEqual(nodesOf(plan), ['a float', 'b float', 'c float', 'y integer w']);
  assert.equal(reasonOf(plan, 'c'), 'calibration has not seen b');
});

test('skip, opTypes, minElements, minChannels -> float, with the reason', async () => {
  const nodes = [
    layer('x', 'a'),
    layer('a', 'b'),
    named('MaxPool', ['b'], 'c', { kernel_shape: [1n, 1n] }),
    layer('c', 'y'),
  ];
  const forms = async (options: Parameters<typeof planOf>[2]) =>
    nodesOf(await planOf(net(nodes), {}, options));
  assert.deepEqual(await forms({ skip: ['?'] }), ['a float', 'b float', 'c float', 'y float']);
  assert.deepEqual(await forms({ skip: ['b'] }), ['a integer w', 'b float', 'c float', 'y integer w']);
  assert.deepEqual(await forms({ opTypes: ['Conv'] }), [
    'a integer w',
    'b integer w',
    'c float',
    'y integer w',
  ]);
  assert.deepEqual(await forms({ minElements: 17 }), ['a float', 'b float', 'c float', 'y float']);
  assert.deepEqual(await forms({ minChannels: 5 }), ['a float', 'b float', 'c float', 'y float']);
  assert.equal(reasonOf(await planOf(net(nodes), {}, { skip: ['b'] }), 'b'), 'skipped by b');
});

test('tensorrt -> signed codes around 0, none behind a last convolution, bias and Relu left to the builder', async () => {
  const input = net(
    [conv('x', 'w', 'bias', 'a', {}, 'a'), named('Relu', ['a'], 'b'), layer('b', 'y')],
    [weight('bias', 4)],
  );
  const plan = await planOf(input, { b: [0, 2.54] }, { target: 'tensorrt' });
  assert.deepEqual(nodesOf(plan), ['a integer w', 'b fused', 'y integer w']);
  assert.deepEqual(activationsOf(plan), ['x int8 [-1.01, 1] zero 0', 'b int8 [-2.56, 2.54] zero 0']);
});

test('ConvTranspose -> float for onnxruntime with the reason, integer for tensorrt and octavo', async () => {
  const input = net([named('ConvTranspose', ['x', 'w'], 'y')]);
  assert.equal(reasonOf(await planOf(input), 'y'), 'onnxruntime has no integer ConvTranspose');
  assert.deepEqual(nodesOf(await planOf(input, {}, { target: 'tensorrt' })), ['y integer w']);
  const more: ModelInput = net(
    [named('ConvTranspose', ['x', 'w', 'bias'], 'y', { strides: [2n, 2n] })],
    [weight('bias', 4)],
  );
  assert.deepEqual(nodesOf(await planOf(more, {}, { target: 'octavo' })), ['y integer w + int32 bias']);
  const dilated = net([named('ConvTranspose', ['x', 'w'], 'y', { dilations: [2n, 2n] })]);
  assert.equal(reasonOf(await planOf(dilated, {}, { target: 'octavo' }), 'y'), 'it is dilated');
});
