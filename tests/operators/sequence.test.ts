// Sequences and optionals against onnxruntime. They are made and used up inside a case's graph: what comes out are tensors.

import { describe } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { TypeProtoSchema, ValueInfoProtoSchema } from '../../ts-host/formats/onnx/proto/onnx_pb.js';
import { constant, graph, lengthPrefixed, node, tensor, value } from '../support/onnxBuilder.js';
import {
  type Case,
  exact,
  feed,
  ints,
  operatorCases,
  operatorRefuses,
  pick,
  random,
  scalar,
  shape,
} from './harness.js';

type NodeInput = Parameters<typeof node>;
const nodesOf = (list: readonly NodeInput[]) => list.map((each) => node(...each));

operatorCases('sequences', {
  title: 'made of inputs',
  cases: 24,
  bound: exact,
  make: (rng, index) => {
    const rank = rng.int(1, 3);
    const dims = shape(rng, rank, 1, 4);
    const dtype = pick(rng, ['float32', 'int64', 'uint8', 'float64'] as const);
    const at = (length: number): bigint => BigInt(rng.int(-length, length - 1));
    const axis = rng.int(-rank, rank - 1);
    const position = (name: string, place: bigint) =>
      constant(name, tensor(name, 'int64', [], new Uint8Array(BigInt64Array.of(place).buffer)));
    const joined = index % 2 === 0 ? { axis: BigInt(axis) } : { axis: BigInt(axis), new_axis: 1n };
    const nodes = [
      position('p', BigInt(rng.int(-3, 3))),
      position('q', at(4)),
      position('r', at(3)),
      ...nodesOf([
        ['SequenceConstruct', ['x0', 'x1', 'x2'], ['three']],
        index % 3 === 0
          ? ['SequenceInsert', ['three', 'x0'], ['four']]
          : ['SequenceInsert', ['three', 'x0', 'p'], ['four']],
        index % 4 === 0 ? ['SequenceErase', ['four'], ['less']] : ['SequenceErase', ['four', 'q'], ['less']],
        ['SequenceAt', ['less', 'r'], ['y0']],
        ['SequenceLength', ['four'], ['y1']],
        ['ConcatFromSequence', ['four'], ['y2'], joined],
      ]),
    ];
    const inputs = [1, 2, 3].map(() => random(rng, dtype, dims));
    return { graph: { nodes }, inputs, outputs: 3 };
  },
});

operatorCases('SplitToSequence', {
  cases: 30,
  bound: exact,
  make: (rng, index) => {
    const rank = rng.int(1, 3);
    const dims = shape(rng, rank, 1, 6);
    const axis = rng.int(-rank, rank - 1);
    const total = dims[axis < 0 ? axis + rank : axis]!;
    const first = rng.int(0, total);
    // One by one, pieces of a length, pieces as listed.
    const split = [undefined, scalar(rng.int(1, 4), 'int64'), ints(first, total - first)][index % 3];
    const keeps = index % 3 > 0 || rng.int(0, 1) === 1;
    const attributes = { axis: BigInt(axis), keepdims: BigInt(keeps) };
    const names = split === undefined ? ['x0'] : ['x0', 'x2'];
    const nodes = nodesOf([
      ['SplitToSequence', names, ['pieces'], attributes],
      ['SequenceLength', ['pieces'], ['y0']],
      ['SequenceAt', ['pieces', 'x1'], ['y1']],
    ]);
    const inputs = [random(rng, pick(rng, ['float32', 'int32']), dims), scalar(-1, 'int64'), split];
    return { graph: { nodes }, inputs, outputs: 2 };
  },
});

/** A value whose type is a sequence of float32 tensors: field 4 of TypeProto, which Octavo's schema does not name. */
function sequence(name: string) {
  const type = create(TypeProtoSchema, {});
  const ofFloats = [0x0a, 4, 0x0a, 2, 0x08, 1];
  type.$unknown = [{ no: 4, wireType: 2, data: lengthPrefixed(Uint8Array.from(ofFloats)) }];
  return create(ValueInfoProtoSchema, { name, type });
}

operatorCases('Loop', {
  title: 'collects a sequence',
  cases: 20,
  bound: exact,
  make: (rng) => {
    const body = graph({
      inputs: [value('i', [], 'int64'), value('go', [], 'bool'), sequence('s'), value('v', [null])],
      nodes: nodesOf([
        ['Identity', ['go'], ['goes']],
        ['Add', ['v', 'x1'], ['next']],
        ['SequenceInsert', ['s', 'next'], ['longer']],
      ]),
      outputs: [value('goes', [], 'bool'), sequence('longer'), value('next', [null])],
    });
    const nodes = nodesOf([
      ['SequenceEmpty', [], ['none']],
      ['Loop', ['x0', '', 'none', 'x1'], ['all', 'y0'], { body }],
      ['ConcatFromSequence', ['all'], ['y1'], { axis: 0n }],
    ]);
    return {
      graph: { nodes },
      inputs: [scalar(rng.int(1, 5), 'int64'), random(rng, 'float32', [rng.int(1, 4)])],
      outputs: 2,
    };
  },
});

