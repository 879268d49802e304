// Codes of whole tensors, of blocks and of turned matrices against the plain oracle: every storage type, chunks that end
// in the middle of a byte, blocks that do not divide the axis, tensors that are cut in pieces and panels.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { CodeDType } from '../../ts-host/ir/dtype.js';
import { DTYPE_BITS } from '../../ts-host/ir/dtype.js';
import { absmax } from '../../ts-host/observers/absmax.js';
import { blockTensors } from '../../ts-host/tensor/blockCodes.js';
import { blockRows } from '../../ts-host/tensor/blockRows.js';
import { CodePacker, codesData, codesOf } from '../../ts-host/tensor/codes.js';
import { scaleLayout } from '../../ts-host/tensor/layout.js';
import { ScaleSlot } from '../../ts-host/tensor/scaleSlot.js';
import { turnedCodes } from '../../ts-host/tensor/turnedCodes.js';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { simdEngine } from '../support/engine.js';
import { packedStream } from '../support/pack-oracle.js';
import { Rng } from '../support/rng.js';
import { bytesOf, floatTensorOf } from '../support/tensors.js';
import { absmaxOracle, type OracleGranularity, quantizedOracle } from '../support/weight-oracle.js';

let engine: Engine;
before(async () => {
  engine = await simdEngine();
});

const RANGES: readonly [CodeDType, number, number, boolean][] = [
  ['int2', -1, 1, true],
  ['uint2', 0, 3, false],
  ['int4', -7, 7, true],
  ['int4', -8, 7, false],
  ['uint4', 0, 15, false],
  ['int8', -127, 127, true],
  ['int8', -15, 15, true],
  ['uint8', 0, 255, false],
  ['uint8', 0, 255, true],
  ['int16', -32767, 32767, true],
  ['uint16', 0, 65535, false],
];

/** Codes as a file stores them: in parts that fill whole bytes, since the oracle's big integers are slow. */
function stored(dtype: CodeDType, codes: ArrayLike<number>): Uint8Array {
  return packed(codes, DTYPE_BITS[dtype]);
}

