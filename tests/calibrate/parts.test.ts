// The parts of calibration: sets of sample numbers, shards, and which models have one hash.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { modelHash } from '../../ts-host/calibrate/modelHash.js';
import { SampleSet } from '../../ts-host/calibrate/sampleSet.js';
import { isInShard, shardSize } from '../../ts-host/calibrate/shard.js';
import { RunContext } from '../../ts-host/context.js';
import { readOnnx } from '../../ts-host/formats/onnx/reader.js';
import { bytesSource } from '../../ts-host/io/source.js';
import {
  attribute,
  floats,
  graph,
  ifNode,
  type ModelInput,
  model,
  node,
  value,
} from '../support/onnxBuilder.js';
import { refused } from './support.js';

const numbers = fc.uniqueArray(fc.nat(3000), { maxLength: 60 });

describe('SampleSet', () => {
  it('any order of numbers -> one form, read back, and what sets do', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const [first, second] = [new SampleSet(a), new SampleSet(b)];
        assert.equal(first.count, a.length);
        assert.deepEqual(new SampleSet(a.toReversed()).bytes(), first.bytes());
        const back = SampleSet.from(first.bytes())!;
        assert.deepEqual([back.count, back.bytes()], [a.length, first.bytes()]);
        const both = a.filter((number) => b.includes(number));
        assert.equal(first.firstCommon(second), both.length === 0 ? undefined : Math.min(...both));
        const union = first.union(second);
        assert.equal(union.count, a.length + b.length - both.length);
        assert.deepEqual(union.bytes(), second.union(first).bytes());
        for (const number of [...a, ...b]) assert.ok(union.has(number));
        const odd = a.filter((number) => number % 2 === 1);
        assert.equal(
          first.find((number) => number % 2 === 1),
          odd.length === 0 ? undefined : Math.min(...odd),
        );
      }),
    );
  });

  it('a number twice -> counted once; numbers there are not -> LIMIT_EXCEEDED', () => {
    assert.equal(new SampleSet([5, 5]).count, 1);
    for (const number of [-1, 0.5, 2 ** 30, Number.NaN]) {
      assert.throws(() => new SampleSet([number]), refused('LIMIT_EXCEEDED'));
    }
    assert.equal(SampleSet.from(Uint8Array.of(1, 0)), undefined);
  });
});

describe('shards', () => {
  it('each sample is in one of them, and their sizes add up', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.integer({ min: 1, max: 12 }), (total, count) => {
        const sizes = Array.from({ length: count }, (_, index) => shardSize({ index, count }, total));
        const counted = sizes.map(
          (_, index) =>
            Array.from({ length: total }, (__, k) => isInShard({ index, count }, k)).filter(Boolean).length,
        );
        assert.deepEqual(sizes, counted);
        assert.equal(
          sizes.reduce((a, b) => a + b),
          total,
        );
      }),
    );
  });
});

describe('modelHash', () => {
  const base: ModelInput = {
    nodes: [
      node('Gemm', ['x', 'w', 'b'], ['g'], { alpha: 0.5, transB: 1n }, { name: 'first' }),
      ifNode(
        'flag',
        'y',
        graph({ nodes: [node('Relu', ['g'], ['r'])], outputs: [value('r')] }),
        graph({ nodes: [node('Neg', ['g'], ['n'])], outputs: [value('n')] }),
      ),
    ],
    initializers: [floats('w', [2, 3], [1, 2, 3, 4, 5, 6]), floats('b', [2], [1, 2])],
    inputs: [value('x', ['N', 3]), value('flag', [], 'bool')],
    outputs: [value('y')],
  };
  const hashOf = async (input: ModelInput): Promise<string> => {
    const context = new RunContext();
    const read = await readOnnx(bytesSource(model(input)), {}, context);
    return Buffer.from(await modelHash(read, context)).toString('hex');
  };
  const [gemm, branch] = base.nodes as [(typeof base.nodes & object)[0], (typeof base.nodes & object)[0]];
  const withGemm = (changes: object): ModelInput => ({ ...base, nodes: [{ ...gemm, ...changes }, branch] });

  it('names of nodes and symbols, order of initializers and attributes, metadata -> the same', async () => {
    const hash = await hashOf(base);
    assert.equal(await hashOf(withGemm({ name: 'other' })), hash);
    assert.equal(await hashOf({ ...base, initializers: base.initializers!.toReversed() }), hash);
    assert.equal(await hashOf(withGemm({ attribute: gemm.attribute.toReversed() })), hash);
    assert.equal(await hashOf({ ...base, name: 'renamed', metadata: { author: 'x' } }), hash);
    assert.equal(await hashOf({ ...base, inputs: [value('x', ['batch', 3]), base.inputs![1]!] }), hash);
  });

  it('anything that decides values -> another', async () => {
    const changed: ModelInput[] = [
      { ...base, initializers: [floats('w', [2, 3], [1, 2, 3, 4, 5, 7]), base.initializers![1]!] },
      { ...base, initializers: [floats('w', [3, 2], [1, 2, 3, 4, 5, 6]), base.initializers![1]!] },
      { ...base, opset: 16 },
      { ...base, inputs: [value('x', [1, 3]), base.inputs![1]!] },
      { ...base, outputs: [value('g')] },
      withGemm({ opType: 'Gemn' }),
      withGemm({ domain: 'my.domain' }),
      { ...base, nodes: [gemm, { ...branch, output: ['z'] }], outputs: [value('z')] },
      withGemm({ input: ['x', 'w'] }),
      withGemm({ attribute: [attribute('alpha', 0.25), attribute('transB', 1n)] }),
      withGemm({ attribute: [attribute('alpha', 0.5), attribute('transB', 0n)] }),
      withGemm({ attribute: [attribute('alpha', 0.5)] }),
      {
        ...base,
        nodes: [
          gemm,
          ifNode(
            'flag',
            'y',
            graph({ nodes: [node('Relu', ['g'], ['r'])], outputs: [value('r')] }),
            graph({ nodes: [node('Abs', ['g'], ['n'])], outputs: [value('n')] }),
          ),
        ],
      },
    ];
    const hashes = [await hashOf(base)];
    for (const each of changed) hashes.push(await hashOf(each).catch((error: Error) => error.message));
    assert.equal(new Set(hashes).size, hashes.length, hashes.join('\n'));
    for (const hash of hashes) assert.match(hash, /^[0-9a-f]{64}$/);
  });
});
