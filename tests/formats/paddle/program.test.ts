// Programs: what is read of them, what is kept, what is refused, and how they become graphs.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { PaddleAttributes } from '../../../ts-host/formats/paddle/attributes.js';
import type { PaddleAttribute, PaddleOp } from '../../../ts-host/formats/paddle/program.js';
import { ProgramDescSchema } from '../../../ts-host/formats/paddle/proto/framework_pb.js';
import { inspect, Session } from '../../../ts-host/index.js';
import { readPaddle } from '../../../ts-host/paddle.js';
import { prepareOctavo } from '../../support/octavo.js';
import { type MadeOp, program, refused } from './support.js';

before(prepareOctavo);

const VARS = { x: { dims: [2, 3] }, t: { dims: [2, 3] }, y: { dims: [2, 3] } };
const unary = (type: string, x: string, y: string): MadeOp => ({
  type,
  inputs: { X: [x] },
  outputs: { Out: [y] },
});

async function run(model: Uint8Array, values: readonly number[]) {
  const session = await Session.create(await readPaddle({ model }));
  const outputs = await session.run({ x: { data: Float32Array.from(values), dims: [2, 3] } });
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data }]) => [name, [...(data as Float32Array)]]),
  );
}

const VALUES = [-2, -1, 0, 1, 2, 3];

describe('variables and values', () => {
  it('a variable written in place, twice -> its last value has its name', async () => {
    const scale: MadeOp = { ...unary('scale', 'y', 'y'), attributes: { scale: 2.5 } };
    const model = program(VARS, [unary('relu', 'x', 'y'), scale, scale]);
    assert.deepEqual(await run(model, VALUES), { y: [0, 0, 0, 6.25, 12.5, 18.75] });
  });

  it('the input written in place -> the input keeps its name, readers before see the old value', async () => {
    const add: MadeOp = { type: 'elementwise_add', inputs: { X: ['t'], Y: ['x'] }, outputs: { Out: ['y'] } };
    const model = program(VARS, [unary('abs', 'x', 't'), unary('relu', 'x', 'x'), add]);
    assert.deepEqual(await run(model, VALUES), { y: [2, 1, 0, 2, 4, 6] });
  });

  it('the input fetched, and one variable twice -> outputs of their own names', async () => {
    const at = (col: number, name: string): MadeOp => ({
      type: 'fetch',
      inputs: { X: [name] },
      attributes: { col },
    });
    const feed: MadeOp = { type: 'feed', outputs: { Out: ['x'] }, attributes: { col: 0 } };
    const model = program(VARS, [feed, unary('relu', 'x', 'y'), at(2, 'y'), at(0, 'x'), at(1, 'y')]);
    const outputs = await run(model, VALUES);
    assert.deepEqual(Object.keys(outputs), ['x@fetch', 'y', 'y@fetch']);
    assert.deepEqual(outputs['x@fetch'], VALUES);
    assert.deepEqual(outputs['y@fetch'], outputs.y);
  });

  it('feeds in another order than their columns -> inputs by column', async () => {
    const feed = (col: number, name: string): MadeOp => ({
      type: 'feed',
      outputs: { Out: [name] },
      attributes: { col },
    });
    const add: MadeOp = { type: 'elementwise_add', inputs: { X: ['x'], Y: ['t'] }, outputs: { Out: ['y'] } };
    const fetch: MadeOp = { type: 'fetch', inputs: { X: ['y'] }, attributes: { col: 0 } };
    const model = await readPaddle({ model: program(VARS, [feed(1, 'x'), feed(0, 't'), add, fetch]) });
    assert.deepEqual(
      (await inspect(model)).inputs.map(({ name }) => name),
      ['t', 'x'],
    );
  });
});

describe('what there is no converter for', () => {
  const model = program(VARS, [
    unary('relu', 'x', 't'),
    { ...unary('yolo_box', 't', 'y'), attributes: { n: 3 } },
  ]);

  it('an unknown operator -> kept, and named when it is to run', async () => {
    const read = await readPaddle({ model });
    assert.deepEqual((await inspect(read)).operators.map(({ opType }) => opType).sort(), [
      'Relu',
      'paddle.yolo_box',
    ]);
    await assert.rejects(Session.create(read), refused('UNSUPPORTED_OP', 'yolo_box#2'));
  });

  it('control flow -> refused by name', async () => {
    const loop: MadeOp = { type: 'while', inputs: { X: ['x'] }, outputs: { Out: ['y'] }, block: 1 };
    const read = await readPaddle({ model: program(VARS, [loop]) });
    await assert.rejects(Session.create(read), refused('UNSUPPORTED_OP', 'control flow', 'while#1'));
  });

  it('a variable that nothing writes -> GRAPH_INVALID', async () => {
    const read = await readPaddle({ model: program(VARS, [unary('relu', 't', 'y')]) });
    await assert.rejects(Session.create(read), refused('GRAPH_INVALID', 'relu#1', 'tensor t'));
  });
});

