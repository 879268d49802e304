// The report of a quantization: what became of every weight and node, and how large everything is.

import type { OutputFile } from '../io/output.js';
import { constantsById } from '../ir/constants.js';
import type { Model } from '../ir/model.js';
import type { NodePlan, QuantMode, QuantPlan } from '../ir/plan.js';
import { elementCount } from '../ir/tensor.js';
import { type FloatNode, nodesInFloat } from '../quantize/static/inFloat.js';

/** One quantized weight. */
export interface TensorReport {
  readonly tensor: string;
  /** Stored type of the codes, or float16. */
  readonly dtype: string;
  /** `tensor`, `channel`, `block of N`, or empty for float16. */
  readonly granularity: string;
  readonly dims: readonly number[];
  readonly elements: number;
}

export interface QuantizeReport {
  readonly mode: QuantMode;
  /** Why this mode, when the caller left it open. */
  readonly modeReason?: string;
  /** Bytes of the model as it came, external data included. */
  readonly inputBytes: number;
  /** Bytes of all output files. */
  readonly outputBytes: number;
  /** Version of the standard operators before and after. */
  readonly opset: { readonly before: number; readonly after: number };
  readonly tensors: readonly TensorReport[];
  /** Nodes that were changed, and nodes left in float that have a constant float operand or multiply two computed values;
   *  each with its reason. */
  readonly nodes: readonly NodePlan[];
  /** Mode static: what the target will compute in float, node by node with the reason. */
  readonly inFloat?: readonly FloatNode[];
}

/** Sums up a quantization.
 *  @param model - as it came
 *  @param planned - the model that the plan is for: the same, or what it was prepared to */
export function makeReport(
  model: Model,
  planned: Model,
  quantized: Model,
  plan: QuantPlan,
  files: readonly OutputFile[],
  inputBytes: number,
  modeReason: string | undefined,
): QuantizeReport {
  const constants = constantsById(planned);
  return {
    mode: plan.mode,
    ...(modeReason === undefined ? {} : { modeReason }),
    inputBytes,
    outputBytes: files.reduce((sum, file) => sum + file.byteLength, 0),
    opset: { before: model.opsets.get('') ?? 0, after: quantized.opsets.get('') ?? 0 },
    tensors: plan.tensors.map((tensor) => {
      const { dims } = constants.get(tensor.tensor)!;
      const granularity = tensor.dtype === 'float16' ? '' : granularityName(tensor.granularity);
      return {
        tensor: tensor.tensor,
        dtype: tensor.dtype,
        granularity,
        dims,
        elements: elementCount(dims),
      };
    }),
    nodes: plan.nodes,
    ...(plan.mode === 'static' ? { inFloat: nodesInFloat(plan, planned) } : {}),
  };
}

function granularityName(granularity: { kind: string; blockSize?: number }): string {
  return granularity.kind === 'block' ? `block of ${granularity.blockSize}` : granularity.kind;
}
