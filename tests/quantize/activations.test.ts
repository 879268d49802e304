// What a graph tells about its activations: means and variances against formulas of the normal distribution, and the
// cases in which nothing may be said.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { openModel } from '../../ts-host/api/open.js';
import { RunContext } from '../../ts-host/context.js';
import { ConstantScope } from '../../ts-host/ir/constants.js';
import { Activations, type ChannelStatistics } from '../../ts-host/quantize/activations.js';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { rejectsWith } from '../formats/onnx/support.js';
import { simdEngine } from '../support/engine.js';
import { type AttributeInput, floats, model, node, value } from '../support/onnxBuilder.js';

let engine: Engine;
before(async () => {
  engine = await simdEngine();
});

type Step = readonly [
  opType: string,
  inputs: string[],
  output: string,
  attributes?: Record<string, AttributeInput>,
];

const NORMALIZE: Step = ['BatchNormalization', ['x', 'gamma', 'beta', 'm', 'v'], 'n', { epsilon: 0.5 }];
/** x → normalization with means 0, 1, -2 and deviations 1, 3, 0.5 (v + epsilon = 1, kept = sqrt(0.5 / 1)). */
const ROOT = Math.SQRT2;
const CONSTANTS = [
  floats('gamma', [3], [ROOT, -3 * ROOT, 0.5 * ROOT]),
  floats('beta', [3], [0, 1, -2]),
  floats('m', [3], [7, 8, 9]),
  floats('v', [3], [0.5, 0.5, 0.5]),
  floats('zero', [], [0]),
  floats('three', [1], [3]),
  floats('six', [], [6]),
  floats('each', [1, 3, 1, 1], [1, 2, 3]),
  floats('row', [3], [1, 2, 3]),
  floats('w', [3, 3, 1, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
];

async function statisticsOf(
  steps: readonly Step[],
  name = steps.at(-1)![2],
): Promise<ChannelStatistics | undefined> {
  const bytes = model({
    nodes: steps.map(([op, inputs, output, attributes]) => node(op, inputs, [output], attributes ?? {})),
    initializers: CONSTANTS,
    inputs: [value('x', [1, 3, 8, 8])],
    outputs: [value(name)],
  });
  const opened = await openModel(bytes, {}, new RunContext());
  const scope = new ConstantScope(opened.model.graph);
  const context = new RunContext();
  const activations = new Activations(engine, context);
  const found = await activations.statistics(scope, name);
  activations.release();
  assert.equal(context.budget.held, 0);
  return found;
}

function assertNear(actual: ArrayLike<number> | undefined, expected: number[], slack: number): void {
  assert.equal(actual?.length, expected.length);
  for (const [i, want] of expected.entries())
    assert.ok(Math.abs(actual![i]! - want) <= slack, `${i}: ${actual![i]}, not ${want}`);
}

test('activations after BatchNormalization -> beta and gamma² · variance / (variance + epsilon)', async () => {
  const found = await statisticsOf([NORMALIZE]);
  assertNear(found?.mean, [0, 1, -2], 1e-6);
  assertNear(found?.variance, [1, 9, 0.25], 2e-3);
});

/** Means of x = N(0, 1), N(1, 9), N(-2, 1/4) after an activation, by numeric integration. */
const ACTIONS: readonly [string, Step[], (x: number) => number][] = [
  ['Relu', [['Relu', ['n'], 'y']], (x) => Math.max(0, x)],
  ['Clip to [0, 6]', [['Clip', ['n', 'zero', 'six'], 'y']], (x) => Math.min(6, Math.max(0, x))],
  ['Clip by attributes', [['Clip', ['n'], 'y', { min: -1, max: 1 }]], (x) => Math.min(1, Math.max(-1, x))],
  ['LeakyRelu', [['LeakyRelu', ['n'], 'y', { alpha: 0.25 }]], (x) => (x < 0 ? x / 4 : x)],
  ['HardSwish', [['HardSwish', ['n'], 'y']], (x) => (x * Math.min(6, Math.max(0, x + 3))) / 6],
  [
    'a hard swish in parts',
    [
      ['Add', ['n', 'three'], 'a'],
      ['Clip', ['a', 'zero', 'six'], 'c'],
      ['Mul', ['n', 'c'], 'p'],
      ['Div', ['p', 'six'], 'y'],
    ],
    (x) => (x * Math.min(6, Math.max(0, x + 3))) / 6,
  ],
  [
    'pooling and HardSigmoid',
    [
      ['AveragePool', ['n'], 'a', { kernel_shape: [2n, 2n] }],
      ['Identity', ['a'], 'i'],
      ['HardSigmoid', ['i'], 'y'],
    ],
    (x) => Math.min(1, Math.max(0, 0.2 * x + 0.5)),
  ],
];
for (const [title, steps, action] of ACTIONS) {
  test(`activations after BatchNormalization and ${title} -> the moments of the normal distribution`, async () => {
    const found = await statisticsOf([NORMALIZE, ...steps]);
    const expected = [
      [0, 1],
      [1, 3],
      [-2, 0.5],
    ].map(([mean, deviation]) => moments((z) => action(mean! + deviation! * z)));
    for (const [i, { mean, variance }] of expected.entries()) {
      const slack = 0.03 * (Math.abs(mean) + Math.sqrt(variance)) + 1e-4;
      assert.ok(Math.abs(found!.mean[i]! - mean) <= slack, `mean ${i}: ${found!.mean[i]}, not ${mean}`);
      assert.ok(
        Math.abs(found!.variance[i]! - variance) <= 0.15 * variance + 2e-3,
        `variance ${i}: ${found!.variance[i]}, not ${variance}`,
      );
    }
  });
}

function moments(of: (z: number) => number): { mean: number; variance: number } {
  let [total, sum, squares] = [0, 0, 0];
  for (let z = -8; z <= 8; z += 1 / 256) {
    const density = Math.exp((-z * z) / 2);
    total += density;
    sum += density * of(z);
    squares += density * of(z) ** 2;
  }
  return { mean: sum / total, variance: squares / total - (sum / total) ** 2 };
}

test('activations with a constant for each channel, joined -> channel by channel', async () => {
  const found = await statisticsOf([
    NORMALIZE,
    ['Sub', ['n', 'each'], 's'],
    ['Concat', ['n', 's'], 'y', { axis: 1n }],
  ]);
  assertNear(found?.mean, [0, 1, -2, -1, -1, -5], 1e-6);
});

const UNIT_RELU = moments((z) => Math.max(0, z));
for (const [title, steps] of [
  ['Relu', [['Relu', ['x'], 'y']]],
  ['Clip from 0', [['Clip', ['x', 'zero', 'six'], 'y']]],
  [
    'Relu, pooled and joined',
    [
      ['Relu', ['x'], 'r'],
      ['MaxPool', ['r'], 'p', { kernel_shape: [2n, 2n] }],
      ['Concat', ['p', 'r'], 'y', { axis: 1n }],
    ],
  ],
] as [string, Step[]][]) {
  test(`activations after ${title} of unknown values -> one channel, rectified`, async () => {
    const found = await statisticsOf(steps);
    assertNear(found?.mean, [UNIT_RELU.mean], 0.01);
    assertNear(found?.variance, [UNIT_RELU.variance], 0.02);
  });
}

const UNKNOWN: readonly [string, Step[]][] = [
  ['the input of the graph', [['Identity', ['x'], 'y']]],
  ['an operator that is not followed', [NORMALIZE, ['Softmax', ['n'], 'y']]],
  ['a sum with something unknown', [NORMALIZE, ['Add', ['n', 'x'], 'y']]],
  ['a constant along the last axis', [NORMALIZE, ['Add', ['n', 'row'], 'y']]],
  ['division by 0', [NORMALIZE, ['Div', ['n', 'zero'], 'y']]],
  ['limits that are computed', [NORMALIZE, ['Clip', ['n', 'x', 'six'], 'y']]],
  ['channels joined with unknown ones', [NORMALIZE, ['Concat', ['n', 'x'], 'y', { axis: 1n }]]],
  ['statistics that are computed', [['BatchNormalization', ['x', 'x', 'beta', 'm', 'v'], 'y']]],
  [
    'the gate of a squeeze-and-excite block',
    [
      ['GlobalAveragePool', ['x'], 'p'],
      ['Conv', ['p', 'w'], 'c'],
      ['Relu', ['c'], 'y'],
    ],
  ],
];
for (const [title, steps] of UNKNOWN) {
  test(`activations after ${title} -> undefined`, async () => {
    assert.equal(await statisticsOf(steps), undefined);
  });
}

test('activations beyond the memory limit -> MEMORY_LIMIT', async () => {
  const bytes = model({
    nodes: [node(NORMALIZE[0], NORMALIZE[1], ['n'])],
    initializers: CONSTANTS,
    inputs: [value('x')],
    outputs: [value('n')],
  });
  const { graph } = (await openModel(bytes, {}, new RunContext())).model;
  const activations = new Activations(engine, new RunContext({ memoryLimit: 100 }));
  await rejectsWith('MEMORY_LIMIT', activations.statistics(new ConstantScope(graph), 'n'));
});

test('activations of a chain of 100000 operators -> undefined, no overflow', async () => {
  const chain = Array.from(
    { length: 100_000 },
    (_, i): Step => ['Identity', [i === 0 ? 'x' : `v${i - 1}`], `v${i}`],
  );
  assert.equal(await statisticsOf(chain), undefined);
});
