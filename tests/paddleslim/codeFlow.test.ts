// Where codes come from and go to.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Graph, Node } from '../../ts-host/ir/model.js';
import { computedOnCodes, madeOfCodes, readAsCodes } from '../../ts-host/paddleslim/convert/codeFlow.js';
import { makeNode } from '../../ts-host/paddleslim/convert/nodes.js';
import type { Reads } from '../../ts-host/paddleslim/convert/step.js';

const graphOf = (nodes: readonly Node[]): Graph => ({
  name: '',
  inputs: [{ name: 'x' }],
  outputs: [],
  nodes,
  initializers: new Map(),
  valueInfos: [],
});

const range = { step: 1, least: -128 } as const;
const reading = (...values: readonly string[]): Reads => new Map(values.map((value) => [value, range]));

/** x ─► pool ─► conv ─► relu ─► reshape ─► [Q] gemm ─► softmax, where pool, conv and gemm read codes. */
const graph = graphOf([
  makeNode('MaxPool', ['x'], 'pool'),
  makeNode('Conv', ['pool', 'w'], 'conv'),
  makeNode('Relu', ['conv'], 'relu'),
  makeNode('Reshape', ['relu', 'dims'], 'moved'),
  makeNode('Gemm', ['moved', 'v'], 'gemm'),
  makeNode('Softmax', ['gemm'], 'y'),
]);
const reads = new Map([
  ['pool/MaxPool', reading('x')],
  ['conv/Conv', reading('pool')],
  ['gemm/Gemm', reading('moved')],
]);

describe('codeFlow', () => {
  it('follows codes forward', () => {
    assert.deepEqual([...madeOfCodes(graph, reads)], ['pool', 'conv', 'relu', 'moved', 'gemm']);
  });

  it('tells what is computed on codes from floats that were converted and moved', () => {
    assert.deepEqual([...computedOnCodes(graph, reads)], ['conv', 'relu', 'moved', 'gemm']);
  });

  it('follows codes backward', () => {
    const values = ['x', 'pool', 'conv', 'relu', 'moved', 'gemm', 'y'];
    const read = readAsCodes(graph, reads);
    assert.deepEqual(
      values.filter((value) => read.has(value)),
      ['x', 'pool', 'conv', 'relu', 'moved'],
    );
  });

  it('follows chains of any length', () => {
    const nodes = [makeNode('Conv', ['x', 'w'], 'v0')];
    for (let at = 1; at <= 50_000; at++) nodes.push(makeNode('Relu', [`v${at - 1}`], `v${at}`));
    nodes.push(makeNode('Conv', ['v50000', 'w'], 'y'));
    const both = new Map([
      ['v0/Conv', reading('x')],
      ['y/Conv', reading('v50000')],
    ]);
    assert.ok(madeOfCodes(graphOf(nodes), both).has('v50000'));
    assert.ok(readAsCodes(graphOf(nodes), both).has('v0'));
  });
});
