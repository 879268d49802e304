// inspect() and quantizeVariants().

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { inspect, memorySink, quantizeVariants, VARIANTS } from '../../ts-host/index.js';
import { read, rejectsWith } from '../formats/onnx/support.js';
import { prepareOctavo } from '../support/octavo.js';
import { floats, func, graph, ifNode, matMul, model, node, value } from '../support/onnxBuilder.js';
import { MODEL, slowSource, watchedSink } from './support.js';

before(prepareOctavo);

test('inspect -> counts, sizes and borders, weights unread', async () => {
  const bytes = model({
    nodes: [
      matMul('x', 'w', 'm'),
      node('Scale', ['m'], ['s'], {}, { domain: 'my' }),
      ifNode(
        'c',
        'y',
        graph({ nodes: [matMul('s', 'v', 't')], initializers: [floats('v', [4, 2])], outputs: [value('t')] }),
        graph({ nodes: [node('Identity', ['s'], ['e'])], outputs: [value('e')] }),
      ),
    ],
    initializers: [floats('w', [3, 4])],
    inputs: [value('x', ['batch', null, 3]), value('c', [], 'bool'), value('w', [3, 4])],
    outputs: [value('y')],
    functions: [func('my', 'Scale', ['a'], ['b'], [node('Identity', ['a'], ['b'])])],
    domains: { my: 1 },
  });
  assert.deepEqual(await inspect(bytes), {
    format: 'onnx',
    irVersion: 8,
    opsets: { '': 17, my: 1 },
    producer: 'onnxBuilder',
    fileBytes: bytes.byteLength,
    inputs: [
      { name: 'x', dtype: 'float32', dims: ['batch', null, 3] },
      { name: 'c', dtype: 'bool', dims: [] },
    ],
    outputs: [{ name: 'y', dtype: 'float32' }],
    nodes: 5,
    operators: [
      { opType: 'MatMul', count: 2 },
      { opType: 'Identity', count: 1 },
      { opType: 'If', count: 1 },
      { opType: 'my.Scale', count: 1 },
    ],
    parameters: 20,
    constantBytes: [{ dtype: 'float32', bytes: 80 }],
    constants: [
      { name: 'w', dtype: 'float32', dims: [3, 4], elements: 12, bytes: 48 },
      { name: 'If#2/then_branch/v', dtype: 'float32', dims: [4, 2], elements: 8, bytes: 32 },
    ],
    functions: ['my.Scale'],
  });
});

test('inspect a model in a slow source -> far fewer bytes read than the file has', async () => {
  let bytes = 0;
  const source = slowSource(MODEL);
  const { parameters } = await inspect({
    size: source.size,
    async read(offset, length, context) {
      bytes += length;
      return source.read(offset, length, context);
    },
  });
  assert.equal(parameters, 4300 * 256 + 256 * 500 + 640 * 500 + 640 + 1 + 32 * 64 * 9);
  assert.ok(bytes < MODEL.byteLength / 4, `${bytes} of ${MODEL.byteLength}`);
});

test('quantizeVariants transformers.js -> its five files, each a model', async () => {
  const sinks: ReturnType<typeof memorySink>[] = [];
  const made = await quantizeVariants(MODEL, 'transformers.js', () => {
    const sink = memorySink();
    sinks.push(sink);
    return sink;
  });
  const names = ['_quantized', '_int8', '_uint8', '_q4', '_fp16'].map((suffix) => `model${suffix}.onnx`);
  assert.deepEqual(
    made.map(({ fileName }) => fileName),
    names,
  );
  assert.deepEqual(Object.keys(VARIANTS['transformers.js']).length, 5);
  for (const [i, sink] of sinks.entries()) {
    assert.deepEqual([...sink.result.keys()], [names[i]]);
    const bytes = sink.result.get(names[i]!)!;
    assert.equal(bytes.byteLength, made[i]!.report.outputBytes);
    assert.ok((await read(bytes)).graph.nodes.length > 0);
  }
});

test('quantizeVariants an unknown family, a stream, a Response -> INVALID_ARGUMENT', async () => {
  const sink = (): never => assert.fail('no sink is wanted');
  await rejectsWith('INVALID_ARGUMENT', quantizeVariants(MODEL, 'toString' as never, sink));
  for (const input of [new Response('').body!, new Response(''), 'model.onnx', null]) {
    await rejectsWith('INVALID_ARGUMENT', quantizeVariants(input as never, 'transformers.js', sink));
  }
});

test('quantizeVariants aborted in the second -> the first stays, the others do not come', async () => {
  const controller = new AbortController();
  const sinks: ReturnType<typeof watchedSink>[] = [];
  const run = quantizeVariants(
    MODEL,
    'transformers.js',
    () => {
      const sink = watchedSink();
      sinks.push(sink);
      if (sinks.length === 2) controller.abort();
      return sink;
    },
    { signal: controller.signal },
  );
  await rejectsWith('ABORTED', run);
  assert.deepEqual(
    sinks.map((sink) => [sink.ended, sink.files.size]),
    [
      ['committed', 1],
      ['aborted', 0],
    ],
  );
});
