// The harness itself: what onnxruntime answers, and that every kind of difference is seen.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { absolute, anyOf, type Bound, equal, exact, ofRange, relative, ulps } from './bounds.js';
import { type Case, caseModel, describeCase } from './cases.js';
import { broadcastable, feed, ints, numbersOf, random, shape, shuffled } from './feeds.js';
import { Rng } from './harness.js';
import { runOrt } from './ort.js';

describe('onnxruntime as judge', () => {
  it('a node with an attribute, a constant and two outputs -> its outputs', async () => {
    const each: Case = {
      opset: 11,
      attributes: { axis: 1n },
      inputs: [feed('float32', [1, 4], [1, 4, 2, 3]), ints(2)],
      outputs: 2,
    };
    const outputs = await runOrt(caseModel('TopK', each, new Set([1])), new Map([['x0', each.inputs[0]!]]));
    assert.deepEqual(outputs.get('y0'), feed('float32', [1, 2], [4, 3]));
    assert.deepEqual(outputs.get('y1'), feed('int64', [1, 2], [1, 3]));
  });

  it('float16, bool, scalars and empty tensors -> as they are', async () => {
    for (const each of [
      feed('float16', [2], [0.5, Number.NaN]),
      feed('bool', [3], [1, 0, 1]),
      feed('float64', [], [2.5]),
      feed('uint8', [0, 3], []),
    ]) {
      const model = caseModel('Identity', { inputs: [each] }, new Set());
      const { dtype, dims, data } = (await runOrt(model, new Map([['x0', each]]))).get('y0')!;
      assert.deepEqual({ dtype, dims, data }, each);
    }
  });
});

describe('bounds', () => {
  const cases: [Bound, number | bigint, number | bigint, boolean][] = [
    [exact, -0, 0, false],
    [exact, Number.NaN, Number.NaN, true],
    [exact, 5n, 5n, true],
    [equal, -0, 0, true],
    [equal, 1, 2, false],
    [ulps(4), 1 + 4 * 2 ** -23, 1, true],
    [ulps(4), 1 + 5 * 2 ** -23, 1, false],
    [ulps(1), 2 ** -149, 0, true],
    [ulps(1), 2 ** -140, 0, false],
    [ulps(4), Number.NaN, 1, false],
    [ulps(4), 3.4e38, Number.POSITIVE_INFINITY, false],
    [relative(1e-6), 1.000001, 1, true],
    [relative(1e-6), 1.00001, 1, false],
    [ofRange(1e-5), 0.0009, 0, true],
    [ofRange(1e-5), 0.0011, 0, false],
    [absolute(1), 7, 8, true],
    [absolute(1), 7n, 9n, false],
    [anyOf(exact, absolute(1)), 2, 3, true],
  ];
  for (const [bound, a, b, holds] of cases) {
    it(`${a} for ${b}, ${bound.name} -> ${holds}`, () => {
      assert.equal(bound.holds(a, b, { dtype: 'float32', scale: 100 }), holds);
    });
  }
});

describe('random tensors', () => {
  it('an equal seed -> an equal tensor', () => {
    for (const dtype of ['float32', 'float16', 'int64', 'bool', 'int4'] as const) {
      assert.deepEqual(random(new Rng(3), dtype, [2, 5]), random(new Rng(3), dtype, [2, 5]));
    }
  });

  it('bounds, specials, shapes -> kept', () => {
    const rng = new Rng(5);
    const numbers = numbersOf(random(rng, 'float32', [1000], { low: 1, high: 2 }));
    assert.ok(numbers.every((value) => value >= 1 && value <= 2));
    const odd = numbersOf(random(rng, 'float32', [1000], { specials: 0.5 })).filter(Number.isNaN);
    assert.ok(odd.length > 10 && odd.length < 120, `${odd.length} NaN`);
    assert.ok(shape(rng, 4, 2, 3).every((dim) => dim === 2 || dim === 3));
    assert.deepEqual(shuffled(rng, 5).sort(), [0, 1, 2, 3, 4]);
    const dims = broadcastable(rng, [4, 5, 6]);
    assert.ok(dims.every((dim, i) => dim === 1 || dim === [4, 5, 6].slice(-dims.length)[i]));
  });

  it('a case in one line -> types, attributes, opset', () => {
    const line = describeCase('Pad', {
      opset: 18,
      attributes: { mode: 'edge' },
      inputs: [undefined, ints(1, 2)],
    });
    assert.equal(line, 'Pad-18 -, int64[2] = 1 2 {"mode":"edge"}');
  });
});
