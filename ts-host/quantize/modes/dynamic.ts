// Mode dynamic: MatMul and Gemm (and Conv on request) multiply integers; their input is quantized when it arrives,
// with the range it has then. No samples needed, and large products run at integer speed. Other weights are stored in
// 8 bits and dequantized, lookups behind the Gather.

import type { Tensor } from '../../ir/tensor.js';
import type { WeightUse } from '../uses.js';
import { hasConstantPartner } from './blockMatMul.js';
import { dequantizeChoice, eightBits } from './dequantize.js';
import { gatherChoice } from './gather.js';
import type { Choice, CodeSpec, Mode, ModeContext } from './mode.js';

/** DynamicQuantizeLinear exists since. */
const OPSET_OF_DYNAMIC = 11;

export const dynamic: Mode = {
  name: 'dynamic',
  choose(use, tensor, context) {
    const { role } = use;
    const stored = eightBits(context.settings);
    if (role?.kind === 'gather' && tensor.dtype === 'float32') return gatherChoice(use, tensor, stored);
    const inIntegers =
      role?.kind === 'matmul' ? matmulChoice(use, tensor, context) : convChoice(use, tensor, context);
    return inIntegers ?? dequantizeChoice(use, tensor, stored, context);
  },
  shared: (use, tensor, context) => dequantizeChoice(use, tensor, eightBits(context.settings), context),
};

function matmulChoice(use: WeightUse, tensor: Tensor, context: ModeContext): Choice | undefined {
  const { settings } = context;
  if (use.input !== 1 || tensor.dims.length !== 2 || tensor.dtype !== 'float32') return undefined;
  if (hasConstantPartner(use) || !context.canRaiseTo(OPSET_OF_DYNAMIC)) return undefined;
  const symmetric = settings.weightType === 'int8';
  const high = settings.reduceRange ? 127 : 255;
  const codes = symmetric
    ? ({ dtype: 'int8', qmin: -(high >> 1), qmax: high >> 1 } as const)
    : ({ dtype: 'uint8', qmin: 0, qmax: high } as const);
  const granularity: CodeSpec['granularity'] =
    settings.granularity === 'tensor' || use.role === undefined
      ? { kind: 'tensor' }
      : { kind: 'channel', axis: use.role.channelAxis };
  return {
    form: 'dynamicInteger',
    spec: { ...codes, symmetric, granularity, observer: settings.observer },
    reason: `input quantized at run time to uint8, weight ${codes.dtype}, one scale a ${granularity.kind}`,
  };
}

/** ConvInteger takes one zero point for all channels, so the weight is symmetric whatever weightType says. */
function convChoice(use: WeightUse, tensor: Tensor, context: ModeContext): Choice | undefined {
  const { settings } = context;
  if (!settings.convInteger || use.node?.opType !== 'Conv' || use.role === undefined) return undefined;
  if (tensor.dtype !== 'float32' || !context.canRaiseTo(OPSET_OF_DYNAMIC)) return undefined;
  const qmax = settings.reduceRange ? 63 : 127;
  const granularity: CodeSpec['granularity'] =
    settings.granularity === 'tensor' ? { kind: 'tensor' } : { kind: 'channel', axis: 0 };
  return {
    form: 'dynamicInteger',
    spec: { dtype: 'int8', qmin: -qmax, qmax, symmetric: true, granularity, observer: settings.observer },
    reason: `input quantized at run time to uint8, weight int8, one scale a ${granularity.kind}`,
  };
}
