// What stays in float, with the reason.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ModelInput } from '../../support/onnxBuilder.js';
import { QdqBuilder } from '../../support/qdqBuilder.js';
import { Rng } from '../../support/rng.js';
import { executorOf } from '../support.js';
import { codesOf, decisionOf, engine, IMAGE, outputOf, POSITIVE, S, weight, X, Y } from './support.js';

type Reason = readonly [string, string, RegExp, (b: QdqBuilder, rng: Rng) => string, number?];

const FLOAT: readonly Reason[] = [
  [
    '16-bit activations',
    'Conv',
    /input 0: its codes are uint16/,
    (b, rng) =>
      b.quantize(b.add('Conv', [b.both('x', { ...X, dtype: 'uint16' }), weight(b, rng, [3, 4, 1, 1])]), Y),
    21,
  ],
  [
    'scales of an activation along an axis',
    'Conv',
    /scales along an axis/,
    (b, rng) =>
      b.quantize(
        b.add('Conv', [
          b.both('x', { dtype: 'uint8', scale: [0.01, 0.02, 0.03, 0.04], axis: 1 }),
          weight(b, rng, [3, 4, 1, 1]),
        ]),
        Y,
      ),
  ],
  [
    'scales of the weight along its inputs',
    'Conv',
    /its weight has scales along axis 1/,
    (b, rng) => b.quantize(b.add('Conv', [b.both('x', X), weight(b, rng, [3, 4, 1, 1], 1)]), Y),
  ],
  [
    'a float weight',
    'Conv',
    /its input 1 is float/,
    (b) => b.quantize(b.add('Conv', [b.both('x', X), b.floats([1, 4, 1, 1], [1, 2, 3, 4])]), Y),
  ],
  [
    'a float bias that is coarser than the products',
    'Conv',
    /too coarse/,
    (b, rng) =>
      b.quantize(
        b.add('Conv', [b.both('x', { ...X, scale: 3 }), weight(b, rng, [1, 4, 1, 1]), b.floats([1], [0.5])]),
        { ...Y, scale: 0.001 },
      ),
  ],
  [
    'two readers, one in float',
    'Add',
    /its result is read in float by Exp/,
    (b) => {
      const x = b.both('x', X);
      const sum = b.add('Add', [x, x]);
      return b.quantize(b.add('Mul', [b.both(sum, Y), b.add('Exp', [sum])]), Y);
    },
  ],
  [
    'one result under two scales',
    'Add',
    /quantized in two ways/,
    (b) => {
      const x = b.both('x', X);
      const sum = b.add('Add', [x, x]);
      return b.quantize(b.add('Concat', [b.both(sum, Y), b.both(sum, X)], { axis: 0n }), Y);
    },
  ],
  [
    'codes of two types',
    'Add',
    /its inputs are int8, its result is uint8/,
    (b) => b.quantize(b.add('Add', [b.both('x', X), b.both('x', S)]), Y),
  ],
  [
    'padding that is no code',
    'Pad',
    /there is no integer Pad/,
    (b) =>
      b.quantize(b.add('Pad', [b.both('x', X), b.ints(0, 0, 1, 0, 0, 0, 0, 2), b.floats([], [0.041])]), X),
  ],
  [
    'a scale that is computed',
    'Conv',
    /its scale is computed/,
    (b, rng) => {
      const scale = b.add('ReduceMax', ['x'], { keepdims: 0n });
      const x = b.add('DequantizeLinear', [b.add('QuantizeLinear', ['x', scale]), scale]);
      return b.quantize(b.add('Conv', [x, weight(b, rng, [3, 4, 1, 1])]), Y);
    },
  ],
  [
    'blocks of a weight',
    'MatMul',
    /by blocks/,
    (b) => {
      const names = [
        b.codes('int8', [4, 3], codesOf(new Rng(2), 12)),
        b.floats([2, 3], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]),
        b.codes('int8', [2, 3], [0, 0, 0, 0, 0, 0]),
      ];
      const w = b.add('DequantizeLinear', names, { axis: 0n, block_size: 2n });
      const x = b.add('Reshape', [b.both('x', X), b.ints(30, 4)]);
      return b.quantize(b.add('MatMul', [x, w]), Y);
    },
    21,
  ],
];

describe('fuseQuantized: what stays in float', () => {
  for (const [title, opType, reason, build, opset] of FLOAT) {
    it(`${title} -> float, with the reason, and the values of the model`, async () => {
      const b = new QdqBuilder();
      const input = b.finish({ x: IMAGE }, build(b, new Rng(5)), opset, 'uint8');
      const decision = await decisionOf(input, opType);
      assert.equal(decision.runs, 'float');
      assert.match(decision.reason!, reason);
      assert.deepEqual(await outputOf(input, IMAGE, 'fused'), await outputOf(input, IMAGE, 'simulated'));
    });
  }

  it('a watched result, an output of the model -> float', async () => {
    const b = new QdqBuilder();
    const x = b.both('x', X);
    const sum = b.add('Add', [x, x]);
    const input = b.finish({ x: IMAGE }, b.quantize(sum, Y), 13, 'uint8');
    assert.equal((await decisionOf(input, 'Add')).as, 'CodeLookup');
    assert.match((await decisionOf(input, 'Add', [sum])).reason!, /watched/);
    const given = {
      ...input,
      nodes: input.nodes!.slice(0, -1),
      outputs: [{ ...input.outputs![0]!, name: sum }],
    };
    assert.match((await decisionOf(given as ModelInput, 'Add')).reason!, /output of the model/);
  });

  it('a float model -> no decisions', async () => {
    const b = new QdqBuilder();
    const executor = await executorOf(b.finish({ x: IMAGE }, b.add('Relu', ['x'])), engine, {
      integers: 'fused',
    });
    assert.deepEqual(executor.decisions, []);
    executor.dispose();
  });

  it('a Relu behind a Conv -> told as part of it; shape arithmetic -> not told', async () => {
    const b = new QdqBuilder();
    const conv = b.add('Conv', [b.both('x', X), weight(b, new Rng(1), [3, 4, 1, 1])]);
    const codes = b.quantize(b.add('Relu', [conv]), POSITIVE);
    const shape = b.add('Concat', [b.add('Gather', [b.add('Shape', ['x']), b.ints(0)]), b.ints(-1)], {
      axis: 0n,
    });
    const input = b.finish({ x: IMAGE }, b.add('Reshape', [codes, shape]), 13, 'uint8');
    const executor = await executorOf(input, engine, { integers: 'fused' });
    const told = executor.decisions.map(({ opType, runs, as }) => `${opType} ${runs} ${as}`);
    assert.deepEqual(told, [
      'Conv integer QLinearConv',
      'Relu integer QLinearConv',
      'Reshape integer Reshape',
      'Identity integer Identity',
    ]);
    executor.dispose();
  });
});
