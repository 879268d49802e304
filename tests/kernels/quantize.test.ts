// quantize: simd and reference wasm against the plain oracle, bit for bit.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { type QuantParams, quantize } from '../../ts-host/wasm/kernels/quantize.js';
import { referenceEngine, simdEngine } from '../support/engine.js';
import { quantizeOracle, scaleIndexOracle } from '../support/quant-oracle.js';
import { Rng } from '../support/rng.js';
import { assertSameBits, withGuards } from './guarded.js';
import {
  CODE_TYPES,
  type CodeType,
  codeRanges,
  difficultInputs,
  randomChunks,
  randomLayout,
} from './quant-cases.js';

const engines: [string, Engine][] = [
  ['simd', await simdEngine()],
  ['reference', await referenceEngine()],
];
const ONE_SCALE = { depth: 1, inner: 1, block: 1, scaleCount: 1 };

function expectedCodes(type: CodeType, x: Float32Array, params: QuantParams, start = 0) {
  const codes = type.make(x.length);
  x.forEach((value, k) => {
    const s = scaleIndexOracle(start + k, params.layout);
    codes[k] = quantizeOracle(value, params.scale[s]!, params.zeroPoint[s]!, params.qmin, params.qmax);
  });
  return codes;
}

function oneScale(scale: number, zeroPoint: number, qmin: number, qmax: number): QuantParams {
  return {
    layout: ONE_SCALE,
    scale: Float32Array.of(scale),
    zeroPoint: Int32Array.of(zeroPoint),
    qmin,
    qmax,
  };
}

/** The raw export over guarded, misaligned memory. */
function rawQuantize(
  engine: Engine,
  type: CodeType,
  x: Float32Array,
  params: QuantParams,
  misalignment: number,
) {
  const out = type.make(x.length);
  const { depth, inner, block, scaleCount } = params.layout;
  const words = new Int32Array(8);
  const arrays = [x, out, params.scale, params.zeroPoint, words];
  withGuards(engine, arrays, misalignment, (xPtr, qPtr, scalePtr, zeroPointPtr, wordsPtr) => {
    const argument = [scaleCount, depth, inner, block, scalePtr!, zeroPointPtr!, params.qmin, params.qmax];
    words.set(argument);
    engine.arena.bytes.set(new Uint8Array(words.buffer), wordsPtr!);
    engine.simd[`quantize_f32_${type.name}`]!(xPtr!, qPtr!, x.length, 0, wordsPtr!);
  });
  return out;
}

