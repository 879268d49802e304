// materializePlan: a float Model and its QuantPlan become the Model of the quantized ONNX file. Only the graph is
// rewritten here; weights are quantized when the writer streams them.

import { OctavoError } from '../../../errors.js';
import { type ConstantRef, ConstantScope, constantId } from '../../../ir/constants.js';
import { type Attribute, type Graph, type Model, type Node, nodeIds } from '../../../ir/model.js';
import { uniqueNames } from '../../../ir/names.js';
import {
  isWeightForm,
  type NodeForm,
  type NodePlan,
  type QuantPlan,
  type TensorPlan,
} from '../../../ir/plan.js';
import { ScaleSlot } from '../../../tensor/scaleSlot.js';
import type { ScaleChooser } from '../../../tensor/scales.js';
import type { Engine } from '../../../wasm/engine.js';
import { CONTRIB } from './build.js';
import type { FormContext, GraphEdit, StoredWeight, WeightSite } from './form.js';
import { dequantizeOpset, OPSET_BLOCKS } from './forms/dequantize.js';
import { OPSET_DYNAMIC } from './forms/dynamicInteger.js';
import { FORMS } from './forms/index.js';

export interface MaterializeOptions {
  readonly engine: Engine;
  /** The observers by name, for weights whose scales are computed when they are written. */
  readonly choosers: Readonly<Record<string, ScaleChooser>>;
  /** Whether the model can be raised to a version of the standard operators. */
  canRaiseTo(opset: number): boolean;
}

/** The quantized model and the opset it must be raised to, which is the model's own where nothing newer is used. */
export interface Materialized {
  readonly model: Model;
  readonly opset: number;
  /** The nodes made here: they are of version `opset` already, whatever the model declares. */
  readonly made: ReadonlySet<Node>;
}

/** @throws OctavoError `PLAN_INVALID` when a form cannot be made of a weight's plan. */
export function materializePlan(model: Model, plan: QuantPlan, options: MaterializeOptions): Materialized {
  const opset = targetOpset(model, plan, options.canRaiseTo);
  const { engine, choosers } = options;
  const context: FormContext = { engine, choosers, slot: new ScaleSlot(), fresh: uniqueNames(model), opset };
  const rewriter = new Rewriter(plan, context);
  const graph = rewriter.rewrite(model.graph, new ConstantScope(model.graph));
  const opsets = new Map(model.opsets);
  if (rewriter.usesContrib && !opsets.has(CONTRIB)) opsets.set(CONTRIB, 1);
  // Since IR 4 an initializer need not be an input of the graph too.
  return {
    model: { ...model, graph, opsets, irVersion: Math.max(4, model.irVersion) },
    opset,
    made: rewriter.made,
  };
}

/** The lowest version that serves all forms, as far as the model can be raised. */
function targetOpset(model: Model, plan: QuantPlan, canRaiseTo: (opset: number) => boolean): number {
  const forms = formsOf(plan);
  const current = model.opsets.get('') ?? 1;
  let target = current;
  for (const tensor of plan.tensors) {
    const form = forms.get(tensor.tensor);
    let needed = form === 'dynamicInteger' ? OPSET_DYNAMIC : 0;
    if (form === 'dequantize' && tensor.dtype !== 'float16') needed = dequantizeOpset(tensor);
    if (needed <= target) continue;
    if (canRaiseTo(needed)) target = needed;
    else if (form === 'dynamicInteger' || needed >= OPSET_BLOCKS) throw outOfReach(tensor, needed);
  }
  return target;
}

/** Only dequantizing 8-bit codes can be written with older operators. A plan made for the model never asks for more. */
function outOfReach({ tensor }: TensorPlan, opset: number): OctavoError {
  return new OctavoError('PLAN_INVALID', `it needs opset ${opset}, to which the model cannot be raised`, {
    tensor,
  });
}

function formsOf(plan: QuantPlan): Map<string, NodeForm> {
  return new Map(plan.nodes.flatMap(({ form, tensors }) => tensors.map((tensor) => [tensor, form] as const)));
}

class Rewriter {
  readonly #context: FormContext;
  readonly #forms: ReadonlyMap<string, NodeForm>;
  readonly #tensors: ReadonlyMap<string, TensorPlan>;
  readonly #nodes: ReadonlyMap<string, NodePlan>;
  readonly #edits = new Map<ConstantScope, GraphEdit>();
  readonly #stored = new Map<string, StoredWeight>();
  readonly made = new Set<Node>();
  usesContrib = false;

