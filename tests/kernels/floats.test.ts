// Float format conversions: every half both ways, every float32 exponent with mantissas around every tie, every tail.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OctavoError } from '../../ts-host/errors.js';
import type { Engine } from '../../ts-host/wasm/engine.js';
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
  float64ToFloat32,
} from '../../ts-host/wasm/kernels/floats.js';
import { referenceEngine, simdEngine } from '../support/engine.js';
import { bfloatValue, halfValue, nearestBfloat, nearestHalf } from '../support/float-oracle.js';
import { Rng } from '../support/rng.js';
import { runGuarded } from './guarded.js';

const ENGINES: ReadonlyArray<readonly [string, Engine]> = [
  ['simd', await simdEngine()],
  ['reference', await referenceEngine()],
];
const ALL_16 = Uint16Array.from({ length: 65536 }, (_, i) => i);
const F32_NAN = 0x7fc00000;

function bitsOf(x: Float32Array): Uint32Array {
  return new Uint32Array(x.buffer, x.byteOffset, x.length);
}

/** Float32 with every sign and exponent, and mantissas on, just below and just above every power of two and every tie
 *  of a shorter mantissa, under all-zero, mixed and all-one upper bits. */
function stratifiedFloats(): Float32Array {
  const mantissas = new Set<number>();
  for (let position = 0; position <= 23; position++) {
    for (const upper of [0, 0x2aaaaa, 0x555555, 0x7fffff]) {
      const kept = position > 22 ? 0 : upper & ~(2 ** (position + 1) - 1);
      for (const low of [-1, 0, 1, 2]) {
        mantissas.add((kept + 2 ** position + low) & 0x7fffff);
        mantissas.add((kept + low) & 0x7fffff);
      }
    }
  }
  const bits: number[] = [];
  for (const mantissa of mantissas) {
    for (let top = 0; top < 512; top++) bits.push(top * 2 ** 23 + mantissa);
  }
  return new Float32Array(Uint32Array.from(bits).buffer);
}

const STRATIFIED = stratifiedFloats();

for (const [name, engine] of ENGINES) {
  test(`${name} float16 of all 65,536 bit patterns -> their exact values, and back`, () => {
    const values = new Float32Array(65536);
    float16ToFloat32(engine, ALL_16, values);
    const bits = bitsOf(values);
    const back = new Uint16Array(65536);
    float32ToFloat16(engine, values, back);
    for (let i = 0; i < 65536; i++) {
      const notANumber = (i & 0x7fff) > 0x7c00;
      if (!Object.is(values[i], halfValue(i))) assert.fail(`0x${i.toString(16)} gave ${values[i]}`);
      if (notANumber && bits[i] !== F32_NAN)
        assert.fail(`0x${i.toString(16)} gave NaN 0x${bits[i]!.toString(16)}`);
      if (back[i] !== (notANumber ? 0x7e00 : i)) assert.fail(`0x${i.toString(16)} came back as ${back[i]}`);
    }
  });

  test(`${name} bfloat16 of all 65,536 bit patterns -> their exact values, and back`, () => {
    const values = new Float32Array(65536);
    bfloat16ToFloat32(engine, ALL_16, values);
    const bits = bitsOf(values);
    const back = new Uint16Array(65536);
    float32ToBfloat16(engine, values, back);
    for (let i = 0; i < 65536; i++) {
      const notANumber = (i & 0x7fff) > 0x7f80;
      if (!Object.is(values[i], bfloatValue(i))) assert.fail(`0x${i.toString(16)} gave ${values[i]}`);
      if (notANumber && bits[i] !== F32_NAN)
        assert.fail(`0x${i.toString(16)} gave NaN 0x${bits[i]!.toString(16)}`);
      if (back[i] !== (notANumber ? 0x7fc0 : i)) assert.fail(`0x${i.toString(16)} came back as ${back[i]}`);
    }
  });

  for (const [format, convert, oracle] of [
    ['float16', float32ToFloat16, nearestHalf],
    ['bfloat16', float32ToBfloat16, nearestBfloat],
  ] as const) {
    test(`${name} ${format} of every exponent with mantissas around every tie -> nearest even`, () => {
      const out = new Uint16Array(STRATIFIED.length);
      convert(engine, STRATIFIED, out);
      for (let i = 0; i < out.length; i++) {
        const expected = oracle(STRATIFIED[i]!);
        if (out[i] !== expected) assert.fail(`${STRATIFIED[i]} gave ${out[i]}, not ${expected}`);
      }
    });
  }

  test(`${name} float64 beside every float32 tie, past its range and below -> Math.fround, canonical NaN`, () => {
    const rng = new Rng(64);
    const x: number[] = [0, -0, Number.NaN, 1e300, -1e300, 1e-300, -1e-300, 2 ** -150, 2 ** -149 * 1.5];
    x.push(2 ** 128 - 2 ** 103, 2 ** 128 - 2 ** 103 - 2 ** 75, Number.POSITIVE_INFINITY, Number.MIN_VALUE);
    for (const value of STRATIFIED.subarray(0, 60000)) {
      const step = Math.abs(value) * 2 ** -24;
      x.push(value, value + step, value - step, value + step * (1 + 2 ** -20), value * rng.float());
    }
    const out = new Float32Array(x.length);
    float64ToFloat32(engine, Float64Array.from(x), out);
    const bits = bitsOf(out);
    for (let i = 0; i < x.length; i++) {
      if (!Object.is(out[i], Math.fround(x[i]!))) assert.fail(`${x[i]} gave ${out[i]}`);
      if (Number.isNaN(x[i]) && bits[i] !== F32_NAN) assert.fail(`NaN gave 0x${bits[i]!.toString(16)}`);
    }
  });
}

