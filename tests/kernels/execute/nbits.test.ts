// Weights in blocks of 2, 4 or 8 bits: SIMD equals the scalar reference and the definition, one rounding a step, over
// every length around the lanes and the blocks; indices outside of their axis are told, not followed.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import {
  type BlockZeroPoints,
  dequantizeRows,
  fewRowsCall,
  GATHER_BLOCKS_BYTES,
  type GatherBlocks,
  gatherBlocks,
  unpackRows,
} from '../../../ts-host/wasm/kernels/execute/nbits.js';
import { Rng } from '../../support/rng.js';
import { ENGINES } from './engines.js';
import { assertSameFloats, withHeapGuards } from './guarded-heap.js';

const SPECIAL_SCALES = [Number.NaN, Number.POSITIVE_INFINITY, -0, 1e-45, -3e38, 1e-40];

/** Code `index` of `bits` bits in a stream, least significant bit first. */
function codeAt(bytes: Uint8Array, index: number, bits: number): number {
  const at = index * bits;
  return (bytes[at >> 3]! >> (at & 7)) & (2 ** bits - 1);
}

function scalesOf(rng: Rng, count: number, special: boolean): Float32Array {
  return rng
    .normal(count)
    .map((scale, i) => (special && i % 3 === 0 ? SPECIAL_SCALES[rng.int(0, 5)]! : scale));
}

describe('nbits_products_f32', () => {
  for (const kind of ['codes', 'floats', 'middle'] as const) {
    it(`zero points: ${kind} -> products of rows with decoded weights, equal bits in both engines`, () => {
      const rng = new Rng(kind.length + 7);
      for (let round = 0; round < 24; round++) {
        const [m, n, bits] = [rng.int(0, 9), rng.int(0, 5), [4, 8][round % 2]!];
        const block = [16, 32, 64][round % 3]!;
        const k = block * rng.int(0, 3);
        const blocks = k / block;
        const [a, b] = [rng.normal(m * k), rng.bytes((n * k * bits) / 8)];
        const scales = scalesOf(rng, n * blocks, round % 8 === 7);
        const points = kind === 'floats' ? rng.normal(n * blocks, 10) : rng.bytes(n * blocks);
        const bias = rng.normal(n);
        const outs = ENGINES.map(([, engine]) => {
          const out = new Float32Array(m * n);
          const arrays = [a.slice(), b.slice(), scales.slice(), points.slice(), bias.slice(), out];
          withHeapGuards(engine, arrays, 4 * (round % 4), (x, w, s, z, c, y) => {
            const zeroPoints: BlockZeroPoints =
              kind === 'middle' ? { kind, value: 8 } : { kind, address: z! };
            const weights = { address: w!, scales: s!, zeroPoints, n, k, block, bits };
            const rows = { a: x!, bias: round % 2 ? c! : 0, out: y!, m };
            engine.kernels.nbits_products_f32!(...fewRowsCall(weights, rows, 0, n >> 1));
            engine.kernels.nbits_products_f32!(...fewRowsCall(weights, rows, n >> 1, n));
          });
          return out;
        });
        assertSameFloats(outs[0]!, outs[1]!, `round ${round}: ${m} x ${k} x ${n}, ${bits} bits`);
        if (round % 8 === 7) continue;
        outs[0]!.forEach((value, i) => {
          const [row, column] = [Math.floor(i / n), i % n];
          let [sum, size] = [round % 2 ? bias[column]! : 0, 1];
          for (let d = 0; d < k; d++) {
            const place = column * blocks + Math.floor(d / block);
            const zero = kind === 'middle' ? 8 : points[place]!;
            const term = a[row * k + d]! * (codeAt(b, column * k + d, bits) - zero) * scales[place]!;
            sum += term;
            size += Math.abs(term);
          }
          assert.ok(Math.abs(value - sum) <= size * 1e-5, `round ${round}: ${value}, not ${sum}`);
        });
      }
    });
  }
});

describe('dequantize_rows_f32', () => {
  for (const kind of ['codes', 'floats', 'middle'] as const) {
    it(`zero points: ${kind} -> (code − zero point) · scale, equal bits in both engines`, () => {
      const rng = new Rng(kind.length);
      for (let depth = 0; depth < 40; depth++) {
        const [rows, block] = [rng.int(0, 3), [1, 3, 8, 16, 32, 64][depth % 6]!];
        const blocks = rows * Math.ceil(depth / block);
        const codes = rng.bytes(rows * depth);
        const scales = scalesOf(rng, blocks, depth % 4 === 3);
        const points = kind === 'floats' ? rng.normal(blocks, 100) : rng.bytes(blocks);
        const expected = Float32Array.from(codes, (code, i) => {
          const index = Math.floor(i / depth) * Math.ceil(depth / block) + Math.floor((i % depth) / block);
          const zero = kind === 'middle' ? 128 : points[index]!;
          return Math.fround(code - zero) * scales[index]!;
        });
        for (const [name, engine] of ENGINES) {
          const out = new Float32Array(codes.length);
          withHeapGuards(
            engine,
            [codes.slice(), scales.slice(), points.slice(), out],
            4 * (depth % 4),
            (q, s, z, y) => {
              const zeroPoints: BlockZeroPoints =
                kind === 'middle' ? { kind, value: 128 } : { kind, address: z! };
              dequantizeRows(engine.kernels, q!, y!, [rows, depth, block], s!, zeroPoints);
            },
          );
          assertSameFloats(out, expected, `${name}: ${rows} rows of ${depth}, blocks of ${block}`);
        }
      }
    });
  }

  it('rows of packed codes -> bytes, each row padded to whole bytes', () => {
    const rng = new Rng(3);
    for (const bits of [2, 4, 8]) {
      for (let depth = 1; depth < 20; depth++) {
        const padded = Math.ceil((depth * bits) / 8) * (8 / bits);
        const packed = rng.bytes((3 * padded * bits) / 8);
        const expected = Array.from({ length: 3 * depth }, (_, i) =>
          codeAt(packed, Math.floor(i / depth) * padded + (i % depth), bits),
        );
        for (const [, engine] of ENGINES) {
          const out = new Uint8Array(3 * depth);
          withHeapGuards(engine, [packed.slice(), out], depth % 3, (from, to) =>
            unpackRows(engine.kernels, from!, to!, 3, depth, padded, bits),
          );
          assert.deepEqual([...out], expected, `${bits} bits, ${depth}`);
        }
      }
    }
  });
});

