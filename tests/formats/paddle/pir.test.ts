// What the reader of PIR does with constants, lists and names, and with files that are broken.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunContext } from '../../../ts-host/context.js';
import { readPirProgram } from '../../../ts-host/formats/paddle/pir/readPirProgram.js';
import type { PaddleBlock } from '../../../ts-host/formats/paddle/program.js';
import { type ErrorCode, OctavoError } from '../../../ts-host/index.js';
import { toSource } from '../../../ts-host/io/any-source.js';
import { paddleGolden } from '../../support/paddleGoldens.js';

type Op = Record<string, unknown>;

const tensor = (dims: readonly number[], element = '0.t_f32') => ({
  '#': '0.t_dtensor',
  D: [{ '#': element }, dims, 'NCHW', [], 0],
});
const result = (id: number, type: unknown = tensor([2, 3])) => ({ '%': id, TT: type });
const attribute = (N: string, kind: string, D: unknown) => ({ N, AT: { '#': kind, D } });

function op(
  name: string,
  operands: readonly number[],
  results: readonly unknown[],
  attributes: unknown[] = [],
): Op {
  return { '#': name, I: operands.map((id) => ({ '%': id })), O: results, A: attributes };
}

const data = (id = 1, name = 'x') => op('1.data', [], [result(id)], [attribute('name', '0.a_str', name)]);
const fetch = (id: number, name = 'y') =>
  op('1.fetch', [id], [result(99)], [attribute('name', '0.a_str', name), attribute('col', '0.a_i32', 0)]);
const full = (id: number, value: number, dtype = 'float32') =>
  op(
    '1.full',
    [],
    [result(id, tensor([1]))],
    [
      attribute('shape', '1.a_intarray', [1]),
      attribute('value', '0.a_f64', value),
      attribute('dtype', '1.a_dtype', dtype),
    ],
  );

const file = (ops: readonly unknown[]): unknown => ({
  base_code: { magic: 'pir', version: 4, trainable: true },
  program: { regions: [{ '#': 'region_0', blocks: [{ '#': 'block_0', args: [], ops }] }] },
});

async function read(json: unknown): Promise<PaddleBlock> {
  const context = new RunContext({});
  const bytes = new TextEncoder().encode(typeof json === 'string' ? json : JSON.stringify(json));
  const { blocks } = await readPirProgram(await toSource(bytes, context), context);
  return blocks[0]!;
}

const types = ({ ops }: PaddleBlock) => ops.map(({ type }) => type);