for (const [variant, engine] of engines) {
  for (const type of CODE_TYPES) {
    test(`quantize ${variant} ${type.name} of every length, misaligned -> oracle, guards kept`, () => {
      const rng = new Rng(1);
      const width = (type.high - type.low) / 4;
      for (let count = 0; count <= 70; count++) {
        const x = rng.normal(count, width);
        const forms = [
          {
            ...oneScale(0.7, type.low + 3, type.low, type.high),
            layout: { ...ONE_SCALE, depth: 99, block: 99 },
          },
          {
            layout: { depth: 1, inner: 71, block: 1, scaleCount: 71 },
            scale: Float32Array.from({ length: 71 }, () => 0.1 + rng.float()),
            zeroPoint: Int32Array.from({ length: 71 }, () => rng.int(type.low, type.high)),
            qmin: type.low,
            qmax: type.high,
          },
        ];
        for (const params of forms) {
          const expected = expectedCodes(type, x, params);
          for (const misalignment of [0, 1, 2, 3, 7]) {
            assertSameBits(rawQuantize(engine, type, x, params, misalignment), expected, `${count} elements`);
          }
        }
      }
    });

    test(`quantize ${variant} ${type.name} of difficult numbers, 1 to 16 bits -> oracle`, () => {
      for (const [qmin, qmax] of codeRanges(type)) {
        for (const scale of [1, 0.1, 1 / 3, 500, 2 ** 32, 1e38, 2 ** -126, 2 ** -149, 1e-42, 0.007874016]) {
          for (const zeroPoint of [qmin, qmax, Math.ceil((qmin + qmax) / 2)]) {
            const params = oneScale(Math.fround(scale), zeroPoint, qmin, qmax);
            const x = difficultInputs(params.scale[0]!, zeroPoint, qmin, qmax);
            const expected = expectedCodes(type, x, params);
            const out = type.make(x.length);
            quantize(engine, x, out, params);
            assertSameBits(out, expected, `scale ${scale} zero point ${zeroPoint} [${qmin}, ${qmax}]`);
            // The same as rows: a scale per element.
            const rows = {
              ...params,
              layout: { depth: 1, inner: x.length, block: 1, scaleCount: x.length },
              scale: new Float32Array(x.length).fill(params.scale[0]!),
              zeroPoint: new Int32Array(x.length).fill(zeroPoint),
            };
            quantize(engine, x, out, rows);
            assertSameBits(out, expected, `rows, scale ${scale} zero point ${zeroPoint} [${qmin}, ${qmax}]`);
          }
        }
      }
    });

    test(`quantize ${variant} ${type.name} of random bit patterns under random layouts in chunks -> oracle`, () => {
      const rng = new Rng(2);
      for (let round = 0; round < 60; round++) {
        const { layout, count } = randomLayout(rng);
        const patterns = Uint32Array.from({ length: count }, () => rng.uint32());
        const x = round % 2 === 0 ? rng.normal(count, 50) : new Float32Array(patterns.buffer);
        const params = {
          layout,
          scale: Float32Array.from({ length: layout.scaleCount }, () => 10 ** (rng.float() * 4 - 3)),
          zeroPoint: Int32Array.from({ length: layout.scaleCount }, () => rng.int(type.low, type.high)),
          qmin: type.low,
          qmax: type.high,
        };
        const out = type.make(count);
        for (const [from, to] of randomChunks(rng, count)) {
          quantize(engine, x.subarray(from, to), out.subarray(from, to), params, from);
        }
        assertSameBits(out, expectedCodes(type, x, params), JSON.stringify(layout));
      }
    });
  }
}

test('quantize simd of every tie up to 2^17 -> half to even', () => {
  const [, engine] = engines[0]!;
  const type = CODE_TYPES[3]!;
  const x = Float32Array.from({ length: 131072 }, (_, k) => k / 2);
  const params = oneScale(1, 0, 0, 65535);
  const out = new Uint16Array(x.length);
  quantize(engine, x, out, params);
  assertSameBits(out, expectedCodes(type, x, params), 'ties');
});

test('quantize of a chunk that ends at element 2^32 -> scales of its place', () => {
  const layout = { depth: 12, inner: 1, block: 5, scaleCount: 3 };
  const params = {
    layout,
    scale: Float32Array.of(1, 2, 4),
    zeroPoint: Int32Array.of(0, 1, -1),
    qmin: -128,
    qmax: 127,
  };
  const x = new Rng(3).normal(50, 20);
  const start = 2 ** 32 - 50;
  for (const [, engine] of engines) {
    const out = new Int8Array(50);
    quantize(engine, x, out, params, start);
    assertSameBits(out, expectedCodes(CODE_TYPES[0]!, x, params, start), 'last elements');
  }
});

test('quantize of more than a tile, from views with a byte offset -> oracle', () => {
  const x = new Rng(4).normal(200_003, 30).subarray(3);
  const count = x.length;
  const scaleCount = Math.ceil(count / 32);
  const params = {
    layout: { depth: count, inner: 1, block: 32, scaleCount },
    scale: Float32Array.from({ length: scaleCount }, (_, s) => 0.2 + (s % 7) / 10),
    zeroPoint: Int32Array.from({ length: scaleCount }, (_, s) => s % 256),
    qmin: 0,
    qmax: 255,
  };
  const out = new Uint8Array(count + 5).subarray(5);
  quantize(engines[0]![1], x, out, params);
  assertSameBits(out, expectedCodes(CODE_TYPES[1]!, x, params), 'tiles');
});

