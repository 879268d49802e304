// Pools. Windows move as in ONNX, or are bins that share the input among a given number of outputs (adaptive).

import { intAttribute, intsAttribute } from '../../../../ir/attributes.js';
import { inChannelsFirst, isChannelsLast } from '../layout.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { type PoolKind as Kind, windowPool } from '../windowPool.js';

function kindOf(op: OpScope): Kind {
  const kind = op.attributes.string('pooling_type', 'max');
  if (kind !== 'max' && kind !== 'avg') throw op.fail('MALFORMED', `the pooling_type ${kind}`);
  return kind;
}

function pool(k: number, kind: (op: OpScope) => Kind, layout: string): OperatorConverter['convert'] {
  return (op) =>
    inChannelsFirst(op, layout, ['X', 'Out'], (x, to) => {
      const size = op.attributes.ints('ksize');
      const isAdaptive = op.attributes.bool('adaptive', false);
      const isMax = kind(op) === 'max';
      const isGlobal = op.attributes.bool('global_pooling', false);
      if (isAdaptive && isMax && op.type.startsWith('pool')) {
        throw op.unsupported(
          'an adaptive maximum, which this operator computes differently from engine to engine',
        );
      }
      if (isGlobal || (isAdaptive && size.every((each) => each === 1))) {
        return op.emit(isMax ? 'GlobalMaxPool' : 'GlobalAveragePool', [x], {}, to);
      }
      return isAdaptive ? adaptivePool(op, kind(op), x, size, to) : windowPool(op, kind(op), x, k, to);
    });
}

/** Output i of an axis is over the inputs ⌊i·in/out⌋ to ⌈(i+1)·in/out⌉. Where out divides in, that is a window. */
function adaptivePool(
  op: OpScope,
  kind: Kind,
  x: string,
  outputs: readonly number[],
  to: string | undefined,
): string {
  const dims = op.dims('X') ?? [];
  const inputs = outputs.map((_, i) => dims[i + (isChannelsLast(op, 'data_format') ? 1 : 2)] ?? -1);
  if (inputs.some((size, i) => size < 0 && outputs[i] !== 1)) {
    throw op.unsupported('adaptive pooling of an input whose size is not known');
  }
  if (inputs.every((size, i) => size > 0 && size % outputs[i]! === 0)) {
    const steps = intsAttribute(inputs.map((size, i) => size / outputs[i]!));
    const attributes = { kernel_shape: steps, strides: steps };
    return op.emit(kind === 'max' ? 'MaxPool' : 'AveragePool', [x], attributes, to);
  }
  // Bins are rectangles, so axes are reduced one after the other.
  return outputs.reduce(
    (value, count, i) =>
      binsOf(
        op,
        kind,
        value,
        { axis: i + 2, size: inputs[i]!, count },
        i === outputs.length - 1 ? to : undefined,
      ),
    x,
  );
}

function binsOf(
  op: OpScope,
  kind: Kind,
  value: string,
  { axis, size, count }: { readonly axis: number; readonly size: number; readonly count: number },
  to: string | undefined,
): string {
  const reduce = (part: string, into?: string) => {
    const attributes = { axes: intsAttribute([axis]), keepdims: intAttribute(1) };
    return op.emit(kind === 'max' ? 'ReduceMax' : 'ReduceMean', [part], attributes, into);
  };
  if (count === 1) return reduce(value, to);
  const bins = Array.from({ length: count }, (_, i) => {
    const [start, end] = [Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)];
    return reduce(op.emit('Slice', [value, op.ints([start]), op.ints([end]), op.ints([axis])]));
  });
  return op.emit('Concat', bins, { axis: intAttribute(axis) }, to);
}

/** The maximum's place: ONNX counts over the whole tensor, Paddle inside the channel. */
function maxPoolWithIndex(k: number): OperatorConverter['convert'] {
  return (op) => {
    if (op.isRead('Mask')) throw op.unsupported('places of the maxima (Mask)');
    return pool(k, () => 'max', 'data_format')(op);
  };
}

export const POOLS: readonly OperatorConverter[] = [
  converter('pool2d', pool(2, kindOf, 'data_format')),
  converter('pool3d', pool(3, kindOf, 'data_format')),
  converter('max_pool2d_with_index', maxPoolWithIndex(2)),
  converter('max_pool3d_with_index', maxPoolWithIndex(3)),
];
