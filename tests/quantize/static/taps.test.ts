// How often a kernel's positions meet the input, against counting.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { intsAttribute } from '../../../ts-host/ir/attributes.js';
import type { Attribute, Node } from '../../../ts-host/ir/model.js';
import { tapShares } from '../../../ts-host/quantize/static/bias/taps.js';
import { Rng } from '../../support/rng.js';

const convNode = (attributes: Record<string, Attribute>): Node => ({
  name: 'conv',
  opType: 'Conv',
  domain: '',
  inputs: ['x', 'w'],
  outputs: ['y'],
  attributes: new Map(Object.entries(attributes)),
});

function counted(
  extent: number,
  size: number,
  stride: number,
  dilation: number,
  before: number,
  after: number,
) {
  const outputs = Math.floor((extent + before + after - dilation * (size - 1) - 1) / stride) + 1;
  return Array.from({ length: size }, (_, tap) => {
    let inside = 0;
    for (let o = 0; o < outputs; o++) {
      const at = o * stride - before + tap * dilation;
      if (at >= 0 && at < extent) inside++;
    }
    return inside / outputs;
  });
}

describe('shares of taps', () => {
  test('equal what counting gives, for strides, dilations and pads of all kinds', () => {
    const rng = new Rng(3);
    const pick = (low: number, high: number): number => rng.int(low, high);
    for (let round = 0; round < 200; round++) {
      const [size, stride, dilation] = [pick(1, 4), pick(1, 3), pick(1, 3)];
      const [before, after] = [pick(0, 3), pick(0, 3)];
      const extent = Math.max(pick(1, 9), dilation * (size - 1) + 1 - before - after);
      const node = convNode({
        strides: intsAttribute([stride]),
        dilations: intsAttribute([dilation]),
        pads: intsAttribute([before, after]),
      });
      assert.deepEqual(
        [...tapShares(node, [size], [extent])],
        counted(extent, size, stride, dilation, before, after),
        `round ${round}`,
      );
    }
  });

  test('of two axes are products, row-major', () => {
    const node = convNode({ pads: intsAttribute([1, 0, 1, 0]) });
    const shares = tapShares(node, [3, 1], [3, 5]);
    assert.deepEqual([...shares], [2 / 3, 1, 2 / 3]);
  });

  test('SAME pads as the operator does', () => {
    const same = (mode: string): Attribute => ({ kind: 'string', value: new TextEncoder().encode(mode) });
    assert.deepEqual([...tapShares(convNode({ auto_pad: same('SAME_UPPER') }), [2], [4])], [1, 3 / 4]);
    assert.deepEqual([...tapShares(convNode({ auto_pad: same('SAME_LOWER') }), [2], [4])], [3 / 4, 1]);
    assert.deepEqual([...tapShares(convNode({ auto_pad: same('VALID') }), [2], [4])], [1, 1]);
  });

  test('are 1 where extents are not known', () => {
    assert.deepEqual([...tapShares(convNode({ pads: intsAttribute([1, 1]) }), [3], undefined)], [1, 1, 1]);
  });
});
