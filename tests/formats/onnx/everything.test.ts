// One model with everything ONNX can hold, known to Octavo or not: read and written, nothing is lost.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { RunContext } from '../../../ts-host/context.js';
import {
  AttributeProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  ValueInfoProtoSchema,
} from '../../../ts-host/formats/onnx/proto/onnx_pb.js';
import { readOnnx } from '../../../ts-host/formats/onnx/reader.js';
import { visitGraphs } from '../../../ts-host/ir/model.js';
import {
  attribute,
  constant,
  externalTensor,
  floats,
  func,
  graph,
  ifNode,
  int64s,
  lengthPrefixed,
  modelProto,
  node,
  sparse,
  strings,
  tensor,
  value,
  varint,
} from '../../support/onnxBuilder.js';
import { Rng } from '../../support/rng.js';
import { assertSameContent, assertSameFiles, read, resolverOf, slowSource, write } from './support.js';

/** Puts fields into a message that no schema of ours knows, of every wire type. */
function addUnknown(message: { $unknown?: unknown }, seed: number): void {
  const rng = new Rng(seed);
  message.$unknown = [
    { no: 900, wireType: 0, data: Uint8Array.from(varint(rng.uint32())) },
    { no: 901, wireType: 1, data: rng.bytes(8) },
    { no: 903, wireType: 2, data: lengthPrefixed(Uint8Array.of(0xff, 0xfe, seed)) },
    { no: 902, wireType: 5, data: rng.bytes(4) },
    { no: 900, wireType: 0, data: Uint8Array.from(varint(seed)) },
  ];
}

const branch = (name: string, seed: number) =>
  graph({
    name,
    nodes: [
      node('Add', ['x', `${name}_w`], [`${name}_sum`]),
      constant(`${name}_c`, floats('', [2, 2], new Rng(seed).normal(4)), 'inner constant'),
      node('Mul', [`${name}_sum`, `${name}_c`], [`${name}_y`]),
    ],
    initializers: [floats(`${name}_w`, [2, 2], new Rng(seed + 1).normal(4))],
    outputs: [value(`${name}_y`, [2, 2])],
  });

