// Zero points, multipliers and 32-bit codes, SIMD and reference, against the formulas in plain TypeScript.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { writeScaleParams } from '../../../ts-host/wasm/kernels/execute/qparams.js';
import { kernelLayout } from '../../../ts-host/wasm/kernels/scales.js';
import { dequantizeOracle, scaleIndexOracle } from '../../support/quant-oracle.js';
import { Rng } from '../../support/rng.js';
import { randomLayout } from '../quant-cases.js';
import { ENGINES } from './engines.js';
import { withHeapGuards } from './guarded-heap.js';

const f32 = Math.fround;

for (const [name, engine] of ENGINES) {
  const k = engine.kernels;
  describe(`qparams ${name}`, () => {
    it('widen_codes_i32 -> every type, a step of 0, no codes', () => {
      const rng = new Rng(5);
      const types = [Uint8Array, Int8Array, Uint16Array, Int16Array, Int32Array];
      for (const [kind, Type] of types.entries()) {
        for (const count of [0, 1, 2, 9]) {
          const codes = new Type(rng.bytes(16 * Type.BYTES_PER_ELEMENT).buffer as ArrayBuffer);
          const out = new Int32Array(count);
          for (const step of [0, 1]) {
            withHeapGuards(engine, [codes, out], 4, (c, o) =>
              k.widen_codes_i32!(c!, o!, count, step, kind, -3),
            );
            assert.deepEqual(
              [...out],
              Array.from(out, (_, i) => (codes[i * step]! - 3) | 0),
            );
          }
          withHeapGuards(engine, [out], 4, (o) => k.widen_codes_i32!(0, o!, count, 1, kind, 128));
          assert.ok(out.every((value) => value === 128));
        }
      }
    });

    it('multipliers_f32 -> three roundings in order', () => {
      const rng = new Rng(6);
      for (const count of [0, 1, 7]) {
        const [a, b, y, out] = [rng.normal(1), rng.normal(7), rng.normal(1), new Float32Array(count)];
        for (const step of [0, 1])
          for (const divided of [true, false]) {
            withHeapGuards(engine, [out, a, b, y], 4, (outPtr, aPtr, bPtr, yPtr) =>
              k.multipliers_f32!(outPtr!, count, 1.7, aPtr!, bPtr!, step, divided ? yPtr! : 0),
            );
            const expected = Array.from(out, (_, i) => {
              const product = f32(f32(f32(1.7) * a[0]!) * b[i * step]!);
              return divided ? f32(product / y[0]!) : product;
            });
            assert.deepEqual([...out], expected);
          }
      }
    });

    it('dequantize_i32_f32 -> any layout, from any start', () => {
      for (let seed = 1; seed <= 60; seed++) {
        const rng = new Rng(seed);
        const { layout, count } = randomLayout(rng);
        const codes = Int32Array.from({ length: count }, () =>
          rng.float() < 0.3 ? rng.uint32() : rng.int(-999, 999),
        );
        const scales = rng.normal(layout.scaleCount);
        const zeroPoints = Int32Array.from(scales, () => rng.int(-9, 9));
        const start = rng.int(0, count);
        const out = new Float32Array(count - start);
        const params = new Int32Array(8);
        withHeapGuards(engine, [codes, out, scales, zeroPoints, params], 4, (q, x, s, z, p) => {
          writeScaleParams(engine, p!, layout, s!, z!, [0, 0]);
          k.dequantize_i32_f32!(q! + start * 4, x!, count - start, start, p!);
        });
        const used = kernelLayout(layout);
        const expected = Array.from(out, (_, i) => {
          const scale = scaleIndexOracle(start + i, used);
          const centred = (codes[start + i]! - zeroPoints[scale]!) | 0;
          return dequantizeOracle(centred, scales[scale]!, 0);
        });
        assert.deepEqual([...out], expected, `seed ${seed}`);
      }
    });
  });
}