function packed(codes: ArrayLike<number>, bits: number): Uint8Array {
  const part = 4096;
  const parts: Uint8Array[] = [];
  for (let at = 0; at < codes.length; at += part) {
    parts.push(packedStream(Array.prototype.slice.call(codes, at, at + part), bits));
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Equality of long arrays, with the first difference named. */
function assertSame(actual: Uint8Array, expected: Uint8Array, what: string): void {
  assert.equal(actual.byteLength, expected.byteLength, what);
  const at = actual.findIndex((byte, i) => byte !== expected[i]);
  assert.equal(at, -1, `${what} differs at byte ${at}`);
}

for (const [dtype, qmin, qmax, symmetric] of RANGES) {
  for (const granularity of [
    { kind: 'tensor' },
    { kind: 'channel', axis: 0 },
    { kind: 'channel', axis: 1 },
    { kind: 'channel', axis: 2 },
  ] as const) {
    const per = granularity.kind === 'tensor' ? 'tensor' : `channel of axis ${granularity.axis}`;
    test(`codesData ${dtype} [${qmin}, ${qmax}] per ${per}, an odd count -> the oracle's bytes`, async () => {
      const dims = [3, 5, 7];
      const values = new Rng(qmax).normal(105);
      const rule = { qmin, qmax, symmetric };
      const expected = quantizedOracle(values, dims, granularity, rule);
      for (const lengths of [[4], [12, 4], [1000]]) {
        const tensor = floatTensorOf(dims, values, 'float32', lengths);
        const { scale, zeroPoint } = expected;
        const params = { layout: scaleLayout(dims, granularity), scale, zeroPoint, qmin, qmax };
        const data = codesData(engine, tensor, dtype, params);
        assert.deepEqual(await bytesOf(data), stored(dtype, expected.codes));
      }
    });
  }
}

test('CodePacker any cut of the codes -> the bytes of one stream', () => {
  const rng = new Rng(8);
  for (const dtype of ['int2', 'uint2', 'int4', 'uint4', 'int8', 'uint16'] as const) {
    for (let round = 0; round < 40; round++) {
      const bits = DTYPE_BITS[dtype];
      const codes = Array.from({ length: rng.int(0, 30) }, () => rng.int(0, 2 ** Math.min(bits, 7) / 2 - 1));
      const packer = new CodePacker(engine, dtype);
      const parts: Uint8Array[] = [];
      for (let at = 0; at < codes.length; ) {
        const next = at + rng.int(0, 5);
        parts.push(packer.push(codesOf(dtype, codes.slice(at, next))));
        at = next;
      }
      parts.push(packer.end());
      assert.deepEqual(new Uint8Array(Buffer.concat(parts)), stored(dtype, codes));
    }
  }
});

async function assertBlocks(
  dims: readonly number[],
  granularity: Extract<OracleGranularity, { kind: 'block' }>,
  [dtype, qmin, qmax, symmetric]: (typeof RANGES)[number],
  lengths: readonly number[] = [4 * 1024 * 1024],
): Promise<void> {
  const values = new Rng(11).normal(dims.reduce((a, b) => a * b, 1));
  const rule = { qmin, qmax, symmetric };
  const expected = quantizedOracle(values, dims, granularity, rule);
  const tensor = floatTensorOf(dims, values, 'float32', lengths);
  const layout = scaleLayout(dims, granularity);
  const parts = blockTensors(engine, tensor, layout, dtype, rule, absmax, new ScaleSlot());
  assertSame(await bytesOf(parts.scale), new Uint8Array(expected.scale.buffer), 'scale');
  assertSame(await bytesOf(parts.zeroPoint), stored(dtype, expected.zeroPoint), 'zeroPoint');
  assertSame(await bytesOf(parts.codes), stored(dtype, expected.codes), 'codes');
}

for (const range of RANGES) {
  test(`blockTensors ${range[0]} [${range[1]}, ${range[2]}] on any axis -> the oracle's tensors`, async () => {
    for (const blockSize of [1, 3, 4, 16]) {
      for (const axis of [0, 1, 2]) {
        await assertBlocks([5, 7, 3], { kind: 'block', axis, blockSize }, range, [28, 4]);
      }
    }
  });
}

/** Over 2^20 elements a row is cut along depth; below, rows go several at a time. Both depths leave a last block. */
const LARGE: readonly [string, number[], number, number][] = [
  ['rows several at a time', [1200, 1001], 1, 32],
  ['one row cut along depth', [1501, 800], 0, 32],
  ['several rows, each cut', [2, 1111, 1000], 1, 64],
  ['a block larger than a piece', [40, 30_011], 0, 64],
];
for (const [title, dims, axis, blockSize] of LARGE) {
  test(`blockTensors ${title} -> the oracle's tensors`, async () => {
    await assertBlocks(dims, { kind: 'block', axis, blockSize }, ['uint4', 0, 15, false]);
  });
}

interface RowsCase {
  readonly rows: number;
  readonly depth: number;
  readonly block: number;
  readonly bits: 2 | 4 | 8;
  readonly symmetric: boolean;
  readonly panelBytes?: number;
}

/** blockRows in both orders against blocks along each row of [rows, depth]. */
async function assertRows(rowsCase: RowsCase): Promise<void> {
  const { rows, depth, block, bits, symmetric } = rowsCase;
  const values = new Rng(rows + depth).normal(rows * depth);
  const rule = { qmin: 0, qmax: 2 ** bits - 1, symmetric };
  const blocks = Math.ceil(depth / block);
  const granularity = { kind: 'block', axis: 1, blockSize: block } as const;
  const expected = quantizedOracle(values, [rows, depth], granularity, rule);
  const codeBytes = (blocks * block * bits) / 8;
  const zeroBytes = Math.ceil((blocks * bits) / 8);
  const codes = new Uint8Array(rows * codeBytes);
  const zeroPoints = new Uint8Array(rows * zeroBytes);
  for (let row = 0; row < rows; row++) {
    codes.set(packed(expected.codes.subarray(row * depth, (row + 1) * depth), bits), row * codeBytes);
    const zeros = expected.zeroPoint.subarray(row * blocks, (row + 1) * blocks);
    zeroPoints.set(packed(zeros, bits), row * zeroBytes);
  }
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let d = 0; d < depth; d++) turned[d * rows + row] = values[row * depth + d]!;
  }
  for (const order of ['rows-depth', 'depth-rows'] as const) {
    const tensor =
      order === 'rows-depth' ? floatTensorOf([rows, depth], values) : floatTensorOf([depth, rows], turned);
    const spec = { ...rowsCase, order, choose: absmax, slot: new ScaleSlot() };
    const parts = blockRows(engine, tensor, spec);
    assertSame(await bytesOf(parts.scale), new Uint8Array(expected.scale.buffer), `${order} scale`);
    assertSame(await bytesOf(parts.zeroPoint), zeroPoints, `${order} zeroPoint`);
    assertSame(await bytesOf(parts.codes), codes, `${order} codes`);
  }
}

