// dequantize: simd and reference wasm against the plain oracle, bit for bit.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { type Codes, dequantize, quantize, type ScaleParams } from '../../ts-host/wasm/kernels/quantize.js';
import { referenceEngine, simdEngine } from '../support/engine.js';
import { dequantizeOracle, scaleIndexOracle } from '../support/quant-oracle.js';
import { Rng } from '../support/rng.js';
import { assertSameBits, withGuards } from './guarded.js';
import { CODE_TYPES, type CodeType, randomChunks, randomLayout } from './quant-cases.js';

const engines: [string, Engine][] = [
  ['simd', await simdEngine()],
  ['reference', await referenceEngine()],
];
const ONE_SCALE = { depth: 1, inner: 1, block: 1, scaleCount: 1 };

function expectedValues(q: Codes, params: ScaleParams, start = 0): Float32Array {
  return Float32Array.from(q, (code, k) => {
    const s = scaleIndexOracle(start + k, params.layout);
    return dequantizeOracle(code, params.scale[s]!, params.zeroPoint[s]!);
  });
}

/** Every code of the type, `length` apart, wrapping around. */
function codesOf({ make, low, high }: CodeType, count: number, step = 1): Codes {
  const codes = make(count);
  for (let k = 0; k < count; k++) codes[k] = low + ((k * step) % (high - low + 1));
  return codes;
}

function rawDequantize(engine: Engine, type: CodeType, q: Codes, params: ScaleParams, misalignment: number) {
  const out = new Float32Array(q.length);
  const { depth, inner, block, scaleCount } = params.layout;
  const words = new Int32Array(8);
  const arrays = [q, out, params.scale, params.zeroPoint, words];
  withGuards(engine, arrays, misalignment, (qPtr, xPtr, scalePtr, zeroPointPtr, wordsPtr) => {
    words.set([scaleCount, depth, inner, block, scalePtr!, zeroPointPtr!]);
    engine.arena.bytes.set(new Uint8Array(words.buffer), wordsPtr!);
    engine.simd[`dequantize_${type.name}_f32`]!(qPtr!, xPtr!, q.length, 0, wordsPtr!);
  });
  return out;
}

for (const [variant, engine] of engines) {
  for (const type of CODE_TYPES) {
    test(`dequantize ${variant} ${type.name} of every code and extreme scales -> oracle`, () => {
      const q = codesOf(type, type.high - type.low + 1);
      for (const scale of [1, 0.1, 2 ** -149, 2 ** -126, 3.4e38, 2 ** 32, -0.5, 0, Infinity]) {
        for (const zeroPoint of [type.low, type.high, 0, -70000, 70000]) {
          const params = {
            layout: ONE_SCALE,
            scale: Float32Array.of(scale),
            zeroPoint: Int32Array.of(zeroPoint),
          };
          const out = new Float32Array(q.length);
          dequantize(engine, q, out, params);
          const expected = expectedValues(q, params);
          // 0 · Infinity is a NaN of unspecified sign: compared as NaN.
          if (scale === Infinity) assert.deepEqual(out, expected);
          else assertSameBits(out, expected, `scale ${scale} zero point ${zeroPoint}`);
        }
      }
    });

    test(`dequantize ${variant} ${type.name} of every length, misaligned -> oracle, guards kept`, () => {
      const rng = new Rng(5);
      const rows = {
        layout: { depth: 1, inner: 71, block: 1, scaleCount: 71 },
        scale: Float32Array.from({ length: 71 }, () => 0.1 + rng.float()),
        zeroPoint: Int32Array.from({ length: 71 }, () => rng.int(type.low, type.high)),
      };
      const run = {
        layout: { depth: 99, inner: 1, block: 99, scaleCount: 1 },
        scale: Float32Array.of(0.3),
        zeroPoint: Int32Array.of(type.high - 5),
      };
      for (let count = 0; count <= 70; count++) {
        const q = codesOf(type, count, 37);
        for (const params of [run, rows]) {
          const expected = expectedValues(q, params);
          for (const misalignment of [0, 1, 2, 3, 7]) {
            const out = rawDequantize(engine, type, q, params, misalignment);
            assertSameBits(out, expected, `${count} elements`);
          }
        }
      }
    });

    test(`dequantize ${variant} ${type.name} under random layouts in chunks -> oracle`, () => {
      const rng = new Rng(6);
      for (let round = 0; round < 60; round++) {
        const { layout, count } = randomLayout(rng);
        const params = {
          layout,
          scale: Float32Array.from({ length: layout.scaleCount }, () => 10 ** (rng.float() * 4 - 3)),
          zeroPoint: Int32Array.from({ length: layout.scaleCount }, () => rng.int(type.low, type.high)),
        };
        const q = codesOf(type, count, 1 + 2 * rng.int(0, 1000));
        const out = new Float32Array(count);
        for (const [from, to] of randomChunks(rng, count)) {
          dequantize(engine, q.subarray(from, to) as Codes, out.subarray(from, to), params, from);
        }
        assertSameBits(out, expectedValues(q, params), JSON.stringify(layout));
      }
    });
  }
}

test('quantize of a dequantized code -> the code, for every code', () => {
  const [, engine] = engines[0]!;
  for (const type of CODE_TYPES) {
    const q = codesOf(type, type.high - type.low + 1);
    for (const scale of [0.007874016, 1 / 3, 3e-30, 12345.678]) {
      const params = {
        layout: ONE_SCALE,
        scale: Float32Array.of(scale),
        zeroPoint: Int32Array.of(type.low + 17),
        qmin: type.low,
        qmax: type.high,
      };
      const values = new Float32Array(q.length);
      const again = type.make(q.length);
      dequantize(engine, q, values, params);
      quantize(engine, values, again, params);
      assertSameBits(again, q, `${type.name} scale ${scale}`);
    }
  }
});

test('dequantize with lengths that do not match -> INVALID_ARGUMENT, nothing written', () => {
  const [, engine] = engines[0]!;
  const good = { layout: ONE_SCALE, scale: Float32Array.of(1), zeroPoint: Int32Array.of(0) };
  const q = Int8Array.of(1, 2);
  const bad: [string, Float32Array, ScaleParams, number][] = [
    ['out', new Float32Array(3), good, 0],
    ['scale', new Float32Array(2), { ...good, scale: new Float32Array(2) }, 0],
    ['zeroPoint', new Float32Array(2), { ...good, zeroPoint: new Int32Array(0) }, 0],
    ['start', new Float32Array(2), good, 2 ** 32],
    ['inner', new Float32Array(2), { ...good, layout: { ...ONE_SCALE, inner: -1 } }, 0],
  ];
  for (const [name, out, params, start] of bad) {
    assert.throws(() => dequantize(engine, q, out, params, start), { code: 'INVALID_ARGUMENT' }, name);
    assert.ok(
      out.every((value) => value === 0),
      name,
    );
  }
});
