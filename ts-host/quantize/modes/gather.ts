// Lookups: only the rows that are looked up should be dequantized, so the table stays in integers and the scale is
// applied behind the Gather. Shared by the modes weights, dynamic and embedding.

import type { Tensor } from '../../ir/tensor.js';
import type { PlanSettings } from '../options.js';
import { granularityFor } from '../storage.js';
import type { WeightUse } from '../uses.js';
import { describe, storageSpec } from './dequantize.js';
import type { Choice } from './mode.js';

/** The form for a Gather's table. `use.role.kind` must be gather. */
export function gatherChoice(use: WeightUse, tensor: Tensor, settings: PlanSettings): Choice | string {
  if (tensor.dtype !== 'float32') return `a table of ${tensor.dtype} is dequantized as a whole only`;
  const role = use.role!;
  const width = tensor.dims[1]!;
  const { bits, blockSize } = settings;
  const blocks = settings.granularity === 'block' && width % blockSize === 0 && width > 0;
  if (blocks && settings.blockForm === 'contrib' && (bits === 2 || bits === 4 || bits === 8)) {
    const granularity = { kind: 'block', axis: 1, blockSize } as const;
    const symmetric = settings.symmetric;
    const spec = { dtype: `uint${bits}`, qmin: 0, qmax: 2 ** bits - 1, symmetric } as const;
    const observer = settings.observer;
    return {
      form: 'blockGather',
      spec: { ...spec, granularity, observer },
      reason: describe(settings, { ...spec, granularity, observer }),
    };
  }
  const byRow = granularityFor(role, tensor.dims, { ...settings, granularity: rowGranularity(settings) });
  const spec = storageSpec(byRow, settings, false);
  return { form: 'gatherDequantize', spec, reason: `${describe(settings, spec)}, applied behind the lookup` };
}

function rowGranularity(settings: PlanSettings): 'tensor' | 'channel' {
  return settings.granularity === 'tensor' ? 'tensor' : 'channel';
}