operatorCases('optionals', {
  cases: 24,
  bound: exact,
  make: (rng, index) => {
    // Until 18 they take optionals only.
    const later: NodeInput[] = [
      ['OptionalHasElement', ['x0'], ['y2']],
      ['OptionalHasElement', [''], ['y3']],
      ['OptionalGetElement', ['x0'], ['y4']],
    ];
    const nodes = nodesOf([
      ['Optional', ['x0'], ['maybe']],
      ['OptionalHasElement', ['maybe'], ['y0']],
      ['OptionalGetElement', ['maybe'], ['y1']],
      ...(index % 2 === 0 ? later : []),
    ]);
    const dtype = pick(rng, ['float32', 'int64', 'bool', 'uint8', 'float64', 'int32'] as const);
    const x = random(rng, dtype, shape(rng, rng.int(0, 4), 0, 4));
    return {
      opset: index % 2 === 0 ? 18 : 15,
      graph: { nodes },
      inputs: [x],
      outputs: index % 2 === 0 ? 5 : 2,
    };
  },
});

operatorCases('optionals', {
  title: 'of sequences',
  cases: 8,
  bound: exact,
  make: (rng, index) => {
    const dims = shape(rng, rng.int(1, 3), 1, 4);
    const nodes = nodesOf([
      ['SequenceConstruct', ['x0', 'x1'], ['two']],
      ['Optional', ['two'], ['maybe']],
      ['OptionalHasElement', ['maybe'], ['y0']],
      ['OptionalGetElement', ['maybe'], ['back']],
      ['SequenceLength', ['back'], ['y1']],
      ['ConcatFromSequence', ['back'], ['y2'], { axis: 0n }],
    ]);
    const inputs = [random(rng, 'float32', dims), random(rng, 'float32', dims)];
    return { opset: index % 2 === 0 ? 18 : 15, graph: { nodes }, inputs, outputs: 3 };
  },
});

describe('sequences refuse', () => {
  const x = feed('float32', [2, 2], [1, 2, 3, 4]);
  const y = feed('float32', [2, 3], [1, 2, 3, 4, 5, 6]);
  type Code = 'SHAPE_MISMATCH' | 'GRAPH_INVALID' | 'UNSUPPORTED_DTYPE';
  const refuse = (
    why: string,
    list: readonly NodeInput[],
    message: RegExp,
    inputs: Case['inputs'] = [x, y, scalar(2, 'int64')],
    code: Code = 'SHAPE_MISMATCH',
  ): void => operatorRefuses('sequences', why, code, { graph: { nodes: nodesOf(list) }, inputs }, message);
  const both: NodeInput = ['SequenceConstruct', ['x0', 'x1'], ['s']];

  refuse('a place behind the end', [both, ['SequenceAt', ['s', 'x2'], ['y0']]], /position 2 is outside/);
  const second: Case['inputs'] = [x, y, scalar(-3, 'int64')];
  refuse('a place before the start', [both, ['SequenceAt', ['s', 'x2'], ['y0']]], /position -3/, second);
  const join: NodeInput = ['ConcatFromSequence', ['s'], ['y0'], { axis: 0n }];
  refuse('tensors that do not join', [both, join], /does not join/);
  refuse('an axis beyond the rank', [both, ['ConcatFromSequence', ['s'], ['y0'], { axis: 2n }]], /axis 2/);
  const none: NodeInput = ['SequenceEmpty', [], ['s']];
  refuse('joining nothing', [none, join], /empty sequence/);
  refuse(
    'erasing from nothing',
    [none, ['SequenceErase', ['s'], ['t']], ['SequenceLength', ['t'], ['y0']]],
    /erase/,
  );
  const mixed: Case['inputs'] = [x, feed('int32', [1], [1]), scalar(0, 'int64')];
  const length: NodeInput = ['SequenceLength', ['s'], ['y0']];
  refuse('tensors of two dtypes', [both, length], /holds no int32/, mixed, 'UNSUPPORTED_DTYPE');
  refuse(
    'a tensor for a sequence',
    [['SequenceLength', ['x0'], ['y0']]],
    /not a sequence/,
    [x],
    'GRAPH_INVALID',
  );
  const split = (axis: bigint): NodeInput[] => [['SplitToSequence', ['x0', 'x1'], ['s'], { axis }], length];
  refuse('pieces that do not add up', split(0n), /do not make up 2/, [x, ints(1, 2)]);
  refuse('pieces of no length', split(0n), /pieces of length 0/, [x, scalar(0, 'int64')]);
  refuse('an axis to split that is not there', split(-3n), /axis -3/, [x, ints(1, 1)]);
});
