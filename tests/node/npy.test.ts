// .npy and .npz: files that NumPy wrote, files of our own read again, and every way a file can be broken.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { OctavoError } from '../../ts-host/errors.js';
import type { DType } from '../../ts-host/ir/dtype.js';
import { readNpy, type StoredArray, writeNpy } from '../../ts-host/node/npy.js';
import { readNpz, writeNpz } from '../../ts-host/node/npz.js';

interface GoldenArray {
  readonly dtype: string;
  readonly dims: number[];
  readonly bytes: string;
}

const golden = JSON.parse(readFileSync(new URL('../golden/npy.json', import.meta.url), 'utf8')) as {
  cases: { name: string; file: string; arrays: Record<string, GoldenArray> }[];
};
const LIMIT = 2 ** 20;
const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
const plain = ({ dtype, dims, bytes }: StoredArray) => ({ dtype, dims: [...dims], bytes: [...bytes] });
const expected = ({ dtype, dims, bytes }: GoldenArray) => ({ dtype, dims, bytes: [...fromBase64(bytes)] });

function caseOf(name: string): Uint8Array {
  return fromBase64(golden.cases.find((each) => each.name === name)!.file);
}

describe('files of NumPy', () => {
  for (const { name, file, arrays } of golden.cases) {
    it(`${name} -> its tensors`, () => {
      const bytes = fromBase64(file);
      if ('' in arrays) assert.deepEqual(plain(readNpy(bytes, 'a.npy')), expected(arrays['']!));
      else {
        const read = readNpz(bytes, 'a.npz', LIMIT);
        assert.deepEqual([...read.keys()], Object.keys(arrays));
        for (const [key, array] of read) assert.deepEqual(plain(array), expected(arrays[key]!));
      }
    });
  }

  it('written by us -> the bytes NumPy writes', () => {
    for (const { name, file, arrays } of golden.cases) {
      const array = arrays[''];
      if (array === undefined || /^>|version [23]|column/.test(name)) continue;
      const ours = writeNpy({
        dtype: array.dtype as DType,
        dims: array.dims,
        bytes: fromBase64(array.bytes),
      });
      assert.deepEqual(Buffer.from(ours), Buffer.from(file, 'base64'), name);
    }
  });
});

describe('our own files', () => {
  const stored = fc
    .tuple(
      fc.constantFrom<DType>('float32', 'float16', 'int64', 'bool', 'uint8'),
      fc.array(fc.nat(4), { maxLength: 4 }),
    )
    .chain(([dtype, dims]) => {
      const size = { float32: 4, float16: 2, int64: 8 }[dtype as string] ?? 1;
      const byteLength = size * dims.reduce((a, b) => a * b, 1);
      return fc
        .uint8Array({ minLength: byteLength, maxLength: byteLength })
        .map((bytes): StoredArray => ({ dtype, dims, bytes }));
    });

  it('written and read -> equal', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), stored), (tensors) => {
        const arrays = new Map(Object.entries(tensors).filter(([name]) => !name.endsWith('.npy')));
        const read = readNpz(writeNpz(arrays), 'a.npz', LIMIT);
        assert.deepEqual(
          [...read].map(([k, a]) => [k, plain(a)]),
          [...arrays].map(([k, a]) => [k, plain(a)]),
        );
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  it('any byte of a file lost or changed -> read, or an OctavoError', () => {
    for (const name of ['f4', 'savez', 'savez_compressed']) {
      const file = caseOf(name);
      const read = (bytes: Uint8Array) => (name === 'f4' ? readNpy(bytes, 'a') : readNpz(bytes, 'a', LIMIT));
      for (let at = 0; at < file.length; at++) {
        const changed = file.slice();
        changed[at] = changed[at]! ^ 0xff;
        for (const bytes of [changed, file.slice(0, at)]) {
          try {
            read(bytes);
          } catch (error) {
            assert.ok(error instanceof OctavoError, `${name} at ${at}: ${error}`);
          }
        }
        assert.throws(() => read(file.slice(0, at)), OctavoError, `${name} cut at ${at}`);
      }
    }
  });
});