describe('bytes', () => {
  it('fields that nobody knows -> kept, the same bytes again', async () => {
    const bytes = program(VARS, [unary('relu', 'x', 'y')]);
    const unknown = Uint8Array.of(0xfa, 0x07, 1, 42); // field 127: one byte
    const desc = fromBinary(ProgramDescSchema, Uint8Array.from([...bytes, ...unknown]));
    const { net } = await readPaddle({ model: toBinary(ProgramDescSchema, desc) });
    const origin = net.program.origin as typeof desc;
    assert.deepEqual(origin.$unknown, desc.$unknown);
    assert.equal(origin.blocks.length, 0);
  });

  const cases: readonly (readonly [string, Uint8Array, Parameters<typeof refused>])[] = [
    ['nothing', new Uint8Array(0), ['NOT_A_MODEL']],
    ['text', new TextEncoder().encode('hello'), ['NOT_A_MODEL', 'first bytes']],
    ['a program cut off', program(VARS, [unary('relu', 'x', 'y')]).subarray(0, 40), ['MALFORMED', 'decoded']],
  ];
  for (const [what, bytes, expected] of cases) {
    it(`${what} -> ${expected[0]}`, () => assert.rejects(readPaddle({ model: bytes }), refused(...expected)));
  }

  it('dims below -1 -> MALFORMED', async () => {
    const model = program({ ...VARS, t: { dims: [-7] } }, []);
    await assert.rejects(readPaddle({ model }), refused('MALFORMED', 'tensor t', '-7'));
  });

  it('a block that calls itself another -> MALFORMED', async () => {
    const desc = create(ProgramDescSchema, { blocks: [{ idx: 3, parentIdx: -1 }] });
    await assert.rejects(
      readPaddle({ model: toBinary(ProgramDescSchema, desc) }),
      refused('MALFORMED', 'block 0 calls itself 3'),
    );
  });
});

describe('attributes', () => {
  const of = (attribute: PaddleAttribute) => {
    const op: PaddleOp = {
      type: 'op',
      inputs: new Map(),
      outputs: new Map(),
      attributes: new Map([['a', attribute]]),
    };
    return new PaddleAttributes(op, 'op#0');
  };

  it('ints, longs, scalars and single numbers -> the same', () => {
    const one: readonly PaddleAttribute[] = [
      { kind: 'int', value: 3 },
      { kind: 'long', value: 3n },
      { kind: 'scalar', value: 3n },
      { kind: 'float', value: 3 },
    ];
    for (const attribute of one) {
      assert.equal(of(attribute).int('a'), 3);
      assert.equal(of(attribute).float('a'), 3);
      assert.deepEqual(of(attribute).ints('a'), [3]);
    }
    assert.deepEqual(of({ kind: 'longs', value: [1n, 2n] }).ints('a'), [1, 2]);
    assert.deepEqual(of({ kind: 'strings', value: [] }).floats('a'), []);
    assert.equal(of({ kind: 'int', value: 1 }).bool('a'), true);
    assert.equal(of({ kind: 'int', value: 1 }).int('other', 7), 7);
  });

  it('another kind, a missing one, a variable -> errors that name it', () => {
    assert.throws(
      () => of({ kind: 'string', value: 'x' }).int('a'),
      refused('MALFORMED', 'a is not a whole number'),
    );
    assert.throws(() => of({ kind: 'float', value: 1.5 }).int('a'), refused('MALFORMED', 'op#0'));
    assert.throws(() => of({ kind: 'long', value: 1n << 60n }).int('a'), refused('MALFORMED'));
    assert.throws(() => of({ kind: 'int', value: 1 }).int('b'), refused('MALFORMED', 'b is missing'));
    assert.throws(() => of({ kind: 'var', value: 'v' }).int('a', 1), refused('UNSUPPORTED_OP', 'variable v'));
  });
});
