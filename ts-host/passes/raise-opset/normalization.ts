// BatchNormalization, Dropout and GroupNormalization.

import type { Node } from '../../ir/model.js';
import { int, intOf } from './attributes.js';
import {
  beside,
  hintOf,
  type Rule,
  type RuleContext,
  type RuleTable,
  refuse,
  withAttributes,
  without,
} from './rule.js';

/** Without `spatial` every element of a sample has statistics of its own: the same as channels of a flat sample. */
const batchNormalization9: Rule = (node, context) => {
  const plain = without(node, 'spatial');
  if (intOf(node, 'spatial', 1) !== 0) return plain;
  if (isTraining(node)) return refuse(TRAINING);
  const [input = '', ...statistics] = node.inputs;
  const flatShape = context.constant(`${hintOf(node)}_flat`, 'int64', [1], [-1]);
  const shape = beside(node, context, 'Shape', [input]);
  const flat = beside(node, context, 'Flatten', [input], { axis: int(1) });
  const lists = statistics.map((name) => beside(node, context, 'Reshape', [name, flatShape]));
  const inner = {
    ...plain,
    inputs: [flat, ...lists].map((each) => each.outputs[0]!),
    outputs: [context.fresh(`${node.outputs[0]}_flat`)],
  };
  const back = beside(node, context, 'Reshape', [inner.outputs[0]!, shape.outputs[0]!]);
  return [shape, flat, ...lists, inner, { ...back, outputs: node.outputs }];
};

const TRAINING = 'it has outputs for training, whose number and meaning changed';

const isTraining = (node: Node): boolean => node.outputs.slice(1).some((name) => name !== '');

/** Outputs beyond the first used to mean training; now an attribute does, and its default is inference. */
const batchNormalization14: Rule = (node) => {
  if (isTraining(node)) return refuse(TRAINING);
  return node.outputs.length === 1 ? node : { ...node, outputs: node.outputs.slice(0, 1) };
};

/** In inference Dropout copies, and its mask was never defined before opset 12. */
const dropout: Rule = (node, context) => {
  const mask = node.outputs[1] ?? '';
  if (mask !== '' && context.isUsed(mask)) {
    return refuse('its mask is used, which inference did not define before opset 12');
  }
  const plain = without(node, 'ratio');
  return plain.outputs.length === 1 ? plain : { ...plain, outputs: plain.outputs.slice(0, 1) };
};

/** `stash_type` of each element type: the type the normalization is computed in, which used to be the input's. */
const STASH_TYPES: Readonly<Partial<Record<string, number>>> = {
  float32: 1,
  float16: 10,
  float64: 11,
  bfloat16: 16,
};

/** Scale and bias had one element a group and have one a channel now: each is repeated channels / groups times. */
const groupNormalization: Rule = (node, context) => {
  const [input = '', scale = '', bias = ''] = node.inputs;
  const { dtype, dims } = context.facts(input);
  const stashType = STASH_TYPES[dtype ?? ''];
  if (stashType === undefined) return refuse('the element type it computes in is not known');
  const groups = intOf(node, 'num_groups', 0);
  if (groups < 1) return refuse('its attribute num_groups is missing');
  const before: Node[] = [];
  const make = (...args: [opType: string, inputs: readonly string[], attributes?: Node['attributes']]) => {
    const made = beside(node, context, args[0], args[1], Object.fromEntries(args[2] ?? []));
    before.push(made);
    return made.outputs[0]!;
  };
  const target = repeatShape(node, context, make, input, groups, dims?.[1] ?? undefined);
  const column = context.constant(`${hintOf(node)}_column`, 'int64', [2], [-1, 1]);
  const flat = context.constant(`${hintOf(node)}_flat`, 'int64', [1], [-1]);
  const repeat = (name: string): string =>
    make('Reshape', [make('Expand', [make('Reshape', [name, column]), target]), flat]);
  const inner = { ...node, inputs: [input, repeat(scale), repeat(bias)] };
  return [...before, stashType === 1 ? inner : withAttributes(inner, { stash_type: int(stashType) })];
};

/** The shape [1, channels / groups], computed where the number of channels is only known at run time. */
function repeatShape(
  node: Node,
  context: RuleContext,
  make: (opType: string, inputs: readonly string[], attributes?: Node['attributes']) => string,
  input: string,
  groups: number,
  channels: number | undefined,
): string {
  const hint = hintOf(node);
  if (channels !== undefined) {
    return context.constant(`${hint}_repeat`, 'int64', [2], [1, Math.floor(channels / groups)]);
  }
  const channelCount = make(
    'Shape',
    [input],
    new Map([
      ['start', int(1)],
      ['end', int(2)],
    ]),
  );
  const groupCount = context.constant(`${hint}_groups`, 'int64', [1], [groups]);
  const perGroup = make('Div', [channelCount, groupCount]);
  const one = context.constant(`${hint}_one`, 'int64', [1], [1]);
  return make('Concat', [one, perGroup], new Map([['axis', int(0)]]));
}

export const NORMALIZATION: RuleTable = {
  BatchNormalization: { 9: batchNormalization9, 14: batchNormalization14 },
  Dropout: { 10: dropout, 12: dropout },
  GroupNormalization: { 21: groupNormalization },
};