test('quantize of nothing -> nothing', () => {
  for (const [, engine] of engines) {
    const params = oneScale(1, 0, -128, 127);
    assert.doesNotThrow(() => quantize(engine, new Float32Array(0), new Int8Array(0), params, 2 ** 32));
  }
});

test('quantize with arguments that break its rules -> INVALID_ARGUMENT, nothing written', () => {
  const good = oneScale(1, 0, -128, 127);
  const x = Float32Array.of(1, 2, 3);
  const bad: [string, Float32Array, QuantParams, number][] = [
    ['length of out', Float32Array.of(1), good, 0],
    ['start negative', x, good, -1],
    ['start fraction', x, good, 0.5],
    ['start past 2^32', x, good, 2 ** 32 - 2],
    ['qmax above storage', x, { ...good, qmax: 128 }, 0],
    ['qmin below storage', x, { ...good, qmin: -129 }, 0],
    ['qmin = qmax', x, { ...good, qmin: 127 }, 0],
    ['qmin NaN', x, { ...good, qmin: NaN }, 0],
    ['zero point outside', x, { ...good, qmin: -7, qmax: 7, zeroPoint: Int32Array.of(8) }, 0],
    ['scale count', x, { ...good, scale: Float32Array.of(1, 1) }, 0],
    ['zero point count', x, { ...good, zeroPoint: Int32Array.of() }, 0],
    ['depth 0', x, { ...good, layout: { ...ONE_SCALE, depth: 0 } }, 0],
    ['block 1.5', x, { ...good, layout: { ...ONE_SCALE, block: 1.5 } }, 0],
  ];
  for (const scale of [0, -1, -0, NaN, Infinity, -Infinity]) {
    bad.push([`scale ${scale}`, x, { ...good, scale: Float32Array.of(scale) }, 0]);
  }
  const uneven = { depth: 4, inner: 2, block: 2, scaleCount: 3 };
  bad.push([
    'scaleCount no multiple of inner',
    x,
    { ...good, layout: uneven, scale: new Float32Array(3).fill(1), zeroPoint: new Int32Array(3) },
    0,
  ]);
  for (const [, engine] of engines) {
    for (const [name, input, params, start] of bad) {
      const out = new Int8Array(3).fill(99);
      assert.throws(() => quantize(engine, input, out, params, start), { code: 'INVALID_ARGUMENT' }, name);
      assert.deepEqual(out, new Int8Array(3).fill(99), name);
    }
  }
});

test('scales_valid with one bad entry at every place -> 0, else 1', () => {
  for (const [variant, engine] of engines) {
    for (let count = 0; count <= 9; count++) {
      const call = (scale: Float32Array, zeroPoint: Int32Array): number => {
        let answer = -1;
        withGuards(engine, [scale, zeroPoint], 1, (scalePtr, zeroPointPtr) => {
          answer = engine.simd.scales_valid!(scalePtr!, zeroPointPtr!, count, -8, 7);
        });
        return answer;
      };
      const zeroPoints = Int32Array.from({ length: count }, (_, s) => (s % 2 === 0 ? -8 : 7));
      const scales = Float32Array.from({ length: count }, (_, s) => (s % 2 === 0 ? 2 ** -149 : 3.4e38));
      assert.equal(call(scales, zeroPoints), 1, `${variant} ${count}`);
      for (let place = 0; place < count; place++) {
        for (const bad of [0, -0, -1, NaN, Infinity, -Infinity]) {
          const changed = scales.slice();
          changed[place] = bad;
          assert.equal(call(changed, zeroPoints), 0, `${variant} scale ${bad} at ${place} of ${count}`);
        }
        for (const bad of [-9, 8]) {
          const changed = zeroPoints.slice();
          changed[place] = bad;
          assert.equal(call(scales, changed), 0, `${variant} zero point ${bad} at ${place} of ${count}`);
        }
      }
    }
  }
});