function everything(): ModelProto {
  const bigList = Array.from(new Rng(3).normal(40_000));
  const attributes = {
    float: -0,
    nan: Number.NaN,
    int: -(2n ** 63n),
    string: 'naïve ☃',
    floats: [1, 2.5, Number.POSITIVE_INFINITY],
    ints: [1n, -1n, 2n ** 62n],
    strings: ['a', '', 'b'],
    tensor: floats('t', [2], [1, 2]),
    tensors: [floats('t1', [], [7]), int64s('t2', [3], [1, 2, 3])],
    stringTensor: strings('labels', [2], ['cat', 'dog']),
    mixedTensors: [floats('m1', [1], [1]), strings('m2', [1], ['x'])],
    graphs: [branch('g1', 20), branch('g2', 30)],
    sparse: sparse(floats('sv', [1], [3]), int64s('si', [1], [2]), [4]),
    longList: bigList,
  };
  const custom = node('Everything', ['x', '', 'shape'], ['e1', '', 'e2'], attributes, {
    name: 'same name',
    domain: 'com.example',
    overload: 'v2',
  });
  custom.attribute.push(
    create(AttributeProtoSchema, { name: 'referenced', type: 1, refAttrName: 'outer' }),
    create(AttributeProtoSchema, { name: 'from the future', type: 99 }),
    create(AttributeProtoSchema, { name: 'untyped', i: 4n }),
    create(AttributeProtoSchema, { name: 'emptyInts', type: 7 }),
    create(AttributeProtoSchema, { name: 'emptyGraphs', type: 10 }),
  );
  const model = modelProto({
    irVersion: 13,
    opset: 25,
    domains: { 'com.example': 3, 'ai.onnx.ml': 4 },
    metadata: { author: 'test', empty: '' },
    nodes: [
      node('Identity', ['external'], ['i0'], {}, { name: '' }),
      node('Identity', ['i0'], ['i1'], {}, { name: '' }),
      node('Identity', ['i1'], ['i2'], {}, { name: 'same name' }),
      custom,
      constant('k', floats('other name', [3], [1, 2, 3])),
      node('Constant', [], ['labels'], { value_strings: ['p', 'q'] }),
      node('Constant', [], ['spk'], {
        sparse_value: sparse(floats('', [1], [1]), int64s('', [1], [0]), [9]),
      }),
      ifNode('condition', 'y', branch('then', 40), branch('else', 50)),
      node('Twice', ['k'], ['k2'], { outer: 2 }, { domain: 'com.example' }),
      node('Identity', ['k2'], ['k3'], {}, { domain: 'ai.onnx' }),
    ],
    initializers: [
      int64s('shape', [0], []),
      floats('scalar', [], [42]),
      tensor('empty', 'float16', [0, 5], new Uint8Array(0)),
      tensor('nibbles', 'int4', [3], Uint8Array.of(0x21, 0x03)),
      tensor('condition', 'bool', [], Uint8Array.of(1)),
      strings('vocabulary', [3], ['un', 'deux', 'trois']),
      externalTensor('external', 'float32', [2, 3], { location: 'w/a.bin', offset: 8, length: 24 }),
      externalTensor('externalAll', 'uint8', [40], { location: 'w/b.bin', checksum: 'whatever' }),
    ],
    sparseInitializers: [
      sparse(floats('sparse', [2], [1, 2]), int64s('sparse_indices', [2], [0, 5]), [2, 3]),
      sparse(strings('sparseText', [1], ['only']), int64s('', [1], [1]), [4]),
    ],
    inputs: [value('x', ['batch', 2, null]), value('scalar', []), value('unranked'), value('noType')],
    outputs: [value('y', [2, 2]), value('e1'), value('k3')],
    valueInfos: [value('i1', [2, 3], 'float32'), value('k', [3])],
    functions: [
      func(
        'com.example',
        'Twice',
        ['a'],
        ['b'],
        [
          constant('two', floats('', [300], new Rng(9).normal(300))),
          node('Mul', ['a', 'two'], ['b'], { alpha: 1 }),
        ],
        { outer: 1.5, table: floats('table', [2], [1, 2]) },
      ),
    ],
  });
  // A sequence type (TypeProto field 4), which stays unknown.
  const sequence = create(ValueInfoProtoSchema, { name: 'noType', type: {} });
  sequence.type!.$unknown = [{ no: 4, wireType: 2, data: lengthPrefixed(Uint8Array.of(0x0a, 0)) }];
  model.graph!.input[3] = sequence;
  model.trainingInfo = [
    fromBinary(
      ModelProtoSchema,
      toBinary(
        ModelProtoSchema,
        create(ModelProtoSchema, {
          trainingInfo: [{ initialization: branch('init', 60), algorithm: branch('step', 70) }],
        }),
      ),
    ).trainingInfo[0]!,
  ];
  const g = model.graph!;
  const messages = [
    model,
    model.opsetImport[0]!,
    model.functions[0]!.node[0]!,
    model.trainingInfo[0]!,
    g,
    g.node[0]!,
    custom,
    custom.attribute[0]!,
    custom.attribute[7]!,
    custom.attribute[7]!.t!,
    custom.attribute[12]!.sparseTensor!,
    g.initializer[1]!,
    g.initializer[5]!,
    g.initializer[6]!,
    g.sparseInitializer[0]!,
    g.input[0]!,
    g.input[0]!.type!,
    g.input[0]!.type!.tensorType!,
    g.valueInfo[0]!,
  ];
  for (const [seed, message] of messages.entries()) addUnknown(message, seed);
  return model;
}

const files = { 'w/a.bin': new Rng(1).bytes(40), 'w/b.bin': new Rng(2).bytes(40) };
const bytes = toBinary(ModelProtoSchema, everything());

test('round trip of everything, data inside -> same content', async () => {
  const written = await write(await read(bytes, files), { externalData: 'never' });
  assert.deepEqual(Object.keys(written), ['model.onnx']);
  assertSameContent(written['model.onnx']!, bytes, {}, files);
});

test('round trip of everything, data external because it was -> same content in two files', async () => {
  const written = await write(await read(bytes, files), { externalThreshold: 1 });
  assert.deepEqual(Object.keys(written), ['model.onnx.data', 'model.onnx']);
  assertSameContent(written['model.onnx']!, bytes, written, files);
});

test('round trip of everything a second time -> the same bytes', async () => {
  const once = await write(await read(bytes, files), { externalData: 'never' });
  assertSameFiles(await write(await read(once['model.onnx']!), { externalData: 'never' }), once);
});

test('readOnnx of everything from a slow source -> the same bytes written', async () => {
  const slow = await readOnnx(slowSource(bytes), { external: resolverOf(files) }, new RunContext());
  assertSameFiles(await write(slow), await write(await read(bytes, files)));
});

