// quantize and dequantize against what onnxruntime and onnx's reference implementation computed (tests/golden).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Granularity } from '../../ts-host/ir/plan.js';
import { scaleLayout } from '../../ts-host/tensor/layout.js';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { type Codes, dequantize, quantize } from '../../ts-host/wasm/kernels/quantize.js';
import { newRange, scalesFromRange, updateRange } from '../../ts-host/wasm/kernels/ranges.js';
import { referenceEngine, simdEngine } from '../support/engine.js';
import { type GoldenCase, goldenCases } from '../support/golden.js';
import { assertSameBits } from './guarded.js';

const engines: [string, Engine][] = [
  ['simd', await simdEngine()],
  ['reference', await referenceEngine()],
];

const CODE_RANGES: Readonly<Record<string, readonly [number, number]>> = {
  int4: [-8, 7],
  uint4: [0, 15],
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

function granularityOf({ axis, blockSize, dims }: GoldenCase, input: string): Granularity {
  const rank = dims[input]!.length;
  if (axis === null || axis === undefined || dims.scale!.length === 0) return { kind: 'tensor' };
  const positive = axis < 0 ? axis + rank : axis;
  if (blockSize === null || blockSize === undefined) return { kind: 'channel', axis: positive };
  return { kind: 'block', axis: positive, blockSize };
}

function paramsOf(golden: GoldenCase, input: string) {
  const { scale, zeroPoint } = golden.arrays;
  const [qmin, qmax] = CODE_RANGES[golden.dtype!]!;
  const layout = scaleLayout(golden.dims[input]!, granularityOf(golden, input));
  return { layout, scale: scale as Float32Array, zeroPoint: Int32Array.from(zeroPoint!), qmin, qmax };
}

for (const [variant, engine] of engines) {
  test(`quantize ${variant} -> the codes of ONNX QuantizeLinear`, () => {
    const cases = goldenCases('quantize');
    assert.ok(cases.length > 0);
    for (const golden of cases) {
      const expected = golden.arrays.codes as Codes;
      const out = expected.slice().fill(0);
      quantize(engine, golden.arrays.x as Float32Array, out, paramsOf(golden, 'x'));
      assertSameBits(out, expected, golden.name);
    }
  });

  test(`dequantize ${variant} -> the values of ONNX DequantizeLinear`, () => {
    const cases = goldenCases('dequantize');
    assert.ok(cases.length > 0);
    for (const golden of cases) {
      const codes = golden.arrays.codes as Codes;
      const out = new Float32Array(codes.length);
      dequantize(engine, codes, out, paramsOf(golden, 'codes'));
      assertSameBits(out, golden.arrays.values!, golden.name);
    }
  });

  test(`quantize ${variant} with the scale of ONNX DynamicQuantizeLinear -> its codes`, () => {
    const cases = goldenCases('dynamicQuantize');
    assert.ok(cases.length > 0);
    for (const golden of cases) {
      const x = golden.arrays.x as Float32Array;
      const codes = new Uint8Array(x.length);
      quantize(engine, x, codes, {
        layout: scaleLayout([x.length], { kind: 'tensor' }),
        scale: golden.arrays.scale as Float32Array,
        zeroPoint: Int32Array.from(golden.arrays.zeroPoint!),
        qmin: 0,
        qmax: 255,
      });
      assertSameBits(codes, golden.arrays.codes!, golden.name);
    }
  });

  // DynamicQuantizeLinear rounds max - min to float32 before it divides; ours rounds once, at the end. Below the
  // smallest normal float32, where ours stops, theirs goes on.
  test(`scalesFromRange ${variant} -> DynamicQuantizeLinear's zero point and, within 2^-23, its scale`, () => {
    for (const golden of goldenCases('dynamicQuantize')) {
      const x = golden.arrays.x as Float32Array;
      const range = newRange(1);
      assert.ok(updateRange(engine, x, scaleLayout([x.length], { kind: 'tensor' }), range), golden.name);
      const { scale, zeroPoint } = scalesFromRange(engine, range, { qmin: 0, qmax: 255, symmetric: false });
      const expected = golden.arrays.scale![0]!;
      if (expected < 2 ** -126) {
        assert.equal(scale[0], 2 ** -126, golden.name);
        continue;
      }
      assert.ok(
        Math.abs(scale[0]! - expected) <= expected * 2 ** -23,
        `${golden.name}: ${scale[0]} for ${expected}`,
      );
      assert.equal(zeroPoint[0], golden.arrays.zeroPoint![0], golden.name);
    }
  });
}
