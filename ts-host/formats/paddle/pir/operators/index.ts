// All rules, by the name of the PIR operator.

import type { Rule } from '../rule.js';
import { ACTIVATIONS } from './activations.js';
import { ARITHMETIC } from './arithmetic.js';
import { QUANTIZED } from './quantized.js';
import { SHAPES } from './shapes.js';
import { SPATIAL } from './spatial.js';

const RULES = new Map<string, Rule>(
  Object.entries({ ...SPATIAL, ...ARITHMETIC, ...ACTIVATIONS, ...SHAPES, ...QUANTIZED }),
);

/** The rule of an operator of dialect pd_op; `relu_` is `relu` done in place, which makes no difference to its value. */
export function ruleOf(name: string): Rule | undefined {
  return RULES.get(name) ?? RULES.get(name.replace(/_$/, ''));
}
