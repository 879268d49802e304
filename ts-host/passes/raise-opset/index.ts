// raiseOpset: the same model in a newer version of the standard operator set. Quantized operators need newer opsets
// than many models declare; here every node is rewritten as the changes between the two demand, or nothing is.

import { OctavoError } from '../../errors.js';
import { type Attribute, type Graph, type Model, type Node, nodeIds, visitGraphs } from '../../ir/model.js';
import { type NameGenerator, uniqueNames } from '../../ir/names.js';
import { HIGHEST_OPSET, irVersionFor, LOWEST_OPSET, whyNotStandard } from './operators.js';
import { nextStep } from './rules.js';
import { GraphScope } from './scope.js';

/** A node that keeps a model from a newer opset. */
export interface OpsetObstacle {
  /** Node id as `nodeIds` makes it; `domain:name` for a function of the model. */
  readonly node: string;
  readonly opType: string;
  /** The opset the model declares. */
  readonly from: number;
  /** The first opset the node cannot be brought to. */
  readonly to: number;
  readonly reason: string;
}

/** Raises the version of the standard operators a model declares, from 7 or later to at most 25, without changing
 *  what the model computes; the IR version follows as far as the opset demands. The model itself when `target` is
 *  not above its opset. All obstacles when there are any: then nothing is raised.
 *
 *  Functions of the model import opsets of their own, and ONNX wants every operator in them to be the same in both
 *  versions. Their bodies are not part of the IR, so each function is an obstacle: inline functions first.
 *  @param isReady - tells nodes that a pass has made for `target` already; they are left as they are.
 *  @throws OctavoError `INVALID_ARGUMENT` when `target` is not an integer from 7 to 25.
 *  @example
 *  ```ts
 *  const raised = raiseOpset(model, 13);
 *  if (Array.isArray(raised)) console.log(raised.map(({ node, reason }) => `${node}: ${reason}`));
 *  ``` */
export function raiseOpset(
  model: Model,
  target: number,
  isReady: (node: Node) => boolean = () => false,
): Model | OpsetObstacle[] {
  if (!Number.isInteger(target) || target < LOWEST_OPSET || target > HIGHEST_OPSET) {
    const message = `opset ${target} is not an integer from ${LOWEST_OPSET} to ${HIGHEST_OPSET}`;
    throw new OctavoError('INVALID_ARGUMENT', message, { field: 'target' });
  }
  const key = !model.opsets.has('') && model.opsets.has('ai.onnx') ? 'ai.onnx' : '';
  // Before opsets had to be declared, the version was 1.
  const from = model.opsets.get(key) ?? 1;
  if (target <= from) return model;
  const raiser = new Raiser(model, from, target, isReady);
  const graph = raiser.graph(model.graph, '', undefined);
  const obstacles = [...functionObstacles(model, from, target), ...raiser.obstacles];
  if (obstacles.length > 0) return obstacles;
  return {
    ...model,
    graph,
    opsets: new Map([...model.opsets, [key, target]]),
    irVersion: Math.max(model.irVersion, irVersionFor(target)),
  };
}

function functionObstacles(model: Model, from: number, to: number): OpsetObstacle[] {
  const reason = 'a function of the model imports an opset of its own';
  return model.functions.map(({ domain, name }) => {
    return { node: `${domain}:${name}`, opType: name, from, to, reason };
  });
}

class Raiser {
  readonly obstacles: OpsetObstacle[] = [];
  readonly #from: number;
  readonly #target: number;
  readonly #fresh: NameGenerator;
  readonly #isReady: (node: Node) => boolean;
  readonly #used = new Set<string>();

  constructor(model: Model, from: number, target: number, isReady: (node: Node) => boolean) {
    this.#isReady = isReady;
    this.#from = from;
    this.#target = target;
    this.#fresh = uniqueNames(model);
    visitGraphs(model.graph, (graph) => {
      for (const { name } of graph.outputs) this.#used.add(name);
      for (const { inputs } of graph.nodes) for (const name of inputs) this.#used.add(name);
    });
  }

  /** The graph raised; the same object when nothing in it had to change. */
  graph(graph: Graph, path: string, outer: GraphScope | undefined): Graph {
    const scope = new GraphScope(graph, this.#fresh, this.#used, outer);
    const ids = nodeIds(graph, path);
    const nodes = graph.nodes.flatMap((node, index) => this.#node(node, ids[index]!, scope));
    const isSame = nodes.length === graph.nodes.length && nodes.every((node, i) => node === graph.nodes[i]);
    return isSame ? graph : { ...graph, nodes, initializers: scope.initializers(graph) };
  }

  #node(original: Node, id: string, scope: GraphScope): readonly Node[] {
    if (this.#isReady(original)) return [original];
    const node = this.#nested(original, id, scope);
    if (node.domain !== '' && node.domain !== 'ai.onnx') return [node];
    const reason =
      this.#from < LOWEST_OPSET
        ? `opset ${this.#from} is older than ${LOWEST_OPSET}, the first that can be raised`
        : whyNotStandard(node.opType, this.#from);
    if (reason === undefined) return this.#raise(node, id, this.#from, scope);
    this.#block(id, node.opType, this.#target, reason);
    return [node];
  }

  /** Takes one change after the other; nodes a rule makes are raised from there on. */
  #raise(node: Node, id: string, from: number, scope: GraphScope): readonly Node[] {
    const step = nextStep(node.opType, from, this.#target);
    if (step === undefined) return [node];
    const result = step.rule(node, scope);
    if ('refused' in result) {
      this.#block(id, node.opType, step.to, result.refused);
      return [node];
    }
    const nodes = 'opType' in result ? [result] : result;
    return nodes.flatMap((each) => this.#raise(each, id, step.to, scope));
  }

  /** The node with the graphs in its attributes raised. */
  #nested(node: Node, id: string, scope: GraphScope): Node {
    const changed: [string, Attribute][] = [];
    for (const [name, attribute] of node.attributes) {
      if (attribute.kind === 'graph') {
        const value = this.graph(attribute.value, `${id}/${name}`, scope);
        if (value !== attribute.value) changed.push([name, { ...attribute, value }]);
      } else if (attribute.kind === 'graphs') {
        const value = attribute.value.map((each, i) => this.graph(each, `${id}/${name}/${i}`, scope));
        if (value.some((each, i) => each !== attribute.value[i]))
          changed.push([name, { ...attribute, value }]);
      }
    }
    return changed.length === 0 ? node : { ...node, attributes: new Map([...node.attributes, ...changed]) };
  }

  #block(node: string, opType: string, to: number, reason: string): void {
    this.obstacles.push({ node, opType, from: this.#from, to, reason });
  }
}
