// inlineFunctions: calls become bodies, names stay apart, attributes follow the caller.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OctavoError } from '../../ts-host/errors.js';
import { checkConsistency } from '../../ts-host/ir/check.js';
import type { Model, ModelFunction } from '../../ts-host/ir/model.js';
import { inlineFunctions } from '../../ts-host/passes/inline-functions.js';
import { EMPTY_FUNCTION, graph, model, node } from './literals.js';

function func(name: string, parts: Partial<ModelFunction>): ModelFunction {
  return { ...EMPTY_FUNCTION, domain: 'my', name, ...parts };
}

function withFunctions(before: Model, ...functions: ModelFunction[]): Model {
  return { ...before, functions };
}

const call = (name: string, inputs: string[], outputs: string[]) => ({
  ...node(name, inputs, outputs),
  domain: 'my',
});

const refused = (before: Model, code: string, message: RegExp): void =>
  assert.throws(
    () => inlineFunctions(before),
    (error) => error instanceof OctavoError && error.code === code && message.test(error.message),
  );

describe('inlineFunctions', () => {
  it('a model without functions -> itself', () => {
    const before = model(graph({ inputs: ['x'], outputs: ['y'], nodes: [node('Relu', ['x'], ['y'])] }));
    assert.equal(inlineFunctions(before), before);
  });

  it('two calls -> two bodies with names apart', () => {
    const twice = func('Twice', {
      inputs: ['a'],
      outputs: ['b'],
      nodes: [node('Neg', ['a'], ['t']), node('Neg', ['t'], ['b'])],
    });
    const calls = [call('Twice', ['x'], ['t']), call('Twice', ['t'], ['y'])];
    const before = withFunctions(model(graph({ inputs: ['x'], outputs: ['y'], nodes: calls })), twice);
    const after = inlineFunctions(before);
    checkConsistency(after);
    assert.deepEqual(
      after.graph.nodes.map(({ opType, inputs, outputs }) => [opType, ...inputs, ...outputs].length),
      [3, 3, 3, 3],
    );
    assert.equal(after.graph.nodes[0]!.inputs[0], 'x');
    assert.equal(after.graph.nodes[3]!.outputs[0], 'y');
    assert.deepEqual(after.functions, []);
  });

  it("attributes -> the caller's, else the default, else none", () => {
    const body = node('LeakyRelu', ['a'], ['b'], { alpha: { kind: 'reference', value: 'slope' } });
    const leaky = func('Leaky', {
      inputs: ['a'],
      outputs: ['b'],
      nodes: [body],
      defaults: new Map([['slope', { kind: 'float', value: 0.5 }]]),
    });
    const plain = { ...leaky, name: 'Plain', defaults: new Map() };
    const own = {
      ...call('Leaky', ['x'], ['p']),
      attributes: new Map([['slope', { kind: 'float', value: 2 } as const]]),
    };
    const nodes = [own, call('Leaky', ['p'], ['q']), call('Plain', ['q'], ['y'])];
    const after = inlineFunctions(
      withFunctions(model(graph({ inputs: ['x'], outputs: ['y'], nodes })), leaky, plain),
    );
    const alphas = after.graph.nodes.map(({ attributes }) => {
      const alpha = attributes.get('alpha');
      return alpha?.kind === 'float' ? alpha.value : undefined;
    });
    assert.deepEqual(alphas, [2, 0.5, undefined]);
  });

  it('an output that is an input, an absent input, an output nobody wants -> Identity, absent, gone', () => {
    const pick = func('Pick', {
      inputs: ['a', 'limit'],
      outputs: ['a', 'cut', 'rest'],
      nodes: [node('Clip', ['a', 'limit'], ['cut']), node('Neg', ['a'], ['rest'])],
    });
    const before = graph({ inputs: ['x'], outputs: ['s', 'c'], nodes: [call('Pick', ['x'], ['s', 'c'])] });
    const { nodes } = inlineFunctions(withFunctions(model(before), pick)).graph;
    assert.deepEqual(nodes.find(({ opType }) => opType === 'Clip')!.inputs, ['x', '']);
    const identity = nodes.find(({ opType }) => opType === 'Identity')!;
    assert.deepEqual([identity.inputs, identity.outputs], [['x'], ['s']]);
  });

  it('functions in functions and in nested graphs -> all inlined', () => {
    const inner = func('Inner', { inputs: ['a'], outputs: ['b'], nodes: [node('Abs', ['a'], ['b'])] });
    const branch = graph({ inputs: [], outputs: ['r'], nodes: [call('Inner', ['a'], ['r'])] });
    const choose = node('If', ['c'], ['b'], {
      then_branch: { kind: 'graph', value: branch },
      else_branch: { kind: 'graph', value: branch },
    });
    const outer = func('Outer', { inputs: ['c', 'a'], outputs: ['b'], nodes: [choose] });
    const before = graph({
      inputs: ['c: bool[]', 'x'],
      outputs: ['y'],
      nodes: [call('Outer', ['c', 'x'], ['y'])],
    });
    const after = inlineFunctions(withFunctions(model(before), outer, inner));
    const then = after.graph.nodes[0]!.attributes.get('then_branch');
    assert.ok(then?.kind === 'graph');
    assert.deepEqual(
      then.value.nodes.map(({ opType, inputs }) => [opType, ...inputs]),
      [['Abs', 'x']],
    );
    assert.equal(then.value.outputs[0]!.name, then.value.nodes[0]!.outputs[0]);
  });

  it('recursion, too many inputs, another opset -> refused', () => {
    const one = (...nodes: ModelFunction['nodes']) => func('F', { inputs: ['a'], outputs: ['b'], nodes });
    const calling = (...inputs: string[]) =>
      model(graph({ inputs: ['x'], outputs: ['y'], nodes: [call('F', inputs, ['y'])] }));
    refused(withFunctions(calling('x'), one(call('F', ['a'], ['b']))), 'GRAPH_INVALID', /my:F -> my:F/);
    refused(
      withFunctions(calling('x', 'x'), one(node('Abs', ['a'], ['b']))),
      'GRAPH_INVALID',
      /takes 1 inputs/,
    );
    const other = { ...one(node('Abs', ['a'], ['b'])), opsets: new Map([['', 18]]) };
    refused(withFunctions(calling('x'), other), 'UNSUPPORTED_OP', /opset 18/);
  });

  it('functions that multiply -> LIMIT_EXCEEDED, not endless work', () => {
    const functions = Array.from({ length: 40 }, (_, level) =>
      func(`F${level}`, {
        inputs: ['a'],
        outputs: ['b'],
        nodes:
          level === 39
            ? [node('Abs', ['a'], ['b'])]
            : [call(`F${level + 1}`, ['a'], ['t']), call(`F${level + 1}`, ['t'], ['b'])],
      }),
    );
    const before = model(graph({ inputs: ['x'], outputs: ['y'], nodes: [call('F0', ['x'], ['y'])] }));
    refused(withFunctions(before, ...functions), 'LIMIT_EXCEEDED', /nodes/);
  });
});
