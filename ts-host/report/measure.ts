// The error of quantized weights: each weight against what its codes stand for, streamed.

import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import type { CodePlan, TensorPlan } from '../ir/plan.js';
import type { Tensor } from '../ir/tensor.js';
import { quantizedPieces } from '../tensor/blockCodes.js';
import { newCodes } from '../tensor/codes.js';
import { floatChunks } from '../tensor/floatChunks.js';
import { scaleLayout } from '../tensor/layout.js';
import { ScaleSlot } from '../tensor/scaleSlot.js';
import type { ScaleChooser } from '../tensor/scales.js';
import type { Engine } from '../wasm/engine.js';
import { float16ToFloat32, float32ToFloat16 } from '../wasm/kernels/floats.js';
import {
  addErrorMeasures,
  type ErrorMeasures,
  type ErrorSums,
  errorMeasures,
  newErrorSums,
} from '../wasm/kernels/measures.js';
import { dequantize, type QuantParams, quantize } from '../wasm/kernels/quantize.js';

/** Error of one weight: mean squared error, signal to noise in dB, cosine, largest difference. */
export interface TensorError extends ErrorMeasures {
  readonly tensor: string;
}

/** Measures one weight and adds it to `total`. */
export async function measureTensor(
  engine: Engine,
  tensor: Tensor,
  plan: TensorPlan,
  choosers: Readonly<Record<string, ScaleChooser>>,
  total: ErrorSums,
  context: RunContext,
): Promise<TensorError> {
  const sums = newErrorSums();
  for await (const [values, restored] of restoredChunks(engine, tensor, plan, choosers, context)) {
    addErrorMeasures(engine, values, restored, sums);
    addErrorMeasures(engine, values, restored, total);
  }
  return { tensor: plan.tensor, ...errorMeasures(engine, sums) };
}

/** Pairs of values and what is left of them. */
async function* restoredChunks(
  engine: Engine,
  tensor: Tensor,
  plan: TensorPlan,
  choosers: Readonly<Record<string, ScaleChooser>>,
  context: RunContext,
): AsyncGenerator<[Float32Array, Float32Array]> {
  if (plan.dtype !== 'float16' && plan.granularity.kind === 'block') {
    const layout = scaleLayout(tensor.dims, plan.granularity);
    const choose = choosers[plan.observer]!;
    for await (const { values, local, scales } of quantizedPieces(
      engine,
      tensor,
      layout,
      plan,
      choose,
      new ScaleSlot(),
      context,
    )) {
      const params = { layout: local, ...scales, qmin: plan.qmin, qmax: plan.qmax };
      yield [values, roundTrip(engine, values, plan, params, 0)];
    }
    return;
  }
  const params = plan.dtype === 'float16' ? undefined : channelParams(plan, tensor);
  for await (const { start, values } of floatChunks(engine, tensor, context)) {
    yield [
      values,
      params === undefined
        ? halves(engine, values)
        : roundTrip(engine, values, plan as CodePlan, params, start),
    ];
  }
}

function channelParams(plan: CodePlan, tensor: Tensor): QuantParams {
  const { scale, zeroPoint, qmin, qmax } = plan;
  if (scale === undefined || zeroPoint === undefined) {
    throw new OctavoError('PLAN_INVALID', 'scale and zeroPoint are missing', { tensor: plan.tensor });
  }
  const layout = scaleLayout(tensor.dims, plan.granularity);
  return { layout, scale: Float32Array.from(scale), zeroPoint: Int32Array.from(zeroPoint), qmin, qmax };
}

function roundTrip(
  engine: Engine,
  values: Float32Array,
  { dtype }: CodePlan,
  params: QuantParams,
  start: number,
): Float32Array {
  const codes = newCodes(dtype, values.length);
  quantize(engine, values, codes, params, start);
  const restored = new Float32Array(values.length);
  dequantize(engine, codes, restored, params, start);
  return restored;
}

function halves(engine: Engine, values: Float32Array): Float32Array {
  const codes = new Uint16Array(values.length);
  float32ToFloat16(engine, values, codes);
  const restored = new Float32Array(values.length);
  float16ToFloat32(engine, codes, restored);
  return restored;
}