describe('PIR program', () => {
  it('a constant that is a size -> an attribute, and no operator', async () => {
    const { ops } = await read(file([data(), full(2, 0.5), op('1.scale', [1, 2], [result(3)]), fetch(3)]));
    assert.deepEqual(
      ops.map(({ type }) => type),
      ['feed', 'scale', 'fetch'],
    );
    assert.deepEqual(ops[1]!.attributes.get('scale'), { kind: 'float', value: 0.5 });
    assert.deepEqual([...ops[1]!.outputs], [['Out', ['y']]]);
  });

  it('a constant that is a tensor -> made once, before its first use', async () => {
    const block = await read(
      file([
        data(),
        full(2, 0.5),
        op('1.add', [1, 2], [result(3)]),
        op('1.add', [3, 2], [result(4)]),
        fetch(4),
      ]),
    );
    assert.deepEqual(types(block), ['feed', 'fill_constant', 'elementwise_add', 'elementwise_add', 'fetch']);
    assert.deepEqual(block.ops[2]!.inputs.get('Y'), ['full_2']);
  });

  it('an end beyond all -> the farthest that 32 bits hold', async () => {
    const ints = (id: number, value: number) =>
      op(
        '1.full_int_array',
        [],
        [result(id, tensor([1], '0.t_i64'))],
        [
          attribute('value', '0.a_array', [{ '#': '0.a_i64', D: value }]),
          attribute('dtype', '1.a_dtype', 'int64'),
        ],
      );
    const { ops } = await read(
      file([data(), ints(2, -1), ints(3, 2 ** 63), op('1.slice', [1, 2, 3], [result(4)]), fetch(4)]),
    );
    assert.deepEqual(ops[1]!.attributes.get('starts'), { kind: 'ints', value: [-1] });
    assert.deepEqual(ops[1]!.attributes.get('ends'), { kind: 'ints', value: [2 ** 31 - 1] });
  });

  it('a list is made and taken apart -> its members', async () => {
    const pair = { '#': '0.t_vec', D: [tensor([1, 3]), tensor([1, 3])] };
    const split = op('1.split_with_num', [1, 2], [result(3, pair)], [attribute('num', '0.a_i32', 2)]);
    const second = op('0.slice', [3], [result(4)], [attribute('index', '0.a_i32', 1)]);
    const block = await read(file([data(), full(2, 0), split, second, fetch(4)]));
    const [, taken, fetched] = block.ops;
    assert.equal(taken!.outputs.get('Out')!.length, 2);
    assert.deepEqual(fetched!.inputs.get('X'), [taken!.outputs.get('Out')![1]]);
  });

  it('an operator nobody knows -> kept by its name', async () => {
    const block = await read(file([data(), op('3.mine', [1, 0], [result(2)]), fetch(2)]));
    const { type, inputs, outputs } = block.ops[1]!;
    assert.deepEqual(
      [type, [...inputs], [...outputs]],
      ['custom_op.mine', [['operand_0', ['x']]], [['result_0', ['y']]]],
    );
  });

  it('names that objects have -> unknown operators and attributes', async () => {
    const odd = op('constructor', [1], [result(2)], [attribute('toString', '0.a_i32', 1)]);
    const relu = op('1.leaky_relu', [2], [result(3)], [attribute('constructor', '0.a_i32', 1)]);
    const { ops } = await read(file([data(), odd, relu, fetch(3)]));
    assert.deepEqual(
      ops.slice(1, 3).map(({ type, attributes }) => [type, [...attributes.keys()]]),
      [
        ['constructor', ['toString']],
        ['leaky_relu', ['constructor']],
      ],
    );
  });

  it('names of ours are taken by a parameter -> others', async () => {
    const parameter = { '#': 'p', A: [0, 1, 1, 'relu_3'], O: result(2), OA: [1, 0, 1] };
    const block = await read(
      file([
        parameter,
        data(),
        op('1.relu', [1], [result(3)]),
        op('1.add', [3, 2], [result(4)]),
        fetch(4, 'x'),
      ]),
    );
    assert.deepEqual(block.ops[1]!.outputs.get('Out'), ['relu_3_']);
    assert.deepEqual(block.ops[2]!.outputs.get('Out'), ['add_4']);
    assert.deepEqual(
      [block.vars.get('relu_3')!.persistable, block.vars.get('x')!.persistable],
      [true, false],
    );
  });
});

