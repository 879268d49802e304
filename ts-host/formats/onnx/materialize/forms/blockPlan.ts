// What the contrib block operators need of a plan.

import { OctavoError } from '../../../../errors.js';
import { DTYPE_BITS } from '../../../../ir/dtype.js';
import type { CodePlan } from '../../../../ir/plan.js';
import type { ScaleSlot } from '../../../../tensor/scaleSlot.js';
import type { ScaleChooser } from '../../../../tensor/scales.js';
import type { FormContext } from '../form.js';

export type BlockBits = 2 | 4 | 8;

export interface BlockPlan {
  readonly bits: BlockBits;
  readonly block: number;
  readonly symmetric: boolean;
  readonly choose: ScaleChooser;
  readonly slot: ScaleSlot;
}

/** @throws OctavoError `PLAN_INVALID` when the plan is not per block or not of unsigned 2-, 4- or 8-bit codes. */
export function blockPlan(plan: CodePlan, { choosers, slot }: FormContext): BlockPlan {
  const { granularity, dtype, symmetric, qmin, qmax, tensor } = plan;
  const bits = DTYPE_BITS[dtype];
  const fits = dtype.startsWith('u') && bits <= 8 && qmin === 0 && qmax === 2 ** bits - 1;
  if (granularity.kind !== 'block' || !fits) {
    throw new OctavoError(
      'PLAN_INVALID',
      'the forms blockMatMul and blockGather need granularity block and all codes of uint2, uint4 or uint8',
      { tensor },
    );
  }
  return {
    bits: bits as BlockBits,
    block: granularity.blockSize,
    symmetric,
    choose: choosers[plan.observer]!,
    slot,
  };
}