test('readOnnx of everything -> the IR says what the file says', async () => {
  const model = await read(bytes, files);
  const { graph } = model;
  assert.equal(model.irVersion, 13);
  assert.deepEqual(
    [...model.opsets],
    [
      ['', 25],
      ['com.example', 3],
      ['ai.onnx.ml', 4],
    ],
  );
  assert.deepEqual(
    model.functions.map(({ domain, name, overload, nodes }) => [domain, name, overload, nodes.length]),
    [['com.example', 'Twice', '', 2]],
  );
  assert.deepEqual([...graph.keptNames!], ['vocabulary', 'sparse', 'sparseText']);
  assert.equal(graph.initializers.has('vocabulary'), false);
  const [x] = graph.inputs;
  assert.deepEqual(x!.dims, ['batch', 2, null]);
  assert.equal(graph.inputs[3]!.dtype, undefined);
  const kinds = [...graph.nodes[3]!.attributes].map(([name, { kind }]) => `${name} ${kind}`);
  assert.deepEqual(kinds, [
    'float float',
    'nan float',
    'int int',
    'string string',
    'floats floats',
    'ints ints',
    'strings strings',
    'tensor tensor',
    'tensors tensors',
    'stringTensor opaque',
    'mixedTensors opaque',
    'graphs graphs',
    'sparse opaque',
    'longList opaque',
    'referenced reference',
    'from the future opaque',
    'untyped int',
    'emptyInts ints',
    'emptyGraphs graphs',
  ]);
  assert.equal(graph.nodes[9]!.domain, '', 'ai.onnx is the standard domain');
  const paths: string[] = [];
  visitGraphs(graph, (_, path) => paths.push(path));
  assert.deepEqual(paths, [
    '',
    'Everything#3/graphs/0',
    'Everything#3/graphs/1',
    'If#7/then_branch',
    'If#7/else_branch',
  ]);
});

test('planOnnxFiles after changes to the IR -> written, and the rest of the origin stays', async () => {
  const model = await read(bytes, files);
  const [first, ...others] = model.graph.nodes;
  const changed = {
    ...model,
    irVersion: 14,
    producerName: 'octavo',
    opsets: new Map([...model.opsets, ['', 26], ['com.microsoft', 1]] as [string, number][]),
    graph: {
      ...model.graph,
      nodes: [{ ...first!, inputs: ['scalar'], opType: 'Neg' }, ...others],
      inputs: [{ ...model.graph.inputs[0]!, dims: [1, 'n', null] }, ...model.graph.inputs.slice(1)],
    },
  };
  const written = await write(changed, { externalData: 'never' });
  const expected = everything();
  expected.irVersion = 14n;
  expected.producerName = 'octavo';
  expected.opsetImport[0]!.version = 26n;
  expected.opsetImport.push(modelProto({ domains: { 'com.microsoft': 1 } }).opsetImport[1]!);
  Object.assign(expected.graph!.node[0]!, { input: ['scalar'], opType: 'Neg' });
  expected.graph!.input[0]!.type!.tensorType!.shape = value('', [1, 'n', null]).type!.tensorType!.shape!;
  assertSameContent(written['model.onnx']!, toBinary(ModelProtoSchema, expected), {}, files);
});

test('planOnnxFiles a graph made from nothing -> a model that reads back', async () => {
  const plain = await read(
    toBinary(
      ModelProtoSchema,
      modelProto({
        nodes: [node('Add', ['x', 'w'], ['y'], { axis: 1n, mode: 'fast', parts: [1, 2] })],
        initializers: [floats('w', [2], [1, 2])],
        inputs: [value('x', ['n', 2])],
        outputs: [value('y', ['n', 2])],
      }),
    ),
  );
  const strip = <T extends object>(each: T): T => ({ ...each, origin: undefined });
  const { graph: g } = plain;
  const bare = {
    ...strip(plain),
    graph: {
      ...strip(g),
      nodes: g.nodes.map((each) => ({
        ...strip(each),
        attributes: new Map([...each.attributes].map(([name, a]) => [name, strip(a)])),
      })),
      initializers: new Map([...g.initializers].map(([name, t]) => [name, strip(t)])),
      inputs: g.inputs.map(strip),
      outputs: g.outputs.map(strip),
    },
  };
  const [a, b] = [await write(bare), await write(plain)];
  assertSameContent(a['model.onnx']!, b['model.onnx']!);
});

test('attribute() of the builder, every kind -> the type number ONNX gives it', () => {
  assert.equal(attribute('a', [1n]).type, 7);
  assert.equal(attribute('a', 'text').type, 3);
});
