// What must hold for any quantizer, whatever the numbers (fast-check, fixed seed).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dequantize, type QuantParams, quantize } from '../../ts-host/wasm/kernels/quantize.js';
import { newRange, scalesFromRange, updateRange } from '../../ts-host/wasm/kernels/ranges.js';
import { simdEngine } from '../support/engine.js';
import { assertSameBits } from './guarded.js';

const engine = await simdEngine();
const SETTINGS = { seed: 20261121, numRuns: 300 };
const ONE_SCALE = { depth: 1, inner: 1, block: 1, scaleCount: 1 };

const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
const tensors = fc.array(finite, { minLength: 1, maxLength: 50 }).map((values) => Float32Array.from(values));
const ranges = fc.constantFrom([-128, 127], [-127, 127], [-8, 7], [0, 15], [0, 255]) as fc.Arbitrary<
  [number, number]
>;

/** Scale and zero point that cover x. */
function fit(x: Float32Array, qmin: number, qmax: number, symmetric: boolean): QuantParams {
  const range = newRange(1);
  assert.ok(updateRange(engine, x, ONE_SCALE, range));
  return { layout: ONE_SCALE, qmin, qmax, ...scalesFromRange(engine, range, { qmin, qmax, symmetric }) };
}

function codesOf(x: Float32Array, params: QuantParams): Int16Array {
  const codes = new Int16Array(x.length);
  quantize(engine, x, codes, params);
  return codes;
}

test('a tensor quantized with its own scale -> off by half a step at most', () => {
  fc.assert(
    fc.property(tensors, ranges, fc.boolean(), (x, [qmin, qmax], symmetric) => {
      const params = fit(x, qmin, qmax, symmetric);
      const back = new Float32Array(x.length);
      dequantize(engine, codesOf(x, params), back, params);
      // Half a step from rounding; the ends of an affine range may lie another half outside, as its zero point is rounded.
      // 2^-12 of a step for the roundings of scale, quotient and product, which count up to 255 times.
      const step = params.scale[0]!;
      const limit = step * ((symmetric ? 0.5 : 1) + 2 ** -12);
      x.forEach((value, k) => {
        assert.ok(Math.abs(value - back[k]!) <= limit, `${value} came back as ${back[k]}, step ${step}`);
      });
    }),
    SETTINGS,
  );
});

test('larger numbers -> no smaller codes', () => {
  fc.assert(
    fc.property(tensors, ranges, fc.boolean(), (x, [qmin, qmax], symmetric) => {
      const codes = codesOf(x.slice().sort(), fit(x, qmin, qmax, symmetric));
      assert.ok(codes.every((code, k) => k === 0 || code >= codes[k - 1]!));
    }),
    SETTINGS,
  );
});

test('0 -> the zero point, and back to 0', () => {
  fc.assert(
    fc.property(tensors, ranges, fc.boolean(), (x, [qmin, qmax], symmetric) => {
      const params = fit(x, qmin, qmax, symmetric);
      const codes = codesOf(Float32Array.of(0, -0), params);
      const back = new Float32Array(2);
      dequantize(engine, codes, back, params);
      assert.deepEqual([...codes], [params.zeroPoint[0], params.zeroPoint[0]]);
      assert.deepEqual([...back], [0, 0]);
    }),
    SETTINGS,
  );
});

test('the same scale for every channel, in any layout -> the codes of one scale', () => {
  fc.assert(
    fc.property(tensors, fc.nat(6), fc.nat(6), fc.nat(6), (x, depthLess1, innerLess1, blockLess1) => {
      const one = fit(x, -128, 127, false);
      const [depth, inner, block] = [depthLess1 + 1, innerLess1 + 1, blockLess1 + 1];
      const scaleCount = inner * Math.ceil(depth / block);
      const many = {
        ...one,
        layout: { depth, inner, block, scaleCount },
        scale: new Float32Array(scaleCount).fill(one.scale[0]!),
        zeroPoint: new Int32Array(scaleCount).fill(one.zeroPoint[0]!),
      };
      assertSameBits(codesOf(x, many), codesOf(x, one), JSON.stringify(many.layout));
    }),
    SETTINGS,
  );
});
