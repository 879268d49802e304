// Ids of nodes: names where they can serve, made ones elsewhere, never one for two nodes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Graph } from '../../ts-host/ir/model.js';
import { nodeIds } from '../../ts-host/ir/model.js';
import { graph, node } from './literals.js';

/** A chain of nodes with these names: `Op name`. */
function chain(...texts: string[]): Graph {
  const nodes = texts.map((text, i) => {
    const [opType = '', name = ''] = text.split(' ');
    return { ...node(opType, [`v${i}`], [`v${i + 1}`]), name };
  });
  return graph({ inputs: ['v0'], outputs: [`v${texts.length}`], nodes });
}

const CASES: readonly (readonly [title: string, nodes: string[], ids: string[]])[] = [
  ['names of their own', ['Relu a', 'Relu b'], ['a', 'b']],
  ['no name, and one name twice', ['Relu', 'Conv a', 'Conv a'], ['Relu#0', 'Conv#1', 'Conv#2']],
  ['a name that a nameless node is called by', ['Relu', 'Relu Relu#0'], ['Relu#0', 'Relu#1']],
  ['the same, where that node has a name', ['Relu a', 'Relu Relu#0'], ['a', 'Relu#0']],
  ['names that have moved', ['Relu Relu#1', 'Relu Relu#2', 'Conv Conv#5'], ['Relu#1', 'Relu#2', 'Conv#5']],
  [
    'one losing its name to another in turn',
    ['Relu Relu#1', 'Relu Relu#2', 'Relu'],
    ['Relu#0', 'Relu#1', 'Relu#2'],
  ],
  ['an index of another operator', ['Conv', 'Relu Relu#0'], ['Conv#0', 'Relu#0']],
];

for (const [title, nodes, ids] of CASES) {
  test(`nodeIds ${title} -> ${ids.join(', ')}`, () => {
    assert.deepEqual(nodeIds(chain(...nodes)), ids);
    assert.equal(new Set(ids).size, ids.length);
  });
}

test('nodeIds in a nested graph -> its path in front', () => {
  assert.deepEqual(nodeIds(chain('Relu a', 'Relu'), 'If#3/then_branch'), [
    'If#3/then_branch/a',
    'If#3/then_branch/Relu#1',
  ]);
});
