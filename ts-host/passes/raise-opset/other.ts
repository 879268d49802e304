// Small changes, one operator each.

import type { DType } from '../../ir/dtype.js';
import { intOf, text, textOf } from './attributes.js';
import { type Rule, type RuleTable, refusal, refuse, withAttributes } from './rule.js';

const GRID_SAMPLE_MODES: Readonly<Record<string, string>> = { bilinear: 'linear', bicubic: 'cubic' };

/** Modes were renamed. */
const gridSample: Rule = (node) => {
  const mode = textOf(node, 'mode', 'bilinear');
  return withAttributes(node, { mode: text(GRID_SAMPLE_MODES[mode] ?? mode) });
};

/** The half pixel shift that became the default is switched off. */
const roiAlign: Rule = (node) =>
  withAttributes(node, { coordinate_transformation_mode: text('output_half_pixel') });

const isInteger = (dtype: DType | undefined): boolean => dtype !== undefined && /^u?int/.test(dtype);

const erf: Rule = (node, context) =>
  isInteger(context.facts(node.inputs[0] ?? '').dtype) ? refuse('opset 13 took integers away') : node;

const mod: Rule = (node, context) =>
  intOf(node, 'fmod', 0) === 1 && isInteger(context.facts(node.inputs[0] ?? '').dtype)
    ? refuse('opset 13 allows fmod for floating point alone')
    : node;

const UNSIGNED_ZERO_FLOATS: readonly (DType | undefined)[] = ['float8e4m3fnuz', 'float8e5m2fnuz'];
const INFINITY_CHANGED = 'opset 24 turns infinity into the largest value of this float8 type, not into NaN';

/** ONNX codes of float8e4m3fnuz and float8e5m2fnuz. */
const isUnsignedZeroCode = (code: number): boolean => code === 18 || code === 20;

const cast: Rule = (node) =>
  intOf(node, 'saturate', 1) === 1 && isUnsignedZeroCode(intOf(node, 'to', 0))
    ? refuse(INFINITY_CHANGED)
    : node;

const castLike: Rule = (node, context) => {
  if (intOf(node, 'saturate', 1) !== 1) return node;
  const { dtype } = context.facts(node.inputs[1] ?? '');
  if (dtype === undefined) return refuse('the element type it casts to is not known');
  return UNSIGNED_ZERO_FLOATS.includes(dtype) ? refuse(INFINITY_CHANGED) : node;
};

export const OTHER: RuleTable = {
  GridSample: { 20: gridSample },
  RoiAlign: { 16: roiAlign },
  Scatter: { 11: (node) => ({ ...node, opType: 'ScatterElements' }) },
  Scan: { 9: refusal('Scan ran over a batch of sequences before opset 9') },
  Erf: { 13: erf },
  Mod: { 13: mod },
  Cast: { 24: cast },
  CastLike: { 24: castLike },
};