for (const bits of [2, 4, 8] as const) {
  for (const symmetric of [true, false]) {
    test(`blockRows ${bits} bits, symmetric ${symmetric}, both orders -> the oracle's bytes`, async () => {
      for (const [rows, depth, block] of [
        [1, 1, 16],
        [3, 16, 16],
        [5, 50, 16],
        [7, 64, 32],
        [2, 300, 256],
        [9, 100, 32],
      ] as const) {
        await assertRows({ rows, depth, block, bits, symmetric });
      }
    });
  }
}

test('blockRows a turned matrix cut in slabs along depth -> the oracle', async () => {
  await assertRows({ rows: 1100, depth: 1003, block: 16, bits: 2, symmetric: false });
});

test('blockRows a row longer than a slab -> the oracle', async () => {
  await assertRows({ rows: 2, depth: 1_100_001, block: 256, bits: 4, symmetric: false });
});

test('blockRows a turned matrix in several panels -> the oracle, scales and codes alike', async () => {
  for (const panelBytes of [1, 64, 700, 5000]) {
    await assertRows({ rows: 37, depth: 150, block: 16, bits: 4, symmetric: false, panelBytes });
    await assertRows({ rows: 11, depth: 300, block: 32, bits: 8, symmetric: false, panelBytes });
  }
});

test('turnedCodes per row and per tensor -> the transposed codes', async () => {
  for (const [rows, columns] of [
    [1, 1],
    [3, 5],
    [64, 33],
    [120, 41],
  ] as const) {
    const values = new Rng(rows).normal(rows * columns);
    for (const granularity of [{ kind: 'tensor' }, { kind: 'channel', axis: 0 }] as const) {
      for (const [dtype, qmin, qmax, symmetric] of [
        ['int8', -127, 127, true],
        ['uint8', 0, 255, false],
      ] as const) {
        const dims = [rows, columns];
        const scales = absmaxOracle(values, dims, granularity, { qmin, qmax, symmetric });
        const { codes } = quantizedOracle(values, dims, granularity, { qmin, qmax, symmetric }, scales);
        const expected = new Uint8Array(codes.length);
        for (let r = 0; r < rows; r++) {
          for (let c = 0; c < columns; c++) expected[c * rows + r] = codes[r * columns + c]!;
        }
        const tensor = floatTensorOf(dims, values, 'float32', [1000]);
        assert.deepEqual(await bytesOf(turnedCodes(engine, tensor, dtype, scales, { qmin, qmax })), expected);
      }
    }
  }
});
