// Every place where a constant float tensor is used: the ground on which a plan is made. Nested graphs see the
// constants around them, so a weight can have users at several depths.

import { type ConstantRef, ConstantScope, constantId } from '../ir/constants.js';
import { isFloat } from '../ir/dtype.js';
import { type Graph, type Model, type Node, nodeIds } from '../ir/model.js';
import { hasWeights, type WeightRole, weightRole } from './roles.js';

/** A node reading a constant, or a graph giving it out (node undefined). */
export interface WeightUse {
  readonly nodeId: string;
  readonly node: Node | undefined;
  readonly input: number;
  readonly role: WeightRole | undefined;
  readonly scope: ConstantScope;
  /** Counts all uses of a model, in the order of its nodes. */
  readonly order: number;
}

export interface Weight {
  readonly id: string;
  readonly ref: ConstantRef;
  readonly uses: readonly WeightUse[];
}

/** A node whose operator has weights, but which computes them. */
export interface WeightlessNode {
  readonly nodeId: string;
  readonly node: Node;
  readonly order: number;
}

/** The float constants of a model with their users, in the order of first use. A constant that nobody uses is not
 *  listed. */
export function weightsOf(model: Model): Weight[] {
  return usesOf(model).weights;
}

/** As {@link weightsOf}, and the nodes that could have weights and have none. */
export function usesOf(model: Model): { weights: Weight[]; weightless: WeightlessNode[] } {
  const weightless: WeightlessNode[] = [];
  const found = new Map<ConstantRef, WeightUse[]>();
  let order = 0;
  const add = (
    scope: ConstantScope,
    name: string,
    use: Omit<WeightUse, 'role' | 'scope' | 'order'>,
  ): void => {
    const ref = scope.find(name);
    if (!isFloatConstant(ref)) return;
    const role = use.node === undefined ? undefined : weightRole(use.node, use.input, ref.tensor.dims.length);
    const uses = found.get(ref) ?? [];
    uses.push({ ...use, role, scope, order: order++ });
    found.set(ref, uses);
  };
  const seen: SeeNode = (scope, nodeId, node) => {
    if (!hasWeights(node)) return;
    const constant = node.inputs.some((name) => isFloatConstant(scope.find(name)));
    if (!constant) weightless.push({ nodeId, node, order: order++ });
  };
  visit(model.graph, new ConstantScope(model.graph), add, seen);
  const weights = [...found].map(([ref, uses]) => ({ id: constantId(ref), ref, uses }));
  return { weights, weightless };
}

type AddUse = (scope: ConstantScope, name: string, use: Omit<WeightUse, 'role' | 'scope' | 'order'>) => void;

type SeeNode = (scope: ConstantScope, nodeId: string, node: Node) => void;

function isFloatConstant(ref: ConstantRef | undefined): ref is ConstantRef {
  return ref !== undefined && isFloat(ref.tensor.dtype);
}

function visit(graph: Graph, scope: ConstantScope, add: AddUse, see: SeeNode): void {
  const ids = nodeIds(graph, scope.path);
  for (const [index, node] of graph.nodes.entries()) {
    const nodeId = ids[index]!;
    see(scope, nodeId, node);
    for (const [input, name] of node.inputs.entries()) add(scope, name, { nodeId, node, input });
    for (const [name, attribute] of node.attributes) {
      const path = `${nodeId}/${name}`;
      if (attribute.kind === 'graph') visitInner(attribute.value, path, scope, add, see);
      if (attribute.kind === 'graphs') {
        for (const [i, inner] of attribute.value.entries())
          visitInner(inner, `${path}/${i}`, scope, add, see);
      }
    }
  }
  for (const output of graph.outputs) {
    add(scope, output.name, { nodeId: `${scope.path}#outputs`, node: undefined, input: 0 });
  }
}

function visitInner(graph: Graph, path: string, parent: ConstantScope, add: AddUse, see: SeeNode): void {
  visit(graph, new ConstantScope(graph, path, parent), add, see);
}
