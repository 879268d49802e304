// What a mode is: given one use of one weight, the form it wants for it, or the reason why the node stays in float.
// Everything that does not depend on the mode (filters, sharing, sizes, scales) is the planner's.

import type { CodeDType } from '../../ir/dtype.js';
import type { Granularity, WeightForm, WeightMode } from '../../ir/plan.js';
import type { Tensor } from '../../ir/tensor.js';
import type { WeightObserver } from '../../observers/index.js';
import type { PlanSettings } from '../options.js';
import type { WeightUse } from '../uses.js';

/** How a weight is to be stored as codes; the scales come later. */
export interface CodeSpec {
  readonly dtype: CodeDType;
  readonly qmin: number;
  readonly qmax: number;
  readonly symmetric: boolean;
  readonly granularity: Granularity;
  readonly observer: WeightObserver | 'auto';
}

export type StorageSpec = CodeSpec | { readonly dtype: 'float16' };

export interface Choice {
  readonly form: WeightForm;
  readonly spec: StorageSpec;
  readonly reason: string;
}

/** What a mode may rely on beside the use itself. */
export interface ModeContext {
  readonly settings: PlanSettings;
  /** Whether the model can be raised to a version of the standard operators. */
  canRaiseTo(opset: number): boolean;
}

export interface Mode {
  readonly name: WeightMode;
  /** The wish for one use, or why there is none. */
  choose(use: WeightUse, tensor: Tensor, context: ModeContext): Choice | string;
  /** The form that serves any use, for a weight whose users want different ones. */
  shared(use: WeightUse, tensor: Tensor, context: ModeContext): Choice | string;
}