const withHeader = (header: string, data = 0, version = 1): Uint8Array =>
  Uint8Array.from([
    0x93,
    ...Buffer.from('NUMPY'),
    version,
    0,
    header.length & 255,
    header.length >> 8,
    ...Buffer.from(header),
    ...Buffer.alloc(data),
  ]);
const dict = (descr: string, shape: string, order = 'False') =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

describe('broken files', () => {
  const cases: [string, Uint8Array, string, RegExp][] = [
    ['another file', Buffer.from('hello, world'), 'MALFORMED', /no \.npy file.*byte 0/],
    ['nothing', new Uint8Array(), 'MALFORMED', /no \.npy file/],
    ['version 4', withHeader(dict("'<f4'", '(1,)'), 4, 4), 'MALFORMED', /version 4.*byte 6/],
    ['a list as header', withHeader('[1, 2]'), 'MALFORMED', /no dict/],
    [
      'code as header',
      withHeader("{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,)}"),
      'MALFORMED',
      /cannot be read/,
    ],
    ['no shape', withHeader("{'descr': '<f4', 'fortran_order': False}"), 'MALFORMED', /no shape/],
    ['a negative dim', withHeader(dict("'<f4'", '(-1,)')), 'MALFORMED', /cannot be read/],
    ['a number as shape', withHeader(dict("'<f4'", '(3)'), 12), 'MALFORMED', /no tuple/],
    ['too many elements', withHeader(dict("'<f4'", '(65536, 65536)')), 'LIMIT_EXCEEDED', /2\^32/],
    [
      'too few elements',
      withHeader(dict("'<f4'", '(2,)'), 7),
      'TRUNCATED',
      /8 bytes of elements are announced, 7/,
    ],
    ['too many bytes', withHeader(dict("'<f4'", '(2,)'), 9), 'MALFORMED', /1 bytes follow/],
    ['column-major', withHeader(dict("'<f4'", '(2, 3)', 'True'), 24), 'MALFORMED', /ascontiguousarray/],
    ['objects', withHeader(dict("'|O'", '(1,)'), 8), 'UNSUPPORTED_DTYPE', /pickled/],
    ['records', withHeader(dict("[('a', '<f4')]", '(1,)'), 4), 'UNSUPPORTED_DTYPE', /plain numbers/],
    ['complex', withHeader(dict("'<c8'", '(1,)'), 8), 'UNSUPPORTED_DTYPE', /plain numbers/],
  ];
  for (const [name, file, code, message] of cases) {
    it(`${name} -> ${code}`, () => {
      assert.throws(
        () => readNpy(file, 'a.npy'),
        (error) => error instanceof OctavoError && error.code === code && message.test(error.message),
      );
    });
  }

  it('a dtype NumPy does not have, to write -> UNSUPPORTED_DTYPE', () => {
    const array: StoredArray = { dtype: 'bfloat16', dims: [1], bytes: new Uint8Array(2) };
    assert.throws(() => writeNpy(array), { code: 'UNSUPPORTED_DTYPE' });
  });

  it('members that unpack to more than allowed -> LIMIT_EXCEEDED before they are unpacked', () => {
    assert.throws(() => readNpz(caseOf('savez'), 'a.npz', 100), { code: 'LIMIT_EXCEEDED' });
  });

  it('a member larger than it says -> MALFORMED, not unpacked to its end', () => {
    const npz = Buffer.from(
      writeNpz(new Map([['a', { dtype: 'uint8', dims: [10], bytes: new Uint8Array(10) }]])),
    );
    const bomb = deflateRawSync(Buffer.alloc(2 ** 24));
    const end = npz.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
    const directory = Buffer.from(npz.subarray(end));
    directory.writeUInt32LE(bomb.length, 20);
    const local = npz.subarray(0, 30 + 'a.npy'.length);
    directory.writeUInt32LE(local.length + bomb.length, directory.length - 6);
    const file = Buffer.concat([local, bomb, directory]);
    assert.throws(() => readNpz(file, 'a.npz', LIMIT), { code: 'MALFORMED', message: /cannot be unpacked/ });
  });
});
