// What a form is to the ONNX writer: how a weight is stored, and what becomes of the nodes that read it.

import type { ConstantRef } from '../../../ir/constants.js';
import type { Node } from '../../../ir/model.js';
import type { NameGenerator } from '../../../ir/names.js';
import type { TensorPlan } from '../../../ir/plan.js';
import type { Tensor } from '../../../ir/tensor.js';
import type { ScaleSlot } from '../../../tensor/scaleSlot.js';
import type { ScaleChooser } from '../../../tensor/scales.js';
import type { Engine } from '../../../wasm/engine.js';

/** What is being added to one graph. */
export interface GraphEdit {
  /** New initializers. */
  readonly added: Map<string, Tensor>;
  /** Constants that are no longer there. */
  readonly removed: Set<string>;
  /** Nodes put in front of all others. */
  readonly prologue: Node[];
  /** Values already quantized at run time in this graph, by the name of the float value. */
  readonly dynamic: Map<
    string,
    { readonly codes: string; readonly scale: string; readonly zeroPoint: string }
  >;
}

export interface FormContext {
  readonly engine: Engine;
  readonly fresh: NameGenerator;
  readonly choosers: Readonly<Record<string, ScaleChooser>>;
  /** Shared by all weights of the output. */
  readonly slot: ScaleSlot;
  /** Version of the standard operators that the result will have. */
  readonly opset: number;
}

/** A weight on its way into the file. */
export interface WeightSite {
  readonly ref: ConstantRef;
  readonly plan: TensorPlan;
  /** The graph that owns the constant. */
  readonly edit: GraphEdit;
}

/** Names of what a weight became; which are there depends on the form. */
export interface StoredWeight {
  readonly codes: string;
  readonly scale: string;
  readonly zeroPoint: string;
}

export interface Form {
  /** Adds the stored weight to the graph that owns it. `user` is the first node that reads it. */
  store(site: WeightSite, context: FormContext, user: Node): StoredWeight;
  /** The nodes that take the place of `node`. Absent where the stored weight ends in a value of the old name, so that
   *  every reader stays as it is. */
  replace?(
    node: Node,
    site: WeightSite,
    stored: StoredWeight,
    edit: GraphEdit,
    context: FormContext,
  ): readonly Node[];
}

/** Adds an initializer under a fresh name made from its own. */
export function addTensor(edit: GraphEdit, tensor: Tensor): string {
  edit.added.set(tensor.name, tensor);
  return tensor.name;
}
