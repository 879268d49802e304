// The tensors a weight under a CodePlan becomes: codes, scale, zero point, in ONNX's shapes. Shared by the forms that
// keep the weight's own element order.

import { OctavoError } from '../../../errors.js';
import type { CodePlan, TensorPlan } from '../../../ir/plan.js';
import { blockTensors } from '../../../tensor/blockCodes.js';
import { codesData } from '../../../tensor/codes.js';
import { scaleLayout } from '../../../tensor/layout.js';
import type { QuantParams } from '../../../wasm/kernels/quantize.js';
import { codeTensor, floatTensor, makeTensor } from './build.js';
import { addTensor, type FormContext, type StoredWeight, type WeightSite } from './form.js';

/** The plan of a weight that is stored as codes.
 *  @throws OctavoError `PLAN_INVALID` when it says float16. */
export function codePlan(plan: TensorPlan): CodePlan {
  if (plan.dtype !== 'float16') return plan;
  throw new OctavoError('PLAN_INVALID', 'float16 storage goes with form halfCast only', {
    tensor: plan.tensor,
  });
}

/** scale and zeroPoint of a plan that is not per block.
 *  @throws OctavoError `PLAN_INVALID` when they are missing. */
export function planScales(plan: CodePlan): { scale: readonly number[]; zeroPoint: readonly number[] } {
  const { scale, zeroPoint } = plan;
  if (scale === undefined || zeroPoint === undefined) {
    throw new OctavoError('PLAN_INVALID', 'scale and zeroPoint are missing', { tensor: plan.tensor });
  }
  return { scale, zeroPoint };
}

/** Whether zero points must be stored: where they are not all 0, which is what an absent one means. */
export function hasZeroPoints({ symmetric, qmin }: CodePlan): boolean {
  return !symmetric || qmin >= 0;
}

/** Kernel parameters of a plan that is not per block. */
export function quantParams(plan: CodePlan, dims: readonly number[]): QuantParams {
  const { scale, zeroPoint } = planScales(plan);
  return {
    layout: scaleLayout(dims, plan.granularity),
    scale: Float32Array.from(scale),
    zeroPoint: Int32Array.from(zeroPoint),
    qmin: plan.qmin,
    qmax: plan.qmax,
  };
}

/** Adds codes, scale and, unless all are 0, zero points.
 *  @param scaleDims - dims of scale and zero point; default as DequantizeLinear wants them. */
export function storeCodes(
  { ref, plan: tensorPlan, edit }: WeightSite,
  context: FormContext,
  scaleDims?: readonly number[],
): StoredWeight {
  const { engine, fresh } = context;
  const plan = codePlan(tensorPlan);
  const { tensor, name } = ref;
  const codesName = fresh(`${name}_quantized`);
  const scaleName = fresh(`${name}_scale`);
  const zeroPointName = hasZeroPoints(plan) ? fresh(`${name}_zero_point`) : '';
  const { granularity, dtype } = plan;
  if (granularity.kind === 'block') {
    const layout = scaleLayout(tensor.dims, granularity);
    const parts = blockTensors(
      engine,
      tensor,
      layout,
      dtype,
      plan,
      context.choosers[plan.observer]!,
      context.slot,
    );
    const { axis, blockSize } = granularity;
    const dims = tensor.dims.map((d, i) => (i === axis ? Math.ceil(d / blockSize) : d));
    addTensor(edit, makeTensor(codesName, dtype, tensor.dims, parts.codes));
    addTensor(edit, makeTensor(scaleName, 'float32', dims, parts.scale));
    if (zeroPointName) addTensor(edit, makeTensor(zeroPointName, dtype, dims, parts.zeroPoint));
  } else {
    const params = quantParams(plan, tensor.dims);
    const { scale, zeroPoint } = planScales(plan);
    const dims = scaleDims ?? (granularity.kind === 'tensor' ? [] : [scale.length]);
    addTensor(edit, makeTensor(codesName, dtype, tensor.dims, codesData(engine, tensor, dtype, params)));
    addTensor(edit, floatTensor(scaleName, dims, scale));
    if (zeroPointName) addTensor(edit, codeTensor(engine, zeroPointName, dtype, dims, zeroPoint));
  }
  edit.removed.add(name);
  return { codes: codesName, scale: scaleName, zeroPoint: zeroPointName };
}

/** Inputs without trailing absent ones. */
export function inputs(...names: string[]): string[] {
  while (names.at(-1) === '') names.pop();
  return names;
}
