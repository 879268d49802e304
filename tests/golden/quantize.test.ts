// quantize and dequantize against golden vectors: bit for bit what onnx and onnxruntime compute.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { CODE_RANGE, type CodeDType } from '../../ts-host/ir/dtype.js';
import type { Granularity } from '../../ts-host/ir/plan.js';
import { scaleLayout } from '../../ts-host/tensor/layout.js';
import type { Engine } from '../../ts-host/wasm/engine.js';
import { type Codes, dequantize, quantize } from '../../ts-host/wasm/kernels/quantize.js';
import { referenceEngine, simdEngine } from '../support/engine.js';
import { type GoldenCase, goldenCases } from '../support/golden.js';

const bits = (values: Float32Array): Uint32Array => new Uint32Array(values.slice().buffer);

function granularityOf({ axis, blockSize }: GoldenCase): Granularity {
  if (typeof axis !== 'number') return { kind: 'tensor' };
  return typeof blockSize === 'number' ? { kind: 'block', axis, blockSize } : { kind: 'channel', axis };
}

function paramsOf(golden: GoldenCase, dims: readonly number[]) {
  const [qmin, qmax] = CODE_RANGE[golden.dtype as CodeDType];
  return {
    layout: scaleLayout(dims, granularityOf(golden)),
    scale: golden.arrays.scale as Float32Array,
    zeroPoint: Int32Array.from(golden.arrays.zeroPoint!),
    qmin,
    qmax,
  };
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

    for (const golden of goldenCases('quantize')) {
      test(`quantize ${golden.name} -> onnxruntime's codes`, () => {
        const expected = golden.arrays.codes as Codes;
        const out = expected.slice().fill(0);
        quantize(engine, golden.arrays.x as Float32Array, out, paramsOf(golden, golden.dims.x!));
        assert.deepEqual(out, expected);
      });
    }

    for (const golden of goldenCases('dequantize')) {
      test(`dequantize ${golden.name} -> onnxruntime's bits`, () => {
        const expected = golden.arrays.values as Float32Array;
        const out = new Float32Array(expected.length);
        dequantize(engine, golden.arrays.codes as Codes, out, paramsOf(golden, golden.dims.codes!));
        assert.deepEqual(bits(out), bits(expected));
      });
    }

    for (const golden of goldenCases('dynamicQuantize')) {
      test(`quantize with DynamicQuantizeLinear's scale, ${golden.name} -> its codes`, () => {
        const expected = golden.arrays.codes as Uint8Array;
        const out = new Uint8Array(expected.length);
        const params = paramsOf({ ...golden, dtype: 'uint8' }, golden.dims.x!);
        quantize(engine, golden.arrays.x as Float32Array, out, params);
        assert.deepEqual(out, expected);
      });
    }
  });
}
