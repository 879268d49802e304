// What is known of the values of a graph without running it: numbers that they do not pass.

import type { RunContext } from '../../context.js';
import type { Graph, Node } from '../../ir/model.js';
import { type ClipBounds, clipBounds } from './clipBounds.js';
import { movedInputs } from './movers.js';

type Bounds = ClipBounds;

const { NEGATIVE_INFINITY: NO_LOW, POSITIVE_INFINITY: NO_HIGH } = Number;
const UNKNOWN: Bounds = { low: NO_LOW, high: NO_HIGH };

const RANGES: ReadonlyMap<string, Bounds> = new Map([
  ...['Relu', 'Abs', 'Sqrt', 'Exp'].map((opType) => [opType, { low: 0, high: NO_HIGH }] as const),
  ...['Sigmoid', 'HardSigmoid', 'Softmax'].map((opType) => [opType, { low: 0, high: 1 }] as const),
]);
/** Never negative where no input is. */
const KEEPS_SIGN = new Set(['AveragePool', 'GlobalAveragePool', 'ReduceMean', 'Add', 'Mul']);

export class ValueBounds {
  readonly #bounds = new Map<string, Bounds>();

  /** @param clips - bounds of Clip nodes, by the name of their output */
  private constructor(graph: Graph, clips: ReadonlyMap<string, Bounds>) {
    // Nodes stand in the order of execution: what they read has its bounds already.
    for (const node of graph.nodes) {
      const bounds = clips.get(node.outputs[0]!) ?? this.#boundsOf(node);
      if (bounds !== UNKNOWN) for (const name of node.outputs) this.#bounds.set(name, bounds);
    }
  }

  static async of(graph: Graph, context: RunContext): Promise<ValueBounds> {
    return new ValueBounds(graph, await clipBounds(graph, context));
  }

  isNeverNegative(value: string): boolean {
    return this.#of(value).low >= 0;
  }

  /** A number that a value does not pass. */
  upper(value: string): number {
    return this.#of(value).high;
  }

  #of(value: string): Bounds {
    return this.#bounds.get(value) ?? UNKNOWN;
  }

  #boundsOf(node: Node): Bounds {
    if (node.domain !== '') return UNKNOWN;
    const range = RANGES.get(node.opType);
    if (range !== undefined) return range;
    if (KEEPS_SIGN.has(node.opType)) {
      const keepsAbove = node.inputs.every((name) => this.isNeverNegative(name));
      return keepsAbove ? { low: 0, high: NO_HIGH } : UNKNOWN;
    }
    const moved = movedInputs(node)?.map((input) => this.#of(node.inputs[input]!));
    if (moved === undefined || moved.length === 0) return UNKNOWN;
    return {
      low: Math.min(...moved.map(({ low }) => low)),
      high: Math.max(...moved.map(({ high }) => high)),
    };
  }
}
