// The forms by name. A new one adds its file and a line here.

import type { NodeForm } from '../../../../ir/plan.js';
import type { Form } from '../form.js';
import { blockGather } from './blockGather.js';
import { blockMatMul } from './blockMatMul.js';
import { dequantize } from './dequantize.js';
import { dynamicInteger } from './dynamicInteger.js';
import { gatherDequantize } from './gatherDequantize.js';
import { halfCast } from './halfCast.js';

export const FORMS: Readonly<Record<Exclude<NodeForm, 'float'>, Form>> = {
  dequantize,
  blockMatMul,
  blockGather,
  gatherDequantize,
  dynamicInteger,
  halfCast,
};
