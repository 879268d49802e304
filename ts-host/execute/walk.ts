// What the parts of a walk over a graph (layout, halves, folding) ask of the walk itself.

import type { RunContext } from '../context.js';
import type { DType } from '../ir/dtype.js';
import type { Node } from '../ir/model.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import type { Constants } from './constant.js';
import type { Entry, Known } from './known.js';
import type { Elements } from './node.js';
import type { Plan } from './operator.js';

/** The output of a node that the executor itself adds: wanted, and never the name of a value of the model. */
export const UNNAMED = '\u0000';

/** A node with everything its operator asked for. */
export interface PlannedNode {
  readonly id: string;
  readonly node: Node;
  readonly plan: Plan;
  readonly inputs: readonly (Known | undefined)[];
  /** Inputs whose bytes its steps read. */
  readonly reads: readonly number[];
}

export interface Walk {
  readonly engine: ExecutionEngine;
  readonly constants: Constants;
  readonly context: RunContext;
  readonly opsets: ReadonlyMap<string, number>;
  /** Whether values may be kept with channels last beyond the operators that need it. */
  readonly plansLayout: boolean;
  /** The value in ONNX's own order of dims. */
  natural(entry: Entry): Promise<Known>;
  /** The value with channels last. */
  channelsLast(entry: Entry): Promise<Known>;
  /** Elements of a value, if they are at hand or can be had. */
  elementsOf(known: Known): Promise<Elements | undefined>;
  /** Plans a node over inputs in the layout it wants; undefined when it needs values that are not there yet. */
  plan(node: Node, id: string, inputs: readonly (Known | undefined)[]): Promise<Known[] | undefined>;
  /** Plans `node` with one input, for conversions the executor itself adds. */
  convert(node: Node, id: string, input: Known): Promise<Known>;
  /** The value as another float type. */
  cast(known: Known, dtype: DType, id: string): Promise<Known>;
}
