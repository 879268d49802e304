// Graphs that do not hold together: cycles, duplicates, missing values, deep nesting.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toBinary } from '@bufbuild/protobuf';
import { GraphProtoSchema, type NodeProto } from '../../../ts-host/formats/onnx/proto/onnx_pb.js';
import { checkConsistency } from '../../../ts-host/ir/check.js';
import { bytesData } from '../../../ts-host/ir/tensor.js';
import {
  bytesField,
  floats,
  func,
  graph,
  ifNode,
  model,
  node,
  strings,
  value,
  varint,
} from '../../support/onnxBuilder.js';
import { read, rejectsWith, write } from './support.js';

const relu = (x: string, y: string, name = ''): NodeProto => node('Relu', [x], [y], {}, { name });
const io = { inputs: [value('x', [1])], outputs: [value('y', [1])] };

test('readOnnx a cycle of two nodes -> GRAPH_INVALID naming both', async () => {
  const nodes = [relu('b', 'a', 'first'), relu('a', 'b', 'second'), relu('a', 'y', 'third')];
  await rejectsWith('GRAPH_INVALID', read(model({ nodes, ...io })), /cycle: first -> second -> first/);
});

test('readOnnx a node that uses its own output -> GRAPH_INVALID naming it', async () => {
  await rejectsWith(
    'GRAPH_INVALID',
    read(model({ nodes: [relu('y', 'y')], ...io })),
    /cycle: Relu#0 -> Relu#0/,
  );
});

test('readOnnx a cycle of 50,000 nodes -> GRAPH_INVALID', async () => {
  const count = 50_000;
  const nodes = Array.from({ length: count }, (_, i) => relu(`v${(i + 1) % count}`, `v${i}`));
  const bytes = model({ nodes, inputs: io.inputs });
  await rejectsWith('GRAPH_INVALID', read(bytes), /cycle: Relu#0 -> Relu#1 -> .*49990 more/);
});

test('readOnnx a cycle through a nested graph -> GRAPH_INVALID naming the nodes', async () => {
  const inner = (name: string) => graph({ nodes: [relu('late', name)], outputs: [value(name, [1])] });
  const nodes = [ifNode('x', 'y', inner('t'), inner('e')), relu('y', 'late', 'after')];
  await rejectsWith('GRAPH_INVALID', read(model({ nodes, ...io })), /cycle: If#0 -> after -> If#0/);
});

test('readOnnx nodes out of order without a cycle -> GRAPH_INVALID that says so', async () => {
  const nodes = [relu('a', 'y', 'early'), relu('x', 'a', 'late')];
  const error = await rejectsWith('GRAPH_INVALID', read(model({ nodes, ...io })), /later node late/);
  assert.equal(error.place.node, 'early');
});

const duplicates: readonly [what: string, input: Parameters<typeof model>[0]][] = [
  ['two nodes make one value', { nodes: [relu('x', 'y'), relu('x', 'y')], ...io }],
  ['a node makes a value twice', { nodes: [node('Split', ['x'], ['y', 'y'])], ...io }],
  ['a node makes an input', { nodes: [relu('x', 'x')], inputs: io.inputs }],
  ['a node makes an initializer', { nodes: [relu('x', 'w')], ...io, initializers: [floats('w', [1])] }],
  ['two inputs have one name', { inputs: [value('x', [1]), value('x', [1])] }],
  ['an input has no name', { inputs: [value('', [1])] }],
  ['an output is made by nothing', { outputs: [value('y', [1])] }],
  ['an input of a node is made by nothing', { nodes: [relu('z', 'y')], ...io }],
];

for (const [what, input] of duplicates) {
  test(`readOnnx ${what} -> GRAPH_INVALID`, async () => {
    await rejectsWith('GRAPH_INVALID', read(model(input)));
  });
}

test('readOnnx two attributes of one name -> GRAPH_INVALID', async () => {
  const twice = node('Relu', ['x'], ['y'], { a: 1 });
  twice.attribute.push(...twice.attribute);
  await rejectsWith('GRAPH_INVALID', read(model({ nodes: [twice], ...io })));
});

test('readOnnx legal oddities -> accepted', async () => {
  const inner = graph({ nodes: [node('Add', ['x', 'w'], ['y'])], outputs: [value('y', [1])] });
  const outerValue = graph({ outputs: [value('h', [1])] });
  const bytes = model({
    nodes: [
      node('Dropout', ['x', '', ''], ['h', ''], {}, { name: 'n' }),
      node('Size', ['words'], ['s'], {}, { name: 'n' }),
      ifNode('x', 'y', inner, outerValue),
      relu('loop', 'z'),
    ],
    // An initializer that is an input too is the default of that input.
    initializers: [floats('w', [1]), floats('loop', [1]), strings('words', [1], ['a'])],
    inputs: [...io.inputs, value('loop', [1])],
    outputs: [value('y', [1]), value('z', [1]), value('w', [1])],
    domains: { f: 1 },
    functions: [func('f', 'F', ['p'], ['q'], [relu('p', 'q')])],
  });
  assert.equal((await read(bytes)).graph.nodes.length, 4);
});

/** Graphs inside If nodes, `depth` in all, put together from the inside by hand: lists, so that it stays linear. */
function nested(depth: number): Uint8Array {
  let inner = [...toBinary(GraphProtoSchema, graph({}))];
  for (let i = 1; i < depth; i++) {
    const attribute = [...bytesField(1, [0x67]), ...[0xa0, 1, 5], 0x32, ...varint(inner.length), ...inner];
    const made = [0x22, 2, 0x49, 0x66, 0x2a, ...varint(attribute.length), ...attribute];
    inner = [0x0a, ...varint(made.length), ...made];
  }
  return Uint8Array.from([0x08, 8, 0x42, 2, 0x10, 17, ...bytesField(7, inner)]);
}

test('readOnnx 100 graphs deep -> read and written', async () => {
  const bytes = nested(100);
  const written = await write(await read(bytes));
  assert.ok(written['model.onnx']!.byteLength >= bytes.byteLength);
});

test('readOnnx 101 and 1,000 graphs deep -> LIMIT_EXCEEDED', async () => {
  for (const depth of [101, 1000]) await rejectsWith('LIMIT_EXCEEDED', read(nested(depth)), /nested/);
});

test('checkConsistency a tensor whose data does not fit its dims -> SHAPE_MISMATCH', async () => {
  const good = await read(model({ initializers: [floats('w', [2])] }));
  const w = { ...good.graph.initializers.get('w')!, data: bytesData(new Uint8Array(4)) };
  const bad = { ...good, graph: { ...good.graph, initializers: new Map([['w', w]]) } };
  await rejectsWith('SHAPE_MISMATCH', () => checkConsistency(bad));
});

test('checkConsistency a name of 100,000 characters -> LIMIT_EXCEEDED', async () => {
  const bytes = model({ nodes: [relu('x', 'a'.repeat(100_000))], inputs: io.inputs });
  await rejectsWith('LIMIT_EXCEEDED', read(bytes));
});
