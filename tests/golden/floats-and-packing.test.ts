// Float conversions and bit packing against golden vectors of numpy, ml_dtypes, onnx and onnxruntime.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from '../../ts-host/wasm/kernels/floats.js';
import {
  type BlockLayout,
  packBits,
  packBlocks,
  packNibbles,
  unpackBits,
  unpackBlocks,
  unpackNibbles,
} from '../../ts-host/wasm/kernels/pack.js';
import { referenceEngine, simdEngine } from '../support/engine.js';
import { type GoldenCase, goldenCases } from '../support/golden.js';

const floats = (bits: Uint32Array): Float32Array => new Float32Array(bits.slice().buffer);

/** A NaN of any payload becomes the canonical one: payloads differ between the tools. */
const CANONICAL = {
  half: (bits: number) => ((bits & 0x7fff) > 0x7c00 ? 0x7e00 : bits),
  bfloat: (bits: number) => ((bits & 0x7fff) > 0x7f80 ? 0x7fc0 : bits),
  single: (bits: number) => ((bits & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : bits),
};

function blockLayout({ bits, blockSize, dims }: GoldenCase): BlockLayout {
  const [rows, depth] = dims.codes as [number, number];
  return { rows, depth, block: blockSize!, bits: bits as BlockLayout['bits'] };
}

/** The zero points are packed like a matrix [N, blocks] of whole bytes a row. */
function zeroPointLayout({ bits, dims }: GoldenCase): BlockLayout {
  const [rows, depth] = dims.zeroPoint as [number, number];
  return { rows, depth, block: 8 / bits!, bits: bits as BlockLayout['bits'] };
}

for (const [module, open] of [
  ['simd', simdEngine],
  ['reference', referenceEngine],
] as const) {
  describe(`${module} against golden vectors`, () => {
    let engine: Engine;
    before(async () => {
      engine = await open();
    });

    test("float16ToFloat32 of all 65536 values -> numpy's bits", () => {
      const expected = goldenCases('float16ToFloat32')[0]!.arrays.values as Uint32Array;
      const out = new Float32Array(65536);
      float16ToFloat32(
        engine,
        Uint16Array.from({ length: 65536 }, (_, i) => i),
        out,
      );
      assert.deepEqual(new Uint32Array(out.buffer), expected.map(CANONICAL.single));
    });

    test('float32ToFloat16 of ties, subnormals, overflow, random bits -> the half of numpy', () => {
      const { x, codes } = goldenCases('float32ToFloat16')[0]!.arrays;
      const out = new Uint16Array(codes!.length);
      float32ToFloat16(engine, floats(x as Uint32Array), out);
      assert.deepEqual(out, (codes as Uint16Array).map(CANONICAL.half));
    });

    test('float32ToBfloat16 of ties, subnormals, overflow, random bits -> the bfloat16 of ml_dtypes', () => {
      const { x, codes } = goldenCases('float32ToBfloat16')[0]!.arrays;
      const out = new Uint16Array(codes!.length);
      float32ToBfloat16(engine, floats(x as Uint32Array), out);
      assert.deepEqual(out, (codes as Uint16Array).map(CANONICAL.bfloat));
    });

    for (const golden of goldenCases('packOnnx')) {
      test(`packNibbles ${golden.name} -> onnx's raw_data, and back`, () => {
        const bits = golden.dtype!.endsWith('4') ? 4 : 2;
        const codes = golden.arrays.codes as Int8Array | Uint8Array;
        const packed = golden.arrays.packed as Uint8Array;
        const out = new Uint8Array(packed.length);
        packNibbles(engine, codes, out, bits);
        assert.deepEqual(out, packed);
        const back = codes.slice().fill(99);
        unpackNibbles(engine, packed, back, bits);
        assert.deepEqual(back, codes);
      });
    }

    for (const golden of goldenCases('packStream')) {
      test(`packBits ${golden.name} -> numpy's little-endian bits, and back`, () => {
        const codes = golden.arrays.codes as Uint16Array;
        const packed = golden.arrays.packed as Uint8Array;
        const out = new Uint8Array(packed.length);
        packBits(engine, codes, out, golden.bits!);
        assert.deepEqual(out, packed);
        const back = new Uint16Array(codes.length);
        unpackBits(engine, packed, back, golden.bits!);
        assert.deepEqual(back, codes);
        if (golden.bits! > 8) return;
        packBits(engine, Uint8Array.from(codes), out.fill(0), golden.bits!);
        assert.deepEqual(out, packed);
      });
    }

    for (const golden of goldenCases('matMulNBits')) {
      test(`packBlocks ${golden.name} -> B and zero points as onnxruntime reads them`, () => {
        const { codes, zeroPoint, packed, packedZeroPoint } = golden.arrays as Record<string, Uint8Array>;
        const out = new Uint8Array(packed!.length);
        packBlocks(engine, codes!, out, blockLayout(golden));
        assert.deepEqual(out, packed);
        const back = new Uint8Array(codes!.length);
        unpackBlocks(engine, packed!, back, blockLayout(golden));
        assert.deepEqual(back, codes);
        const zeroOut = new Uint8Array(packedZeroPoint!.length);
        packBlocks(engine, zeroPoint!, zeroOut, zeroPointLayout(golden));
        assert.deepEqual(zeroOut, packedZeroPoint);
      });
    }
  });
}
