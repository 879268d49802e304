// Kernels of PNG: inflating against zlib, sums against zlib and the definition, whatever the pieces. Filters and pixels are
// judged on whole files in tests/data/images.test.ts.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { constants, deflateRawSync } from 'node:zlib';
import {
  adler32,
  beginInflate,
  crc32,
  expandRow,
  inflateBytes,
  inflateMore,
  inflatePosition,
  unfilter,
} from '../../../ts-host/wasm/kernels/images/png.js';
import { imageEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { withHeapGuards } from '../execute/guarded-heap.js';

const engine = await imageEngine();

interface Inflated {
  readonly status: string;
  readonly out: Uint8Array;
  readonly written: number;
  readonly left: number;
}

function inflated(packed: Uint8Array, room: number, budget: number): Inflated {
  const out = new Uint8Array(room);
  const state = new Uint8Array(inflateBytes(engine));
  let status = 'goes on';
  let [written, left] = [0, 0];
  withHeapGuards(engine, [packed, out, state], 8, (x, to, at) => {
    beginInflate(engine, at!, { at: x!, end: x! + packed.length }, { at: to!, end: to! + room });
    for (let turns = 0; status === 'goes on'; turns++) {
      assert.ok(turns <= packed.length * 1032 + room + 10, 'inflating does not end');
      status = inflateMore(engine, at!, budget);
    }
    const position = inflatePosition(engine, at!);
    written = position.to - to!;
    left = x! + packed.length - position.from;
  });
  return { status, out, written, left };
}

function randomBytes(rng: Rng, count: number, kind: number): Uint8Array {
  if (kind === 0) return rng.bytes(count);
  if (kind === 1) return Uint8Array.from({ length: count }, () => rng.int(0, 3) * 17);
  if (kind === 2) return new Uint8Array(count).fill(rng.int(0, 255));
  return Uint8Array.from({ length: count }, (_, i) => (i * i) >> 5);
}

describe('inflate', () => {
  it('what zlib deflates, in pieces of any size -> the bytes, and no byte too far', () => {
    const rng = new Rng(1);
    const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY } = constants;
    for (let round = 0; round < 80; round++) {
      const bytes = randomBytes(rng, rng.int(0, round % 10 === 0 ? 90000 : 3000), round % 4);
      const strategy = [Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE][rng.int(0, 3)]!;
      const packed = deflateRawSync(bytes, { level: rng.int(0, 9), strategy });
      const stream = Uint8Array.from([...packed, 1, 2, 3, 4]);
      const budget = round % 3 === 0 ? rng.int(1, 50) : 1 << 19;
      const { status, out, written, left } = inflated(stream, bytes.length + 1, budget);
      assert.deepEqual([status, written, left], ['done', bytes.length, 4], `${round}`);
      assert.deepEqual(out.subarray(0, written), bytes, `${round}`);
    }
  });

  it('too much for the room -> stops there', () => {
    const bytes = new Rng(2).bytes(1000);
    const { status, out, written } = inflated(deflateRawSync(bytes), 600, 1 << 19);
    assert.deepEqual([status, written], ['done', 600]);
    assert.deepEqual(out, bytes.slice(0, 600));
  });

  it('cut anywhere -> cut', () => {
    const bytes = randomBytes(new Rng(3), 2000, 1);
    for (const level of [0, 1, 9]) {
      const packed = deflateRawSync(bytes, { level });
      for (let length = 0; length < packed.length; length += 1 + (length >> 4)) {
        assert.equal(
          inflated(packed.subarray(0, length), 2001, 1 << 19).status,
          'cut',
          `${level}: ${length}`,
        );
      }
    }
  });

  it('broken streams -> broken', () => {
    const broken = {
      'reserved block': [0b111],
      'stored length': [1, 5, 0, 0, 0, 1, 2, 3, 4, 5],
      'too many lengths': [0b11111101, 0xff, 0xff, 0xff],
      'distance behind the start': [0x03, 0x02, 0x00, 0x00],
    };
    for (const [name, bytes] of Object.entries(broken)) {
      assert.equal(inflated(Uint8Array.from(bytes), 100, 1 << 19).status === 'broken', true, name);
    }
  });

  it('any bytes -> an end, within the room', () => {
    const rng = new Rng(4);
    for (let round = 0; round < 400; round++) {
      const { status } = inflated(rng.bytes(rng.int(0, 60)), rng.int(0, 400), rng.int(1, 100));
      assert.ok(['done', 'broken', 'cut'].includes(status));
    }
  });
});

describe('sums', () => {
  it('crc32, adler32 -> the known ones, whatever the pieces', () => {
    const text = new TextEncoder().encode('123456789');
    withHeapGuards(engine, [text], 3, (at) => {
      assert.equal(crc32(engine, at!, 9), 0xcbf43926);
      assert.equal(crc32(engine, at! + 4, 5, crc32(engine, at!, 4)), 0xcbf43926);
      assert.equal(adler32(engine, at!, 9), 0x091e01de);
      assert.equal(adler32(engine, at! + 4, 5, adler32(engine, at!, 4)), 0x091e01de);
      assert.deepEqual([crc32(engine, at!, 0), adler32(engine, at!, 0)], [0, 1]);
    });
  });

  it('adler32 of many large bytes -> the definition', () => {
    const bytes = new Uint8Array(20000).fill(255);
    let [a, b] = [1, 0];
    for (const byte of bytes) {
      a = (a + byte) % 65521;
      b = (b + a) % 65521;
    }
    withHeapGuards(engine, [bytes], 0, (at) => {
      assert.equal(adler32(engine, at!, bytes.length), b * 65536 + a);
    });
  });
});

describe('rows', () => {
  it('a filter that there is not -> refused; rows are touched nowhere else', () => {
    const rows = Uint8Array.of(1, 10, 1, 2, 2, 5, 5, 5, 5, 0, 0, 0);
    withHeapGuards(engine, [rows], 1, (at) => {
      assert.equal(unfilter(engine, at!, 3, 3, 1, 0), false);
    });
    assert.deepEqual([...rows], [1, 10, 11, 13, 2, 15, 16, 18, 5, 0, 0, 0]);
  });

  it('png_expand -> exactly its pixels, wherever they are to stand', () => {
    const row = Uint8Array.of(0b10110000);
    const out = new Uint8Array(3 * 7);
    withHeapGuards(engine, [row, out], 1, (at, to) => {
      expandRow(engine, at!, 4, { color: 0, depth: 1, palette: 0 }, to!, 6);
    });
    assert.deepEqual(
      [...out].filter((_, i) => i % 3 === 0),
      [255, 0, 0, 0, 255, 0, 255],
    );
  });
});
