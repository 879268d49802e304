// The form every mode can fall back on: codes in the file, dequantized in front of whatever reads the weight.

import type { Tensor } from '../../ir/tensor.js';
import type { PlanSettings } from '../options.js';
import { codeRange, granularityFor } from '../storage.js';
import type { WeightUse } from '../uses.js';
import type { Choice, CodeSpec, ModeContext } from './mode.js';

/** 4-bit types and blocks exist since this version of DequantizeLinear. */
const OPSET_OF_BLOCKS = 21;

/** Settings of the 8-bit weights that the modes dynamic and embedding store for nodes they do not compute in
 *  integers. */
export function eightBits(settings: PlanSettings): PlanSettings {
  const granularity = settings.granularity === 'tensor' ? 'tensor' : 'channel';
  return { ...settings, bits: 8, granularity };
}

export function dequantizeChoice(
  use: WeightUse,
  tensor: Tensor,
  settings: PlanSettings,
  context: ModeContext,
): Choice | string {
  const { role } = use;
  if (role === undefined) return notAWeight(use);
  if (
    settings.granularity === 'block' &&
    settings.bits <= 4 &&
    tensor.dims[role.blockAxis]! < settings.blockSize
  ) {
    return tooNarrow(use, tensor, settings, context);
  }
  const wanted = storageSpec(granularityFor(role, tensor.dims, settings), settings, true);
  if (!needsBlocks(wanted) || context.canRaiseTo(OPSET_OF_BLOCKS)) {
    return { form: 'dequantize', spec: wanted, reason: describe(settings, wanted) };
  }
  const channel = granularityFor(role, tensor.dims, { ...settings, granularity: 'channel' });
  const spec = storageSpec(channel, settings, false);
  const why = `in ${spec.dtype}, because the model cannot be raised to opset ${OPSET_OF_BLOCKS}`;
  return { form: 'dequantize', spec, reason: `${describe(settings, spec)}, ${why}` };
}

/** Depthwise weights, first layers: one scale a channel is too coarse for so few bits and blocks do not fit, but they
 *  are few, and they are what the whole net hangs on. */
function tooNarrow(
  use: WeightUse,
  tensor: Tensor,
  settings: PlanSettings,
  context: ModeContext,
): Choice | string {
  const choice = dequantizeChoice(use, tensor, eightBits(settings), context);
  if (typeof choice === 'string') return choice;
  const channels = tensor.dims[use.role!.blockAxis]!;
  const why = `its ${channels} input channels make no block of ${settings.blockSize}`;
  return { ...choice, reason: `${choice.reason}, because ${why}` };
}

export function storageSpec(
  granularity: CodeSpec['granularity'],
  settings: PlanSettings,
  fourBit: boolean,
): CodeSpec {
  const { bits, symmetric, observer } = settings;
  return { ...codeRange(bits, symmetric, fourBit), symmetric, granularity, observer };
}

export function notAWeight(use: WeightUse): string {
  return use.node === undefined
    ? 'given out by the graph'
    : `input ${use.input} of ${use.node.opType} is not a weight that is quantized`;
}

export function describe(settings: PlanSettings, spec: CodeSpec): string {
  const { granularity } = spec;
  const per = granularity.kind === 'block' ? `block of ${granularity.blockSize}` : granularity.kind;
  return `${settings.bits}-bit weight, one scale a ${per}`;
}

function needsBlocks({ dtype, granularity }: CodeSpec): boolean {
  return dtype.endsWith('int4') || granularity.kind === 'block';
}
