// Octavo's own small binary files: fields written and read, never beyond the end; hashes of streams.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { OctavoError } from '../../ts-host/errors.js';
import { DIGEST_BYTES, equalBytes, StreamDigest, sha256, shortHash } from '../../ts-host/io/digest.js';
import { FieldReader, FieldWriter } from '../../ts-host/io/fields.js';
import { fails, seededBytes } from './support.js';

const invalid = (problem: string, offset: number) => new OctavoError('STATS_INVALID', problem, { offset });
const reader = (bytes: Uint8Array) => new FieldReader(bytes, invalid);

describe('fields', () => {
  it('any fields -> read as they were written, and nothing left', () => {
    const field = fc.oneof(
      fc.record({ kind: fc.constant('u32' as const), value: fc.nat() }),
      fc.record({
        kind: fc.constant('text' as const),
        value: fc.string({ unit: 'grapheme', maxLength: 3000 }),
      }),
      fc.record({ kind: fc.constant('bytes' as const), value: fc.uint8Array({ maxLength: 3000 }) }),
    );
    fc.assert(
      fc.property(fc.array(field, { maxLength: 20 }), (fields) => {
        const writer = new FieldWriter();
        for (const { kind, value } of fields) {
          if (kind === 'u32') writer.u32(value);
          else if (kind === 'text') writer.text(value);
          else writer.bytes(value);
        }
        const written = writer.take();
        assert.equal(writer.byteLength, 0);
        const back = reader(written);
        for (const { kind, value } of fields) assert.deepEqual(back[kind]('a field'), value);
        back.end();
      }),
    );
  });

  it('one NaN for all, whole numbers only where they are asked for', () => {
    const nan = new DataView(Uint8Array.of(1, 0, 0, 0, 0, 0, 0xf8, 0xff).buffer).getFloat64(0, true);
    assert.deepEqual(new FieldWriter().f64(nan).take(), new FieldWriter().f64(Number.NaN).take());
    assert.equal(reader(new FieldWriter().f64(2 ** 53 - 1).take()).whole('n'), 2 ** 53 - 1);
    for (const value of [0.5, -1, Number.NaN, 2 ** 53, Infinity]) {
      assert.throws(() => reader(new FieldWriter().f64(value).take()).whole('n'), /n is no whole number/);
    }
  });

  it('bytes that end early, a length beyond the end, bytes behind it -> the error, with the offset', () => {
    assert.throws(() => reader(Uint8Array.of(1, 2)).u32('the count'), /ends inside the count \(byte 0\)/);
    const long = new FieldWriter().u32(7).u32(0xffffffff).take();
    const back = reader(long);
    assert.equal(back.u32('first'), 7);
    assert.throws(() => back.bytes('the name'), /ends inside the name \(byte 8\)/);
    assert.throws(() => reader(Uint8Array.of(0)).end(), /bytes follow/);
    assert.throws(
      () => reader(new FieldWriter().bytes(Uint8Array.of(0xc0)).take()).text('it'),
      /it is no text/,
    );
  });
});

describe('digests', () => {
  it('a stream however it is cut -> one hash; of other bytes or another length another', async () => {
    const bytes = seededBytes(2_500_000);
    const hashOf = async (data: Uint8Array, step: number): Promise<Uint8Array> => {
      const digest = new StreamDigest();
      for (let at = 0; at < data.byteLength; at += step) await digest.update(data.subarray(at, at + step));
      return digest.end();
    };
    const whole = await hashOf(bytes, bytes.byteLength);
    assert.equal(whole.byteLength, DIGEST_BYTES);
    for (const step of [1 << 20, 999_983, 65_536]) assert.deepEqual(await hashOf(bytes, step), whole);
    assert.ok(!equalBytes(await hashOf(bytes.subarray(0, -1), 1 << 20), whole));
    const pieces = [0, 1, 2].map((at) => sha256(bytes.subarray(at << 20, (at + 1) << 20)));
    const list = (await Promise.all(pieces)).flatMap((piece) => [...piece]);
    assert.deepEqual(await sha256(Uint8Array.from(list)), whole);
    assert.equal(shortHash(await sha256(new Uint8Array())), 'e3b0c44298fc');
  });

  it('a runtime without crypto.subtle -> CRYPTO_UNAVAILABLE', async () => {
    const property = Object.getOwnPropertyDescriptor(globalThis, 'crypto')!;
    Object.defineProperty(globalThis, 'crypto', { ...property, get: () => ({}) });
    try {
      await fails(() => sha256(new Uint8Array(1)), 'CRYPTO_UNAVAILABLE');
    } finally {
      Object.defineProperty(globalThis, 'crypto', property);
    }
  });
});
