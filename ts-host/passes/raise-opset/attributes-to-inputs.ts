// Operators whose attributes became inputs and nothing else changed.

import { floatOf, intOf, intsOf, textOf } from './attributes.js';
import type { Facts } from './facts.js';
import {
  type ConstantDType,
  hintOf,
  intsToInputs,
  type Rule,
  type RuleTable,
  refuse,
  withInput,
  without,
} from './rule.js';

function floatType({ dtype }: Facts): Exclude<ConstantDType, 'int64'> | undefined {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16'
    ? dtype
    : undefined;
}

const UNKNOWN_TYPE = 'the element type of its first input is not known, so its new input cannot be written';

/** FLT_MAX: the default bound of Clip before opset 11, whatever the element type. */
const CLIP_DEFAULT = 3.4028234663852886e38;

/** From opset 11 on a missing bound is the type's own largest value: the same for float32 alone. */
const clip: Rule = (node, context) => {
  const dtype = floatType(context.facts(node.inputs[0] ?? ''));
  let clipped = without(node, 'min', 'max');
  for (const [index, name, fallback] of [
    [1, 'min', -CLIP_DEFAULT],
    [2, 'max', CLIP_DEFAULT],
  ] as const) {
    const value = floatOf(node, name);
    if (dtype === undefined) return refuse(UNKNOWN_TYPE);
    if (value === undefined && dtype === 'float32') continue;
    const bound = context.constant(`${hintOf(node)}_${name}`, dtype, [], [value ?? fallback]);
    clipped = withInput(clipped, index, bound);
  }
  return clipped;
};

/** The fill value is only read in mode `constant`, and only written when it is not the default 0. */
const pad: Rule = (node, context) => {
  const pads = intsOf(node, 'pads');
  if (pads === undefined) return refuse('its attribute pads is missing');
  const value = textOf(node, 'mode', 'constant') === 'constant' ? (floatOf(node, 'value') ?? 0) : 0;
  const bare = without(node, 'pads', 'value');
  const hint = hintOf(node);
  const padded = withInput(bare, 1, context.constant(`${hint}_pads`, 'int64', [pads.length], pads));
  if (Object.is(value, 0)) return padded;
  const dtype = floatType(context.facts(node.inputs[0] ?? ''));
  if (dtype === undefined) return refuse(UNKNOWN_TYPE);
  return withInput(padded, 2, context.constant(`${hint}_value`, dtype, [], [value]));
};

const topK: Rule = (node, context) => {
  const k = node.attributes.get('k');
  if (k?.kind !== 'int') return refuse('its attribute k is missing');
  return withInput(without(node, 'k'), 1, context.constant(`${hintOf(node)}_k`, 'int64', [1], [k.value]));
};

const unsqueeze: Rule = (node, context) =>
  (intsOf(node, 'axes') ?? []).length === 0
    ? refuse('its attribute axes is missing or empty')
    : intsToInputs(['axes', 1])(node, context);

const slice: Rule = (node, context) =>
  (intsOf(node, 'starts') ?? []).length === 0 || (intsOf(node, 'ends') ?? []).length === 0
    ? refuse('its attributes starts and ends are missing or empty')
    : intsToInputs(['starts', 1], ['ends', 2], ['axes', 3])(node, context);

/** The axis was 1 by default and is -2 now: it is always written. */
const dft: Rule = (node, context) =>
  withInput(
    without(node, 'axis'),
    2,
    context.constant(`${hintOf(node)}_axis`, 'int64', [], [intOf(node, 'axis', 1)]),
  );

const axes: Rule = intsToInputs(['axes', 1]);

const REDUCTIONS =
  'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSumSquare';

export const ATTRIBUTES_TO_INPUTS: RuleTable = {
  Clip: { 11: clip },
  Pad: { 11: pad },
  Slice: { 10: slice },
  TopK: { 10: topK },
  Squeeze: { 13: axes },
  Unsqueeze: { 13: unsqueeze },
  ReduceSum: { 13: axes },
  ...Object.fromEntries(REDUCTIONS.split(' ').map((name) => [name, { 18: axes }])),
  DFT: { 20: dft },
};
