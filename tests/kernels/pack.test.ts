// Bit packing: every width, every tail, round trips, and the blob layouts of ONNX and MindSpore by example.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OctavoError } from '../../ts-host/errors.js';
import type { Engine } from '../../ts-host/wasm/engine.js';
import {
  type BlockLayout,
  packBits,
  packBlocks,
  packedBlockBytes,
  packedBytes,
  packNibbles,
  unpackBits,
  unpackBlocks,
  unpackNibbles,
} from '../../ts-host/wasm/kernels/pack.js';
import { referenceEngine, simdEngine } from '../support/engine.js';
import { packedStream } from '../support/pack-oracle.js';
import { Rng } from '../support/rng.js';
import { runGuarded } from './guarded.js';

const SIMD = await simdEngine();
const REFERENCE = await referenceEngine();
const ENGINES: ReadonlyArray<readonly [string, Engine]> = [
  ['simd', SIMD],
  ['reference', REFERENCE],
];
/** Three steps of the widest loop, 64 codes, and all its tails. */
const LENGTHS = Array.from({ length: 200 }, (_, i) => i);

/** Calls `kernel(input, out, length, ...rest)` guarded, on both engines, and returns the output both agree on. */
function agreed(
  kernel: string,
  input: ArrayBufferView,
  outBytes: number,
  misalignment: number,
  rest: number[],
) {
  const [simd, reference] = ENGINES.map(([, engine]) =>
    runGuarded(engine, [input], outBytes, misalignment, ([inputPtr], outPtr) =>
      engine.simd[kernel]!(inputPtr!, outPtr, ...rest),
    ),
  );
  assert.deepEqual(simd, reference, `${kernel} ${rest}, misalignment ${misalignment}`);
  return simd!;
}

for (const bits of [4, 2] as const) {
  test(`pack_u8_u${bits} and back at every length 0..199 and misalignment -> the stream, then the codes`, () => {
    const rng = new Rng(bits);
    for (const length of LENGTHS) {
      const misalignment = length % 17;
      const codes = rng.bytes(length);
      const packed = agreed(`pack_u8_u${bits}`, codes, packedBytes(length, bits), misalignment, [length]);
      assert.deepEqual(packed, packedStream(codes, bits));
      const unsigned = agreed(`unpack_u${bits}_u8`, packed, length, misalignment, [length]);
      assert.deepEqual(
        unsigned,
        codes.map((code) => code % 2 ** bits),
      );
      const signed = agreed(`unpack_i${bits}_i8`, packed, length, misalignment, [length]);
      assert.deepEqual(
        new Int8Array(signed.buffer),
        Int8Array.from(codes, (code) => (code << (32 - bits)) >> (32 - bits)),
      );
    }
  });
}

for (let bits = 1; bits <= 16; bits++) {
  test(`pack_bits of ${bits} bits and back at every length 0..99 and misalignment -> the stream, then the codes`, () => {
    const rng = new Rng(bits);
    for (const length of LENGTHS.slice(0, 100)) {
      const misalignment = length % 17;
      const words = Uint16Array.from({ length }, () => rng.uint32());
      const packed = agreed('pack_bits_u16', words, packedBytes(length, bits), misalignment, [length, bits]);
      assert.deepEqual(packed, packedStream(words, bits));
      const unpacked = agreed('unpack_bits_u16', packed, 2 * length, misalignment, [length, bits]);
      const codes = words.map((word) => word % 2 ** bits);
      assert.deepEqual(new Uint16Array(unpacked.buffer), codes);
      if (bits > 8) continue;
      const bytes = Uint8Array.from(words);
      assert.deepEqual(agreed('pack_bits_u8', bytes, packed.length, misalignment, [length, bits]), packed);
      const narrow = agreed('unpack_bits_u8', packed, length, misalignment, [length, bits]);
      assert.deepEqual(narrow, Uint8Array.from(codes));
    }
  });
}

for (const bits of [2, 4, 8] as const) {
  test(`pack_rows_u8 of ${bits} bits, whole and cut blocks -> each row's padded stream, and back`, () => {
    const rng = new Rng(bits);
    for (const depth of [0, 1, 2, 3, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 70, 128, 131]) {
      for (const block of [8 / bits, 16, 32, 128]) {
        const rows = rng.int(0, 4);
        const pad = rng.int(0, 2 ** bits - 1);
        const padded = Math.ceil(depth / block) * block;
        const codes = rng.bytes(rows * depth);
        const expected: number[] = [];
        for (let r = 0; r < rows; r++) {
          const row = [...codes.subarray(r * depth, (r + 1) * depth), ...new Array(padded - depth).fill(pad)];
          expected.push(...packedStream(row, bits));
        }
        const misalignment = depth % 16;
        const packed = agreed('pack_rows_u8', codes, expected.length, misalignment, [
          rows,
          depth,
          padded,
          bits,
          pad,
        ]);
        assert.deepEqual([...packed], expected);
        const back = agreed('unpack_rows_u8', packed, codes.length, misalignment, [
          rows,
          depth,
          padded,
          bits,
        ]);
        assert.deepEqual(
          back,
          codes.map((code) => code % 2 ** bits),
        );
      }
    }
  });
}

