// Files of parameters: what a record says is believed only as far as the file bears it out, and errors name the place.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunContext } from '../../../ts-host/context.js';
import { mapResolver } from '../../../ts-host/index.js';
import { readAll } from '../../../ts-host/ir/tensor.js';
import { readPaddle } from '../../../ts-host/paddle.js';
import { concat, file, type MadeRecord, program, record, refused } from './support.js';

/** Two parameters, whose records come in the order of their names: b, then w. */
const PROGRAM = program(
  {
    x: { dims: [-1, 3] },
    w: { dims: [3, 4], persistable: true },
    b: { dims: [4], persistable: true },
    t: { dims: [-1, 4] },
    y: { dims: [-1, 4] },
  },
  [
    { type: 'mul', inputs: { X: ['x'], Y: ['w'] }, outputs: { Out: ['t'] } },
    { type: 'elementwise_add', inputs: { X: ['t'], Y: ['b'] }, outputs: { Out: ['y'] } },
  ],
);
const B = record({ dims: [4] });
const W = record({ dims: [3, 4] });

const read = (params: Uint8Array) => readPaddle({ model: PROGRAM, params: file('p', params) });

describe('combined parameters', () => {
  it('records in the order of names -> lazy tensors at any offset', async () => {
    const { net } = await read(concat(B, W));
    assert.deepEqual([...net.parameters.keys()], ['b', 'w']);
    const { dims, data } = net.parameters.get('w')!;
    assert.deepEqual(dims, [3, 4]);
    assert.equal(data.slice!.offset, B.byteLength + W.byteLength - 48);
    const bytes = await readAll(data, new RunContext());
    assert.deepEqual(
      [...new Float32Array(bytes.slice().buffer)],
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
  });

  it('too short -> TRUNCATED with file, tensor and byte', async () => {
    const cut = concat(B, W).subarray(0, B.byteLength + W.byteLength - 1);
    const at = B.byteLength + W.byteLength - 48;
    await assert.rejects(read(cut), refused('TRUNCATED', 'file p', 'tensor w', `byte ${at}`));
    await assert.rejects(read(B), refused('TRUNCATED', 'ends before this parameter', `byte ${B.byteLength}`));
  });

  it('too long -> MALFORMED, another model', async () => {
    const whole = concat(B, W);
    const more = concat(whole, B);
    await assert.rejects(read(more), refused('MALFORMED', 'another model', `byte ${whole.byteLength}`));
  });

  it('in another order -> SHAPE_MISMATCH with both shapes', async () => {
    await assert.rejects(
      read(concat(W, B)),
      refused('SHAPE_MISMATCH', '[3, 4]', '[4]', 'tensor b', 'byte 0'),
    );
  });

  it('of another model -> SHAPE_MISMATCH', async () => {
    const other = concat(B, record({ dims: [3, 5] }));
    await assert.rejects(read(other), refused('SHAPE_MISMATCH', '[3, 5]', 'tensor w'));
  });

  const lies: readonly (readonly [string, MadeRecord, Parameters<typeof refused>])[] = [
    ['dims of 2^40 elements', { dims: [2 ** 20, 2 ** 20], values: [] }, ['LIMIT_EXCEEDED']],
    ['more data than there is', { dims: [2 ** 20, 8], values: [1] }, ['TRUNCATED', 'bytes, the file has']],
    ['negative dims', { dims: [-4], values: [] }, ['MALFORMED', '-4']],
    ['a description of 2^31 - 1 bytes', { dims: [4], descLength: 2 ** 31 - 1 }, ['MALFORMED', 'description']],
    ['a description of -1 bytes', { dims: [4], descLength: -1 }, ['MALFORMED', 'description']],
    ['a description cut off', { dims: [300, 300], values: [], descLength: 3 }, ['MALFORMED']],
    ['2^60 LoD levels', { dims: [4], lodLevels: 1n << 60n }, ['LIMIT_EXCEEDED', 'LoD levels']],
    [
      'a LoD level of 2^63 bytes',
      { dims: [4], lodLevels: 1n, lodBytes: 1n << 63n },
      ['TRUNCATED', 'LoD level 0'],
    ],
    ['a version that is none', { dims: [4], lodVersion: 7 }, ['MALFORMED', 'version 7']],
    ['an element type that is none', { dims: [4], dataType: 99 }, ['UNSUPPORTED_DTYPE', '99']],
  ];
  for (const [what, made, [code, ...texts]] of lies) {
    it(`a record with ${what} -> ${code}`, async () => {
      await assert.rejects(read(record(made)), refused(code, 'file p', 'tensor b', ...texts));
    });
  }

  it('a pickle -> NOT_A_MODEL, by name', async () => {
    const pickle = Uint8Array.of(0x80, 2, 0x7d, 0x71, 0);
    await assert.rejects(read(pickle), refused('NOT_A_MODEL', 'pickle', 'paddle.jit.save'));
    await assert.rejects(readPaddle({ model: pickle }), refused('NOT_A_MODEL', 'pickle'));
  });

  it('none given -> EXTERNAL_DATA_MISSING', async () => {
    await assert.rejects(readPaddle({ model: PROGRAM }), refused('EXTERNAL_DATA_MISSING', '2 parameters'));
  });
});

describe('a file a parameter', () => {
  it('all there -> read', async () => {
    const { net } = await readPaddle({ model: PROGRAM, external: mapResolver({ b: B, w: W }) });
    assert.deepEqual([...net.parameters.keys()], ['b', 'w']);
  });

  it('bytes behind the record -> MALFORMED', async () => {
    const external = mapResolver({ b: concat(B, Uint8Array.of(0)), w: W });
    await assert.rejects(readPaddle({ model: PROGRAM, external }), refused('MALFORMED', 'bytes are left'));
  });

  for (const name of ['a/b', '../b', '/etc/passwd', 'a\\b', 'b\0', '..', 'C:b']) {
    it(`called ${JSON.stringify(name)} -> EXTERNAL_DATA_REFUSED, nothing opened`, async () => {
      const model = program(
        { x: { dims: [1] }, y: { dims: [1] }, [name]: { dims: [1], persistable: true } },
        [],
      );
      const external = () => assert.fail('opened');
      await assert.rejects(readPaddle({ model, external }), refused('EXTERNAL_DATA_REFUSED'));
    });
  }
});