describe('PIR program that is broken', () => {
  const relu = op('1.relu', [1], [result(2)]);
  const cases: readonly (readonly [string, unknown, ErrorCode, RegExp])[] = [
    ['no JSON', '{"base_code": {"magic": "pir"', 'NOT_A_MODEL', /no JSON/],
    ['a list instead of an object', '[]', 'MALFORMED', /the file has no base_code/],
    ['another magic', { base_code: { magic: 'cinn' } }, 'MALFORMED', /base_code.magic is not 'pir'/],
    ['no program', { base_code: { magic: 'pir' } }, 'MALFORMED', /no program/],
    ['no block', { base_code: { magic: 'pir' }, program: { regions: [] } }, 'MALFORMED', /no block/],
    ['ops that are none', file(['relu']), 'MALFORMED', /ops\[0\] has no #/],
    [
      'ops as they were before the releases',
      file([{ id: 'pd_op.relu', operands: [{ id: 1 }], opresults: [{ id: 2 }], attrs: [] }]),
      'NOT_A_MODEL',
      /before 3\.0\.0-beta2/,
    ],
    [
      'a value that nothing makes',
      file([data(), op('1.relu', [7], [result(2)])]),
      'MALFORMED',
      /ops\[1\].*the value 7/,
    ],
    [
      'a value of later',
      file([relu, data()].reverse().concat(op('1.relu', [5], [result(4)]))),
      'MALFORMED',
      /value 5/,
    ],
    ['a value that two make', file([data(), relu, relu]), 'MALFORMED', /the value 2, which is made already/],
    [
      'a value of a broken number',
      file([data(), op('1.relu', [1.5], [result(2)])]),
      'MALFORMED',
      /I\[0\].% is not a whole/,
    ],
    [
      'a negative value',
      file([data(), op('1.relu', [-1], [result(2)])]),
      'MALFORMED',
      /is not the number of a value/,
    ],
    ['two inputs of one name', file([data(), data(2)]), 'MALFORMED', /the name 'x', empty or taken/],
    [
      'an attribute of another kind',
      file([data(), op('1.softmax', [1], [result(2)], [attribute('axis', '0.a_i32', 'one')])]),
      'MALFORMED',
      /A\[0\].AT.D is not a number/,
    ],
    [
      'a list of mixed kinds',
      file([
        data(),
        op(
          '1.transpose',
          [1],
          [result(2)],
          [
            attribute('perm', '0.a_array', [
              { '#': '0.a_i32', D: 1 },
              { '#': '0.a_bool', D: true },
            ]),
          ],
        ),
      ]),
      'MALFORMED',
      /mixes kinds/,
    ],
    [
      'a member beyond a list',
      file([
        data(),
        op('0.combine', [1], [result(2)]),
        op('0.slice', [2], [result(3)], [attribute('index', '0.a_i32', 1)]),
      ]),
      'MALFORMED',
      /beyond the 1 of its list/,
    ],
    [
      'no list to take apart',
      file([data(), op('0.split', [1], [result(2)])]),
      'MALFORMED',
      /takes a list, and is given none/,
    ],
    [
      'a list of lists',
      file([data(), op('0.combine', [1], [result(2)]), op('0.combine', [2], [result(3)])]),
      'MALFORMED',
      /list of lists/,
    ],
    [
      'control flow',
      file([data(), { ...op('1.if', [1], [result(2)]), regions: [] }]),
      'UNSUPPORTED_OP',
      /control flow/,
    ],
    [
      'several blocks',
      { base_code: { magic: 'pir' }, program: { regions: [{ blocks: [{ ops: [] }, { ops: [] }] }] } },
      'UNSUPPORTED_OP',
      /2 blocks/,
    ],
    [
      'a size that is computed',
      file([data(), op('1.pool2d', [1, 1], [result(2)])]),
      'UNSUPPORTED_OP',
      /computed ksize/,
    ],
  ];
  for (const [name, json, code, message] of cases) {
    it(name, async () => {
      await assert.rejects(read(json), (error: unknown) => {
        assert.ok(error instanceof OctavoError, String(error));
        assert.equal(error.code, code, error.message);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it('every member of a real program is damaged in turn -> read, or an OctavoError', async () => {
    const text = new TextDecoder().decode(paddleGolden('pir', 'mlp').files.json);
    const places = [...text.matchAll(/[{}[\]:,]|"[#%A-Z]+"|\d+/g)].filter((_, index) => index % 7 === 0);
    for (const { index, 0: token } of places) {
      for (const damage of ['', 'null', '-1']) {
        const damaged = text.slice(0, index) + damage + text.slice(index + token.length);
        await read(damaged).catch((error: unknown) => assert.ok(error instanceof OctavoError, String(error)));
      }
    }
  });
});
