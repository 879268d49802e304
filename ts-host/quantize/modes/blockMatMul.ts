// MatMul and Gemm over a block-quantized weight: the engine multiplies codes directly (com.microsoft MatMulNBits).

import { flag, float } from '../../ir/attributes.js';
import { isFloat } from '../../ir/dtype.js';
import type { Tensor } from '../../ir/tensor.js';
import type { PlanSettings } from '../options.js';
import type { WeightUse } from '../uses.js';
import { describe } from './dequantize.js';
import type { Choice } from './mode.js';

/** The form for a MatMul or Gemm weight, or undefined where MatMulNBits cannot express the node. */
export function blockMatMulChoice(
  use: WeightUse,
  tensor: Tensor,
  settings: PlanSettings,
): Choice | undefined {
  const { bits, blockSize, symmetric, observer } = settings;
  const { node, input, role } = use;
  if (settings.granularity !== 'block' || settings.blockForm !== 'contrib') return undefined;
  if (bits !== 2 && bits !== 4 && bits !== 8) return undefined;
  if (node === undefined || role?.kind !== 'matmul' || input !== 1) return undefined;
  if (tensor.dims.length !== 2 || tensor.dtype !== 'float32') return undefined;
  if (tensor.dims[role.blockAxis]! < blockSize) return undefined;
  if (hasConstantPartner(use) || (node.opType === 'Gemm' && !isPlainGemm(use))) return undefined;
  const spec = {
    dtype: `uint${bits}`,
    qmin: 0,
    qmax: 2 ** bits - 1,
    symmetric,
    granularity: { kind: 'block', axis: role.blockAxis, blockSize },
    observer,
  } as const;
  return { form: 'blockMatMul', spec, reason: `${describe(settings, spec)}, multiplied as codes` };
}

/** A · B + C without transA or factors, C a constant [N] or absent: what MatMulNBits with a bias computes. */
export function isPlainGemm({ node, scope }: WeightUse): boolean {
  if (node === undefined || flag(node, 'transA') || float(node, 'alpha', 1) !== 1) return false;
  if (!node.inputs[2]) return true;
  const bias = scope.find(node.inputs[2]);
  return float(node, 'beta', 1) === 1 && bias?.tensor.dims.length === 1 && bias.tensor.dtype === 'float32';
}

/** Both operands of the product are weights: a node has one form, so both are dequantized in front of it. */
export function hasConstantPartner({ node, input, scope }: WeightUse): boolean {
  const partner = scope.find(node?.inputs[1 - input]);
  return partner !== undefined && isFloat(partner.tensor.dtype);
}