interface Table {
  readonly shape: GatherBlocks;
  readonly outer: number;
  readonly data: Uint8Array;
  readonly indices: BigInt64Array | Int32Array;
  readonly scales: Float32Array;
  readonly zeroPoints: Uint8Array;
  readonly hasZeroPoints: boolean;
}

/** [outer, gathered, inner], blocks along the last dim, or along the gathered one if `after` is not 1. */
function tableOf(rng: Rng, n: number): Table {
  const [outer, gathered, depth] = [rng.int(1, 2), rng.int(1, 5), 2 * rng.int(1, 12)];
  const [bits, block] = [[4, 8, 2][n % 3]!, [16, 4, 8][n % 2]!];
  const rows = outer * gathered;
  const perRow = Math.ceil(depth / block);
  const indexCount = rng.int(0, 6);
  const list = Array.from({ length: indexCount }, () => rng.int(-gathered, gathered - 1));
  const indices = n % 2 === 0 ? BigInt64Array.from(list, BigInt) : Int32Array.from(list);
  const zeroPointRowCodes = Math.ceil((perRow * bits) / 8) * (8 / bits);
  const shape: GatherBlocks = {
    ...{ gathered, inner: depth, indexCount, indexBytes: n % 2 === 0 ? 8 : 4, depth, after: 1, block, bits },
    ...{ signed: n % 5 < 2, middle: n % 4, zeroPointRow: perRow, zeroPointRowCodes },
  };
  return {
    ...{ shape, outer, indices, scales: rng.normal(rows * perRow), hasZeroPoints: n % 7 > 2 },
    data: rng.bytes(Math.ceil((rows * depth * bits) / 8)),
    zeroPoints: rng.bytes(Math.ceil((rows * zeroPointRowCodes * bits) / 8)),
  };
}

function gatheredBy(
  engine: ExecutionEngine,
  table: Table,
  from: number,
  to: number,
  out: Float32Array,
): number {
  const block = engine.heap.alloc(GATHER_BLOCKS_BYTES);
  const { data, indices, scales, zeroPoints } = table;
  let status = 0;
  withHeapGuards(
    engine,
    [data.slice(), indices.slice(), scales.slice(), zeroPoints.slice(), out],
    8,
    (...at) => {
      const [d, i, s, z, y] = at as [number, number, number, number, number];
      const places = { data: d, indices: i, scales: s, zeroPoints: table.hasZeroPoints ? z : 0, out: y };
      status = gatherBlocks(engine, block, table.shape, places, from, to);
    },
  );
  engine.heap.free(block);
  return status;
}

describe('gather_blocks_f32', () => {
  it('rows of 2, 4 and 8 bits, signed and not, with and without zero points -> the definition', () => {
    const rng = new Rng(17);
    for (let n = 0; n < 60; n++) {
      const table = tableOf(rng, n);
      const { gathered, depth, block, bits, signed, middle, zeroPointRow, zeroPointRowCodes } = table.shape;
      const code = (bytes: Uint8Array, at: number): number => {
        const value = codeAt(bytes, at, bits);
        return signed && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
      };
      const rows = Array.from({ length: table.outer }, (_, o) => o).flatMap((o) =>
        Array.from(
          table.indices as ArrayLike<number | bigint>,
          (index) => o * gathered + ((Number(index) + gathered) % gathered),
        ),
      );
      const expected = Float32Array.from(
        rows.flatMap((row) =>
          Array.from({ length: depth }, (_, i) => {
            const scale = row * zeroPointRow + Math.floor(i / block);
            const point = row * zeroPointRowCodes + Math.floor(i / block);
            const zero = table.hasZeroPoints ? code(table.zeroPoints, point) : middle;
            return (code(table.data, row * depth + i) - zero) * table.scales[scale]!;
          }),
        ),
      );
      for (const [name, engine] of ENGINES) {
        const out = new Float32Array(expected.length);
        const half = Math.floor(rows.length / 2);
        assert.equal(gatheredBy(engine, table, 0, half, out), -1);
        assert.equal(gatheredBy(engine, table, half, rows.length, out), -1);
        assertSameFloats(out, expected, `${name}: ${JSON.stringify(table.shape)}`);
      }
    }
  });

  it('an index outside of the axis -> its place', () => {
    const table = tableOf(new Rng(1), 0);
    for (const index of [BigInt(table.shape.gathered), BigInt(-table.shape.gathered - 1), 2n ** 40n]) {
      const indices = BigInt64Array.of(0n, index);
      const wrong = { ...table, indices, shape: { ...table.shape, indexCount: 2, indexBytes: 8 as const } };
      for (const [, engine] of ENGINES) {
        const out = new Float32Array(2 * table.shape.depth);
        assert.equal(gatheredBy(engine, wrong, 0, 2, out), 1, String(index));
      }
    }
  });
});