for (const [name, engine] of ENGINES) {
  test(`${name} packNibbles of signed codes -> ONNX int4 and int2 bytes, and back`, () => {
    const int4 = new Int8Array([1, -1, 7, -8, 3]);
    const packed = new Uint8Array(3);
    packNibbles(engine, int4, packed, 4);
    assert.deepEqual([...packed], [0xf1, 0x87, 0x03]);
    const back = new Int8Array(5);
    unpackNibbles(engine, packed, back, 4);
    assert.deepEqual(back, int4);
    const int2 = new Int8Array([1, -1, -2, 0, 1]);
    const packed2 = new Uint8Array(2);
    packNibbles(engine, int2, packed2, 2);
    assert.deepEqual([...packed2], [0b00_10_11_01, 0b01]);
    unpackNibbles(engine, packed2, back, 2);
    assert.deepEqual(back, int2);
  });

  test(`${name} packBits of three-bit codes -> MindSpore's bytes: LSB first, zero filled`, () => {
    const codes = new Uint8Array([5, 3, 7, 1]);
    const packed = new Uint8Array(2);
    packBits(engine, codes, packed, 3);
    assert.deepEqual([...packed], [0b11_011_101, 0b0000_001_1]);
    const back = new Uint16Array(4);
    unpackBits(engine, packed, back, 3);
    assert.deepEqual([...back], [5, 3, 7, 1]);
  });

  test(`${name} packBlocks of two rows of five, blocks of four -> low nibble first, rows on bytes, pad code`, () => {
    const layout: BlockLayout = { rows: 2, depth: 5, block: 4, bits: 4, pad: 8 };
    const packed = new Uint8Array(packedBlockBytes(layout));
    const codes = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    packBlocks(engine, codes, packed, layout);
    assert.deepEqual([...packed], [0x10, 0x32, 0x84, 0x88, 0x65, 0x87, 0x89, 0x88]);
    const back = new Uint8Array(10);
    unpackBlocks(engine, packed, back, layout);
    assert.deepEqual(back, codes);
  });
}

test('packBlocks of more rows than a tile holds -> each row as packed alone, and back', () => {
  for (const [rows, depth] of [
    [400, 700],
    [3, 70_001],
    [70_000, 3],
  ] as const) {
    const layout: BlockLayout = { rows, depth, block: 32, bits: 4, pad: 8 };
    const codes = new Rng(rows).bytes(rows * depth).map((code) => code & 15);
    const packed = new Uint8Array(packedBlockBytes(layout));
    packBlocks(SIMD, codes, packed, layout);
    const rowBytes = packed.length / rows;
    for (const row of [0, 1, Math.floor(rows / 2), rows - 1]) {
      const alone = new Uint8Array(rowBytes);
      packBlocks(REFERENCE, codes.subarray(row * depth, (row + 1) * depth), alone, { ...layout, rows: 1 });
      assert.deepEqual(packed.subarray(row * rowBytes, (row + 1) * rowBytes), alone);
    }
    const back = new Uint8Array(codes.length);
    unpackBlocks(SIMD, packed, back, layout);
    assert.ok(Buffer.from(back).equals(codes));
  }
});

test('packBits of 4 MiB of codes -> unpackBits gives them back', () => {
  const codes = new Rng(1).bytes(4 << 20).map((code) => code & 31);
  const packed = new Uint8Array(packedBytes(codes.length, 5));
  packBits(SIMD, codes, packed, 5);
  const back = new Uint8Array(codes.length);
  unpackBits(SIMD, packed, back, 5);
  assert.ok(Buffer.from(back).equals(codes));
});

const byte = new Uint8Array(1);
const REFUSED: ReadonlyArray<readonly [string, string, () => void]> = [
  ['packNibbles with a wrong length', 'out', () => packNibbles(SIMD, byte, new Uint8Array(2), 4)],
  ['packNibbles with three bits', 'bits', () => packNibbles(SIMD, byte, byte, 3 as 4)],
  ['unpackNibbles with a wrong length', 'packed', () => unpackNibbles(SIMD, byte, new Int8Array(5), 4)],
  ['packBits with nine bits of bytes', 'bits', () => packBits(SIMD, byte, byte, 9)],
  ['packBits with no bits', 'bits', () => packBits(SIMD, byte, byte, 0)],
  ['packBits with 17 bits', 'bits', () => packBits(SIMD, new Uint16Array(1), byte, 17)],
  ['unpackBits with a wrong length', 'packed', () => unpackBits(SIMD, byte, new Uint8Array(3), 3)],
  [
    'packBlocks with rows off bytes',
    'block · bits / 8',
    () => packBlocks(SIMD, byte, byte, { rows: 1, depth: 1, block: 3, bits: 4 }),
  ],
  [
    'packBlocks with a pad past its bits',
    'pad',
    () => packBlocks(SIMD, byte, byte, { rows: 1, depth: 1, block: 2, bits: 4, pad: 16 }),
  ],
  [
    'unpackBlocks with a wrong length',
    'packed',
    () => unpackBlocks(SIMD, byte, byte, { rows: 1, depth: 1, block: 16, bits: 4 }),
  ],
];
for (const [what, field, call] of REFUSED) {
  test(`${what} -> INVALID_ARGUMENT naming ${field}`, () => {
    assert.throws(
      call,
      (error) =>
        error instanceof OctavoError && error.code === 'INVALID_ARGUMENT' && error.place.field === field,
    );
  });
}
