// Operators that hand codes on: every code of the output is one of the input, or between some of them.

import type { OperatorRule } from './use.js';

export const move: OperatorRule = () => ({ kind: 'move', data: [0] });

/** With indices of the maxima it is no plain move: engines have no integer form of that. */
export const maxPool: OperatorRule = (node) =>
  node.outputs[1] ? 'it gives out indices' : { kind: 'move', data: [0] };
