// The contract of a rule: a float operator between DequantizeLinear and QuantizeLinear as one integer node.

import type { Node } from '../../../ir/model.js';
import type { Ending } from './ending.js';
import type { Site } from './site.js';

/** A node of the graph. */
export interface FloatNode {
  readonly id: string;
  readonly node: Node;
}

/** The integer node, and what of the graph it does beside its own. */
export interface Fused {
  readonly node: Node;
  /** What makes its inputs of constants, and what moves its codes. */
  readonly before?: readonly Node[];
  readonly after?: readonly Node[];
  /** Undefined where the result stays in float. */
  readonly ending?: Ending | undefined;
}

/** @throws Refusal telling why the node stays in float */
export type Rule = (site: Site, float: FloatNode) => Promise<Fused>;
