// QuantizeLinear and DequantizeLinear behind each value that is read as codes, once for all who read it in the same steps. Codes are
// uint8, so that every operator meets one type:
//
//   never negative (behind a Relu)    zero point 0,    code = round(x / step), 0 to 127
//   others                            zero point 128,  code = round(x / step) + 128: Paddle's −128 to 127, moved
//
// Paddle's codes end at the threshold, 127 steps; with zero point 0 those of uint8 would go on to 255, and with 128 to one below
// −127 where Paddle ends there. A Clip keeps them equal; an integer operator in front takes it into its own clamp.

import type { Graph, Node } from '../../../ir/model.js';
import { Constants } from '../constants.js';
import { makeNode } from '../nodes.js';
import { type CodeRange, type ConvertStep, type ConvertTools, isSameRange, type Reads } from '../step.js';
import { ValueBounds } from '../valueBounds.js';

const QMAX = 127;

export const place: ConvertStep = {
  name: 'place',
  async run(state, tools) {
    const { graph, reads } = state;
    const placer = new Placer(graph, reads, await ValueBounds.of(graph, tools.context), tools);
    return { ...state, graph: placer.placed() };
  },
};

class Placer {
  readonly #graph: Graph;
  readonly #reads: ReadonlyMap<string, Reads>;
  readonly #bounds: ValueBounds;
  readonly #tools: ConvertTools;
  readonly #constants: Constants;
  /** By value: what its codes stand for is called, for each range it is read in. */
  readonly #dequantized = new Map<string, { readonly range: CodeRange; readonly name: string }[]>();
  readonly #nodes: Node[] = [];

  constructor(graph: Graph, reads: ReadonlyMap<string, Reads>, bounds: ValueBounds, tools: ConvertTools) {
    this.#graph = graph;
    this.#reads = reads;
    this.#bounds = bounds;
    this.#tools = tools;
    this.#constants = new Constants(graph.initializers, tools.fresh);
  }

  placed(): Graph {
    const wanted = this.#wanted();
    const behind = (name: string): void => {
      for (const range of wanted.get(name) ?? []) this.#place(name, range);
    };
    for (const name of this.#graph.initializers.keys()) behind(name);
    for (const { name } of this.#graph.inputs) behind(name);
    for (const node of this.#graph.nodes) {
      const ranges = this.#reads.get(node.name);
      const inputs = node.inputs.map((name) => {
        const range = ranges?.get(name);
        return range === undefined ? name : this.#nameOf(name, range);
      });
      this.#nodes.push({ ...node, inputs });
      for (const name of node.outputs) behind(name);
    }
    return { ...this.#graph, nodes: this.#nodes, initializers: this.#constants.initializers };
  }

  /** The codes that each value is read as. */
  #wanted(): Map<string, CodeRange[]> {
    const wanted = new Map<string, CodeRange[]>();
    for (const ranges of this.#reads.values()) {
      for (const [value, range] of ranges) {
        const known = wanted.get(value) ?? [];
        if (!known.some((each) => isSameRange(each, range))) wanted.set(value, [...known, range]);
      }
    }
    return wanted;
  }

  #nameOf(value: string, range: CodeRange): string {
    return this.#dequantized.get(value)!.find((each) => isSameRange(each.range, range))!.name;
  }

  #place(value: string, range: CodeRange): void {
    const { fresh } = this.#tools;
    const isPositive = this.#bounds.isNeverNegative(value);
    const scale = this.#constants.of(`${value}_scale`, 'float32', range.step);
    const zeroPoint = this.#constants.of(`${value}_zero_point`, 'uint8', isPositive ? 0 : QMAX + 1);
    const codes = fresh(`${value}_codes`);
    const name = fresh(`${value}_dequantized`);
    const input = this.#clipped(value, range, isPositive);
    this.#nodes.push(makeNode('QuantizeLinear', [input, scale, zeroPoint], codes));
    this.#nodes.push(makeNode('DequantizeLinear', [codes, scale, zeroPoint], name));
    this.#dequantized.set(value, [...(this.#dequantized.get(value) ?? []), { range, name }]);
  }

  /** The value cut off where its codes end and those of uint8 would not, unless it never gets there. */
  #clipped(value: string, { step, least }: CodeRange, isPositive: boolean): string {
    // What is less than half a step beyond is rounded back anyway.
    const isBelow = this.#bounds.upper(value) < (QMAX + 0.5) * step;
    if (isPositive ? isBelow : least !== -QMAX) return value;
    const clipped = this.#tools.fresh(`${value}_clipped`);
    const bound = this.#constants.of(
      `${value}_threshold`,
      'float32',
      Math.fround((isPositive ? QMAX : -QMAX) * step),
    );
    this.#nodes.push(makeNode('Clip', isPositive ? [value, '', bound] : [value, bound], clipped));
    return clipped;
  }
}