  constructor(plan: QuantPlan, context: FormContext) {
    this.#context = context;
    this.#forms = formsOf(plan);
    this.#tensors = new Map(plan.tensors.map((tensor) => [tensor.tensor, tensor]));
    this.#nodes = new Map(plan.nodes.map((node) => [node.node, node]));
  }

  rewrite(graph: Graph, scope: ConstantScope): Graph {
    const edit: GraphEdit = { added: new Map(), removed: new Set(), prologue: [], dynamic: new Map() };
    this.#edits.set(scope, edit);
    this.#storeShared(scope, graph);
    const ids = nodeIds(graph, scope.path);
    const body = graph.nodes.flatMap((node, index) => this.#rewriteNode(node, ids[index]!, scope, edit));
    for (const node of edit.prologue) this.made.add(node);
    const nodes = [...edit.prologue, ...body.filter((node) => !isRemovedConstant(node, edit))];
    this.usesContrib ||= nodes.some((node) => node.domain === CONTRIB);
    const kept = [...graph.initializers].filter(([name]) => !edit.removed.has(name));
    return {
      ...graph,
      nodes,
      initializers: new Map([...kept, ...edit.added]),
      inputs: graph.inputs.filter((input) => !edit.removed.has(input.name)),
    };
  }

  /** Stores the weights whose form leaves their readers untouched. */
  #storeShared(scope: ConstantScope, graph: Graph): void {
    for (const ref of scope.own()) {
      const id = constantId(ref);
      const form = this.#forms.get(id);
      if (form === undefined || !isWeightForm(form) || FORMS[form].replace !== undefined) continue;
      const site = this.#site(ref);
      this.#stored.set(id, FORMS[form].store(site, this.#context, graph.nodes[0]!));
    }
  }

  #rewriteNode(node: Node, id: string, scope: ConstantScope, edit: GraphEdit): readonly Node[] {
    const planned = this.#nodes.get(id);
    if (planned !== undefined && isWeightForm(planned.form)) {
      const form = FORMS[planned.form];
      if (form.replace !== undefined) {
        const ref = this.#weightOf(node, planned, scope);
        const site = this.#site(ref);
        const tensorId = constantId(ref);
        const stored = this.#stored.get(tensorId) ?? form.store(site, this.#context, node);
        this.#stored.set(tensorId, stored);
        const nodes = form.replace(node, site, stored, edit, this.#context);
        for (const each of nodes) this.made.add(each);
        return nodes;
      }
    }
    return [this.#rewriteInner(node, id, scope)];
  }

  #rewriteInner(node: Node, id: string, scope: ConstantScope): Node {
    let changed = false;
    const inner = (graph: Graph, path: string): Graph => {
      changed = true;
      return this.rewrite(graph, new ConstantScope(graph, path, scope));
    };
    const attributes = new Map<string, Attribute>();
    for (const [name, attribute] of node.attributes) {
      if (attribute.kind === 'graph') {
        attributes.set(name, { ...attribute, value: inner(attribute.value, `${id}/${name}`) });
      } else if (attribute.kind === 'graphs') {
        const value = attribute.value.map((graph, i) => inner(graph, `${id}/${name}/${i}`));
        attributes.set(name, { ...attribute, value });
      } else {
        attributes.set(name, attribute);
      }
    }
    return changed ? { ...node, attributes } : node;
  }

  #weightOf(node: Node, { tensors, node: id }: NodePlan, scope: ConstantScope): ConstantRef {
    for (const input of node.inputs) {
      const ref = scope.find(input);
      if (ref !== undefined && constantId(ref) === tensors[0]) return ref;
    }
    throw new OctavoError('PLAN_INVALID', `the node does not read ${tensors[0]}`, { node: id });
  }

  #site(ref: ConstantRef): WeightSite {
    return { ref, plan: this.#tensors.get(constantId(ref))!, edit: this.#edits.get(ref.scope)! };
  }
}

function isRemovedConstant(node: Node, edit: GraphEdit): boolean {
  return node.opType === 'Constant' && node.domain === '' && edit.removed.has(node.outputs[0]!);
}
