// What the rows of a convolution's weight are said to meet, by groups, kernel and granularity.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { openModel } from '../../ts-host/api/open.js';
import { RunContext } from '../../ts-host/context.js';
import type { Granularity } from '../../ts-host/ir/plan.js';
import { Activations } from '../../ts-host/quantize/activations.js';
import { rowInputsOf } from '../../ts-host/quantize/rowInputs.js';
import { usesOf } from '../../ts-host/quantize/uses.js';
import type { RowInputs } from '../../ts-host/tensor/scales.js';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { simdEngine } from '../support/engine.js';
import { floats, type ModelInput, model, node, value } from '../support/onnxBuilder.js';

let engine: Engine;
before(async () => {
  engine = await simdEngine();
});

type NodeInput = NonNullable<ModelInput['nodes']>[number];

const CHANNEL: Granularity = { kind: 'channel', axis: 0 };
const NORMALIZE = node('BatchNormalization', ['x', 'gamma', 'beta', 'm', 'v'], ['n'], { epsilon: 0 });
const RELU = node('Relu', ['x'], ['n']);

/** n has channels of means 2, -3 and 0, and variances 1, 9 and 0. */
async function inputsOf(
  dims: readonly number[],
  granularity: Granularity,
  nodes: readonly NodeInput[],
): Promise<RowInputs | undefined> {
  const bytes = model({
    nodes: [...nodes],
    initializers: [
      floats('gamma', [3], [1, 3, 0]),
      floats('beta', [3], [2, -3, 0]),
      floats('m', [3], [0, 0, 0]),
      floats('v', [3], [1, 1, 1]),
      floats('w', dims),
    ],
    inputs: [value('x', [1, 3, 8, 8])],
    outputs: [value('y')],
  });
  const opened = await openModel(bytes, {}, new RunContext());
  const weight = usesOf(opened.model).weights.find(({ id }) => id === 'w')!;
  return rowInputsOf(weight, granularity, new Activations(engine, new RunContext()));
}

const conv = (op: string, group: number): NodeInput => node(op, ['n', 'w'], ['y'], { group: BigInt(group) });

function assertNear(actual: ArrayLike<number>, expected: number[]): void {
  assert.equal(actual.length, expected.length);
  for (const [i, want] of expected.entries())
    assert.ok(Math.abs(actual[i]! - want) <= 2e-3 * (1 + Math.abs(want)), `${i}: ${actual[i]}, not ${want}`);
}

/** Sum of variances, each raised by a 1024th of the mean's square. */
const LEAST = 1 + 4 / 1024 + 9 + 9 / 1024;

test('rowInputs of a Conv of one group -> the mean of every input channel, over the whole kernel', async () => {
  const found = await inputsOf([5, 3, 1, 2], CHANNEL, [NORMALIZE, conv('Conv', 1)]);
  assert.equal(found?.rows, 5);
  assertNear(found.means, [2, 2, -3, -3, 0, 0]);
  assertNear(found.biasWeight, new Array(5).fill(3 / LEAST));
});

test('rowInputs of a depthwise Conv -> mean 1, weighed by mean² / variance of its own channel', async () => {
  const found = await inputsOf([6, 1, 3, 1], CHANNEL, [NORMALIZE, conv('Conv', 3)]);
  assert.equal(found?.rows, 6);
  assertNear(found.means, [1, 1, 1]);
  const [a, b] = [4 / (1 + 4 / 1024), 9 / (9 + 9 / 1024)];
  assertNear(found.biasWeight, [a, a, b, b, 0, 0]);
});

test('rowInputs behind a Relu of unknown values -> one mean for all, in any groups', async () => {
  for (const [dims, group] of [
    [[4, 3, 2, 2], 1],
    [[3, 1, 2, 6], 3],
    [[6, 2, 3, 2], 2],
  ] as const) {
    const found = await inputsOf(dims, CHANNEL, [RELU, conv('Conv', group)]);
    assert.deepEqual([found?.rows, found?.means], [dims[0], new Float32Array(12).fill(1)]);
    // 0.3989² / (1/2 - 0.3989²), in 16 samples
    for (const weight of found!.biasWeight) assert.ok(Math.abs(weight - 0.467) < 0.04, `${weight}`);
  }
});

test('rowInputs of a ConvTranspose behind a Relu -> one row for each pair of channels', async () => {
  const found = await inputsOf([3, 4, 2, 2], { kind: 'channel', axis: 1 }, [RELU, conv('ConvTranspose', 1)]);
  assert.deepEqual(
    [found?.rows, found?.means, found?.biasWeight.length],
    [12, new Float32Array(4).fill(1), 4],
  );
});

test('rowInputs of the one output channel under one scale -> the whole weight is a row', async () => {
  const found = await inputsOf([1, 3, 1, 2], { kind: 'tensor' }, [NORMALIZE, conv('Conv', 1)]);
  assert.deepEqual([found?.rows, found?.means.length, found?.biasWeight.length], [1, 6, 1]);
});

const NOTHING: readonly [string, number[], Granularity, NodeInput[]][] = [
  ['behind nothing known', [5, 3, 1, 1], CHANNEL, [node('Sin', ['x'], ['n']), conv('Conv', 1)]],
  ['groups of several inputs', [4, 2, 1, 1], CHANNEL, [NORMALIZE, conv('Conv', 2)]],
  ['a number of channels that does not fit', [5, 4, 1, 1], CHANNEL, [NORMALIZE, conv('Conv', 1)]],
  [
    'a ConvTranspose over known channels',
    [3, 4, 1, 1],
    { kind: 'channel', axis: 1 },
    [NORMALIZE, conv('ConvTranspose', 1)],
  ],
  ['one scale for several channels', [5, 3, 1, 1], { kind: 'tensor' }, [NORMALIZE, conv('Conv', 1)]],
  ['blocks', [5, 3, 1, 1], { kind: 'block', axis: 1, blockSize: 2 }, [NORMALIZE, conv('Conv', 1)]],
  ['MatMul', [8, 4], { kind: 'channel', axis: 1 }, [NORMALIZE, node('MatMul', ['n', 'w'], ['y'])]],
  [
    'a weight of two nodes',
    [5, 3, 1, 1],
    CHANNEL,
    [NORMALIZE, conv('Conv', 1), node('Conv', ['x', 'w'], ['z'])],
  ],
];
for (const [title, dims, granularity, nodes] of NOTHING) {
  test(`rowInputs of ${title} -> undefined`, async () => {
    assert.equal(await inputsOf(dims, granularity, nodes), undefined);
  });
}
