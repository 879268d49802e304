// The forms by name. A new one adds its file and a line here.

import type { WeightForm } from '../../../../ir/plan.js';
import type { Form } from '../form.js';
import { blockGather } from './blockGather.js';
import { blockMatMul } from './blockMatMul.js';
import { dequantize } from './dequantize.js';
import { dynamicInteger } from './dynamicInteger.js';
import { gatherDequantize } from './gatherDequantize.js';
import { halfCast } from './halfCast.js';

export const FORMS: Readonly<Record<WeightForm, Form>> = {
  dequantize,
  blockMatMul,
  blockGather,
  gatherDequantize,
  dynamicInteger,
  halfCast,
};
