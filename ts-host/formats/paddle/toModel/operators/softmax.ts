// Softmax and its logarithm, along one axis.

import { intAttribute } from '../../../../ir/attributes.js';
import { converter, type OperatorConverter } from '../operator.js';

function along(type: string, opType: string): OperatorConverter {
  return converter(type, (op) => {
    const axis = intAttribute(op.attributes.int('axis', -1));
    op.emit(opType, [op.input('X')], { axis }, op.output('Out'));
  });
}

export const SOFTMAXES: readonly OperatorConverter[] = [
  along('softmax', 'Softmax'),
  along('log_softmax', 'LogSoftmax'),
];
