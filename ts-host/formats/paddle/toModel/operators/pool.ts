// Pools. Windows move as in ONNX, or are bins that share the input among a given number of outputs (adaptive).

import { adaptivePool } from '../adaptivePool.js';
import { inChannelsFirst } from '../layout.js';
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
