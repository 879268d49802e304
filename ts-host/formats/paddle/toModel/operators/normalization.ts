// Normalizations, by statistics that the model holds or that are taken from the values themselves.

import { floatAttribute, intAttribute, intsAttribute } from '../../../../ir/attributes.js';
import { inChannelsFirst, isChannelsLast } from '../layout.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { filledWith, reshaped, withDims } from '../values.js';

function epsilonOf(op: OpScope): number {
  return op.attributes.float('epsilon', 1e-5);
}

/** Statistics of training are stored with the model; only a program exported for training takes them from the batch. */
function batchNorm(op: OpScope): void {
  const { attributes } = op;
  if (!attributes.bool('is_test', true) && !attributes.bool('use_global_stats', false)) {
    throw op.unsupported('statistics of the batch (is_test is false): export the model for inference');
  }
  const statistics = ['Scale', 'Bias', 'Mean', 'Variance'].map((argument) => op.input(argument));
  const epsilon = floatAttribute(epsilonOf(op));
  inChannelsFirst(op, 'data_layout', ['X', 'Y'], (x, to) =>
    op.emit('BatchNormalization', [x, ...statistics], { epsilon }, to),
  );
}

/** Scale or bias over the dims that are normalized; they are stored flat. */
function overNormalized(op: OpScope, argument: 'Scale' | 'Bias', axis: number): string | undefined {
  const dims = op.dims('X')!.slice(axis);
  const isKnown = !dims.includes(-1);
  if (op.has(argument)) {
    if (dims.length === 1) return op.input(argument);
    if (!isKnown) throw op.unsupported('normalized dims that are not known');
    return withDims(op, argument, dims);
  }
  if (argument === 'Bias') return undefined;
  if (!isKnown) throw op.unsupported('normalized dims that are not known');
  return filledWith(op, op.dtype('X'), dims, 1);
}

/** All dims from begin_norm_axis on are normalized together. */
function layerNorm(op: OpScope): void {
  const axis = op.axis('begin_norm_axis', 1, op.rank('X'));
  const inputs = [op.input('X'), overNormalized(op, 'Scale', axis), overNormalized(op, 'Bias', axis)];
  const attributes = { axis: intAttribute(axis), epsilon: floatAttribute(epsilonOf(op)) };
  op.emit('LayerNormalization', inputs, attributes, op.output('Y'));
}

/** Scale and bias of `count` elements, 1 and 0 where the operator has none. */
function scaleAndBias(op: OpScope, count: number): readonly [string, string] {
  const dtype = op.dtype('X');
  return [
    op.optional('Scale') ?? filledWith(op, dtype, [count], 1),
    op.optional('Bias') ?? filledWith(op, dtype, [count], 0),
  ];
}

function instanceNorm(op: OpScope): void {
  const channels = op.dims('Scale')?.[0] ?? op.dims('X')?.[1] ?? -1;
  if (channels < 0) throw op.unsupported('channels whose number is not known');
  const attributes = { epsilon: floatAttribute(epsilonOf(op)) };
  op.emit(
    'InstanceNormalization',
    [op.input('X'), ...scaleAndBias(op, channels)],
    attributes,
    op.output('Y'),
  );
}

/** Groups of channels become the channels of an instance normalization: [N, C, …] is seen as [N, groups, the rest]. */
function groupNorm(op: OpScope): void {
  const groups = op.attributes.int('groups');
  const rank = op.rank('X');
  const behind = Array<number>(rank - 2).fill(1);
  const perChannel = (argument: 'Scale' | 'Bias') =>
    withDims(op, argument, [op.dims(argument)?.[0] ?? -1, ...behind]);
  inChannelsFirst(op, 'data_layout', ['X', 'Y'], (x, to) => {
    const unit = [1, 0].map((value) => filledWith(op, op.dtype('X'), [groups], value));
    const epsilon = floatAttribute(epsilonOf(op));
    const grouped = reshaped(op, x, [0, groups, -1]);
    const normal = op.emit('InstanceNormalization', [grouped, ...unit], { epsilon });
    const steps = [
      (value: string, into?: string) => op.emit('Reshape', [value, op.emit('Shape', [x])], {}, into),
      ...(op.has('Scale')
        ? [(v: string, into?: string) => op.emit('Mul', [v, perChannel('Scale')], {}, into)]
        : []),
      ...(op.has('Bias')
        ? [(v: string, into?: string) => op.emit('Add', [v, perChannel('Bias')], {}, into)]
        : []),
    ];
    return steps.reduce((value, step, i) => step(value, i === steps.length - 1 ? to : undefined), normal);
  });
}

/** X / √(Σ X² + epsilon) along an axis. */
function normalizeAlong(op: OpScope): void {
  const axis = op.attributes.int('axis', -1);
  const epsilon = op.scalar(op.attributes.float('epsilon', 1e-10), op.dtype('X'));
  const x = op.input('X');
  const sum = op.emit('ReduceSumSquare', [x], { axes: intsAttribute([axis]), keepdims: intAttribute(1) });
  const norm = op.emit(
    'Sqrt',
    [op.emit('Add', [sum, epsilon])],
    {},
    op.wants('Norm') ? op.output('Norm') : undefined,
  );
  op.emit('Div', [x, norm], {}, op.output('Out'));
}

/** Paddle's alpha is for each summand, ONNX's for their mean. */
function localResponse(op: OpScope): void {
  const size = op.attributes.int('n', 5);
  const attributes = {
    size: intAttribute(size),
    alpha: floatAttribute(op.attributes.float('alpha', 1e-4) * size),
    beta: floatAttribute(op.attributes.float('beta', 0.75)),
    bias: floatAttribute(op.attributes.float('k', 2)),
  };
  inChannelsFirst(op, 'data_format', ['X', 'Out'], (x, to) => op.emit('LRN', [x], attributes, to));
}

/** X · Scale + Bias, a number for each channel. */
function affineChannel(op: OpScope): void {
  const behind = isChannelsLast(op, 'data_layout') ? 0 : op.rank('X') - 2;
  const perChannel = (argument: string) =>
    withDims(op, argument, [op.dims(argument)?.[0] ?? -1, ...Array<number>(behind).fill(1)]);
  const scaled = op.emit('Mul', [op.input('X'), perChannel('Scale')]);
  op.emit('Add', [scaled, perChannel('Bias')], {}, op.output('Out'));
}

export const NORMALIZATIONS: readonly OperatorConverter[] = [
  converter(['batch_norm', 'sync_batch_norm'], batchNorm),
  converter('layer_norm', layerNorm),
  converter('instance_norm', instanceNorm),
  converter('group_norm', groupNorm),
  converter('norm', normalizeAlong),
  converter('lrn', localResponse),
  converter('affine_channel', affineChannel),
];
