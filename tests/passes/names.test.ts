import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniqueNames } from '../../ts-host/ir/names.js';
import { graph, model, node } from './literals.js';

test('uniqueNames hint nobody has -> the hint, then numbered', () => {
  const fresh = uniqueNames(
    model(graph({ inputs: ['x'], outputs: ['y'], nodes: [node('Relu', ['x'], ['y'])] })),
  );
  assert.deepEqual([fresh('scale'), fresh('scale'), fresh('scale')], ['scale', 'scale_1', 'scale_2']);
});

test('uniqueNames name taken by a value, a node or a kept initializer -> the next free number', () => {
  const named = { ...node('Relu', ['x'], ['y']), name: 'relu' };
  const kept = { ...graph({ inputs: ['x'], outputs: ['y'], nodes: [named] }), keptNames: new Set(['words']) };
  const fresh = uniqueNames(model(kept));
  assert.deepEqual(
    [fresh('x'), fresh('y'), fresh('relu'), fresh('words')],
    ['x_1', 'y_1', 'relu_1', 'words_1'],
  );
});

test('uniqueNames name of a nested graph -> taken', () => {
  const inner = graph({ inputs: [], outputs: ['z'], nodes: [node('Relu', ['x'], ['z'])] });
  const outer = node('If', ['x'], ['y'], { then_branch: { kind: 'graph', value: inner } });
  const fresh = uniqueNames(model(graph({ inputs: ['x'], outputs: ['y'], nodes: [outer] })));
  assert.equal(fresh('z'), 'z_1');
});

test('uniqueNames made name collides with a later hint -> still unique', () => {
  const fresh = uniqueNames(model(graph({ inputs: ['a'], outputs: [], nodes: [] })));
  assert.deepEqual([fresh('a'), fresh('a_1'), fresh('')], ['a_1', 'a_1_1', 'value']);
});
