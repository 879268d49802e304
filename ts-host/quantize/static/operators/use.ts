// How an operator runs in integers: which of its inputs are codes, which is a weight, and what it asks of its neighbours. A rule
// tells that of a node; a target lists the rules of the operators it has integer kernels for.

import type { GraphIndex } from '../../../ir/graphIndex.js';
import type { Node } from '../../../ir/model.js';

/** - product: does the work that quantizing is for, so its inputs become codes whoever makes them
 *  - map: computes codes from codes; pays only between integer nodes
 *  - join: a map of several inputs that need not be of one scale, but lose nothing when they are
 *  - move: hands codes on as they are, so output and input are of one scale */
export type IntegerKind = 'product' | 'map' | 'join' | 'move';

export interface WeightUse {
  /** Index of the input that is a constant weight. */
  readonly input: number;
  /** Index of the input that is added for each output channel, whether it is there or not. */
  readonly bias: number | undefined;
}

export interface IntegerUse {
  readonly kind: IntegerKind;
  /** Indices of inputs that are codes. */
  readonly data: readonly number[];
  /** Indices of inputs that another node of the same table makes, in float as it were: they are no codes. */
  readonly inner?: readonly number[];
  readonly weight?: WeightUse;
  /** One of the data inputs may be a constant. */
  readonly takesConstant?: boolean;
  /** The result may be left in float where nobody wants codes. */
  readonly floatOutput?: boolean;
}

/** How a node runs in integers, or why it does not. */
export type OperatorRule = (node: Node, index: GraphIndex) => IntegerUse | string;
