// The modes that need no samples. A new one adds its file and a line here.

import type { WeightMode } from '../../ir/plan.js';
import { dynamic } from './dynamic.js';
import { embedding } from './embedding.js';
import { fp16 } from './fp16.js';
import type { Mode } from './mode.js';
import { weights } from './weights.js';

export const MODES: Readonly<Record<WeightMode, Mode>> = { weights, dynamic, embedding, fp16 };
