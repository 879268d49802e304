// Scales that go up through what only moves elements.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Node } from '../../ts-host/ir/model.js';
import type { CodeRange, ConvertState, ConvertTools } from '../../ts-host/paddleslim/convert/step.js';
import { propagate } from '../../ts-host/paddleslim/convert/steps/propagate.js';

const node = (opType: string, inputs: readonly string[], outputs: readonly string[]): Node => ({
  name: `${opType}#${outputs[0]}`,
  opType,
  domain: '',
  inputs,
  outputs,
  attributes: new Map(),
});

const RANGE: CodeRange = { step: 0.5, least: -128 };

/** What nodes read as codes when Conv nodes read these values so. */
async function propagated(nodes: readonly Node[], ranges: Readonly<Record<string, CodeRange>>) {
  const graph = {
    name: '',
    nodes,
    initializers: new Map(),
    inputs: [{ name: 'x' }],
    outputs: [{ name: 'y' }],
    valueInfos: [],
  };
  const readers = nodes.filter(({ opType, inputs }) => opType === 'Conv' && ranges[inputs[0]!] !== undefined);
  const reads = new Map(
    readers.map(({ name, inputs }) => [name, new Map([[inputs[0]!, ranges[inputs[0]!]!]])] as const),
  );
  const state: ConvertState = { graph, weights: new Map(), reads };
  return (await propagate.run(state, {} as ConvertTools)).reads;
}

const FIRST = node('Conv', ['x'], ['a']);
const END = node('Concat', ['p', 'q'], ['y']);

describe('propagate', () => {
  it('through chains of movers, and a Relu', async () => {
    const nodes = [
      FIRST,
      node('Relu', ['a'], ['r']),
      node('MaxPool', ['r'], ['m']),
      node('Transpose', ['m'], ['t']),
      node('Conv', ['t'], ['y']),
    ];
    const reads = await propagated(nodes, { x: RANGE, t: RANGE });
    assert.deepEqual(reads.get('MaxPool#m'), new Map([['r', RANGE]]));
    assert.deepEqual(reads.get('Transpose#t'), new Map([['m', RANGE]]));
    assert.equal(reads.has('Relu#r'), false);
  });

  const split = [
    FIRST,
    node('Split', ['a'], ['b', 'c']),
    node('Conv', ['b'], ['p']),
    node('Conv', ['c'], ['q']),
    END,
  ];

  it('through a Split, where all parts are read alike', async () => {
    const reads = await propagated(split, { x: RANGE, b: RANGE, c: RANGE });
    assert.deepEqual(reads.get('Split#b'), new Map([['a', RANGE]]));
    const others = await propagated(split, { x: RANGE, b: RANGE, c: { step: 0.25, least: -128 } });
    assert.equal(others.has('Split#b'), false);
  });

  it('not where a float is wanted, nor where no codes are made above', async () => {
    const wanted = await propagated(split, { x: RANGE, b: RANGE });
    assert.equal(wanted.has('Split#b'), false);
    const unmade = await propagated(split, { b: RANGE, c: RANGE });
    assert.equal(unmade.has('Split#b'), false);
  });
});
