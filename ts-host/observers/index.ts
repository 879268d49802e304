// The observers of constant tensors, by the name that options use. A new one adds its file and a line here.

import type { ScaleChooser } from '../tensor/scales.js';
import { absmax } from './absmax.js';
import { mse } from './mse.js';

export const WEIGHT_OBSERVERS = { absmax, mse } as const satisfies Record<string, ScaleChooser>;

/** Name of a way to choose the scales of weights. */
export type WeightObserver = keyof typeof WEIGHT_OBSERVERS;
