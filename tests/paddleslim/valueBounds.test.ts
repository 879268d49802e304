// Bounds of values that follow from the graph alone.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import type { Graph, Node } from '../../ts-host/ir/model.js';
import { bytesData, type Tensor } from '../../ts-host/ir/tensor.js';
import { makeNode } from '../../ts-host/paddleslim/convert/nodes.js';
import { ValueBounds } from '../../ts-host/paddleslim/convert/valueBounds.js';

const six: Tensor = {
  name: 'six',
  dtype: 'float32',
  dims: [],
  data: bytesData(new Uint8Array(Float32Array.of(6).buffer)),
};

function boundsOf(nodes: readonly Node[]): Promise<ValueBounds> {
  const graph: Graph = {
    name: '',
    inputs: [{ name: 'x' }],
    outputs: [],
    nodes,
    initializers: new Map([['six', six]]),
    valueInfos: [],
  } as unknown as Graph;
  return ValueBounds.of(graph, new RunContext({}));
}

describe('ValueBounds', () => {
  it('follows what keeps them, and loses them at what does not', async () => {
    const bounds = await boundsOf([
      makeNode('Relu', ['x'], 'relu'),
      makeNode('Clip', ['relu', '', 'six'], 'clip'),
      makeNode('Sigmoid', ['x'], 'sigmoid'),
      makeNode('Concat', ['clip', 'sigmoid'], 'concat', 1),
      makeNode('Reshape', ['concat', 'six'], 'moved'),
      makeNode('Mul', ['moved', 'sigmoid'], 'product'),
      makeNode('Add', ['product', 'x'], 'sum'),
      makeNode('Neg', ['relu'], 'negative'),
    ]);
    const known = ['x', 'relu', 'clip', 'sigmoid', 'concat', 'moved', 'product', 'sum', 'negative'].map(
      (name) => [name, bounds.isNeverNegative(name), bounds.upper(name)],
    );
    assert.deepEqual(known, [
      ['x', false, Infinity],
      ['relu', true, Infinity],
      ['clip', false, 6],
      ['sigmoid', true, 1],
      ['concat', false, 6],
      ['moved', false, 6],
      ['product', false, Infinity],
      ['sum', false, Infinity],
      ['negative', false, Infinity],
    ]);
  });

  it('looks at each node once, however values meet again', async () => {
    const nodes = [makeNode('Relu', ['x'], 'v0')];
    for (let at = 1; at <= 5000; at++) nodes.push(makeNode('Add', [`v${at - 1}`, `v${at - 1}`], `v${at}`));
    assert.equal((await boundsOf(nodes)).isNeverNegative('v5000'), true);
  });
});