const KERNELS = [
  ['convert_f32_f16', 4, 2],
  ['convert_f16_f32', 2, 4],
  ['convert_f32_bf16', 4, 2],
  ['convert_bf16_f32', 2, 4],
  ['convert_f64_f32', 8, 4],
] as const;

for (const [kernel, inBytes, outBytes] of KERNELS) {
  test(`${kernel} at every length 0..40 and misalignment -> the reference's bits, nothing beyond`, () => {
    const rng = new Rng(7);
    for (let length = 0; length <= 40; length++) {
      for (const misalignment of [0, 1, 2, 3, 5, 8, 13]) {
        const x = rng.bytes(length * inBytes);
        const [simd, reference] = ENGINES.map(([, engine]) =>
          runGuarded(engine, [x], length * outBytes, misalignment, ([xPtr], outPtr) =>
            engine.simd[kernel]!(xPtr!, outPtr, length),
          ),
        );
        assert.deepEqual(simd, reference, `length ${length}, misalignment ${misalignment}`);
      }
    }
  });
}

test('convert_f32_f16 and convert_f16_f32 with one special among ordinary values -> its neighbours unharmed', () => {
  const [, simd] = ENGINES[0]!;
  const ordinary = Float32Array.from({ length: 24 }, (_, i) => (i - 12) / 8);
  for (const special of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** -20, -0]) {
    for (let place = 0; place < 24; place++) {
      const x = ordinary.slice();
      x[place] = special;
      const half = new Uint16Array(24);
      float32ToFloat16(simd, x, half);
      const back = new Float32Array(24);
      float16ToFloat32(simd, half, back);
      assert.deepEqual(back, x);
    }
  }
});

test('float32ToFloat16 on views into larger buffers -> only the view is read and written', () => {
  for (const [, engine] of ENGINES) {
    const x = new Float32Array([9, 1, -2, 65504, 9]).subarray(1, 4);
    const buffer = new Uint16Array(5).fill(0xdead);
    float32ToFloat16(engine, x, buffer.subarray(1, 4));
    assert.deepEqual([...buffer], [0xdead, 0x3c00, 0xc000, 0x7bff, 0xdead]);
  }
});

test('float32ToFloat16 with lengths that differ -> INVALID_ARGUMENT naming out', () => {
  const [, engine] = ENGINES[0]!;
  assert.throws(
    () => float32ToFloat16(engine, new Float32Array(3), new Uint16Array(2)),
    (error) =>
      error instanceof OctavoError && error.code === 'INVALID_ARGUMENT' && error.place.field === 'out',
  );
});
