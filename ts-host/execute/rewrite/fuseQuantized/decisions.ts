// What becomes of each node of a quantized model: integers, or float and why.

import type { Node } from '../../../ir/model.js';
import { isQuantize } from './ending.js';
import { isIntegerOperator } from './operatorForm.js';
import { isByte, isDequantize } from './parameters.js';
import type { Site } from './site.js';

/** How a node of the model runs. QuantizeLinear, DequantizeLinear and arithmetic on shapes are not told of. */
export interface NodeDecision {
  readonly node: string;
  readonly opType: string;
  readonly runs: 'integer' | 'float';
  /** The operator that runs in its place, which may do other nodes, too. */
  readonly as?: string;
  /** Why it stays in float. */
  readonly reason?: string;
}

export class Decisions {
  /** Whether the graph computes with codes anywhere. */
  readonly isQuantized: boolean;
  readonly #site: Site;
  readonly #byIndex = new Map<number, Omit<NodeDecision, 'node' | 'opType'>>();

  constructor(site: Site) {
    this.#site = site;
    const isCoded = (node: Node): boolean =>
      isQuantize(node) || isDequantize(node) || isIntegerOperator(node);
    this.isQuantized = site.graph.nodes.some(isCoded);
  }

  integer(at: number, as: string): void {
    this.#byIndex.set(at, { runs: 'integer', as });
  }

  float(at: number, reason: string): void {
    this.#byIndex.set(at, { runs: 'float', reason });
  }

  /** A node without a rule: an integer operator, one that moves codes, or float. */
  asItIs(at: number): void {
    const { graph, codes, codeTypes } = this.#site;
    const node = graph.nodes[at]!;
    const first = codeTypes.get(node.inputs[0] ?? '');
    if (isIntegerOperator(node)) this.integer(at, node.opType);
    else if (isByte(first)) {
      this.integer(at, node.opType);
      codeTypes.set(node.outputs[0]!, first);
    } else {
      const isCoded = node.inputs.some((name) => codes.has(name));
      this.float(at, isCoded ? `there is no integer ${node.opType}` : 'its inputs are float');
    }
  }

  list(): readonly NodeDecision[] {
    const { graph, ids } = this.#site;
    const shapes = namesOfShapes(graph.nodes, (name) => this.#site.tensor(name) !== undefined);
    return graph.nodes.flatMap((node, at) => {
      const decision = this.#byIndex.get(at);
      if (decision === undefined || node.outputs.every((name) => shapes.has(name))) return [];
      return [{ node: ids[at]!, opType: node.opType, ...decision }];
    });
  }
}

/** Values that are made of nothing but shapes and constants. */
function namesOfShapes(nodes: readonly Node[], isConstant: (name: string) => boolean): Set<string> {
  const shapes = new Set<string>();
  for (const { opType, domain, inputs, outputs } of nodes) {
    const isShape = domain === '' && (opType === 'Shape' || opType === 'Size');
    const given = inputs.filter((name) => name !== '' && !isConstant(name));
    if (!isShape && !given.every((name) => shapes.has(name))) continue;
    for (const name of outputs) shapes.add(name);
  }
  return shapes;
}
