// The QuantPlan: what becomes of every weight and node. It knows no file format: each writer materialises it in
// its own way. docs/plan.md documents the JSON form; quantize/planJson.ts reads, checks and writes it.

import type { CodeDType } from './dtype.js';

/** Written into every plan; another number is refused with `PLAN_VERSION`. */
export const PLAN_VERSION = 1;

export type QuantMode = 'weights' | 'dynamic' | 'embedding' | 'fp16';

/** Which elements of a tensor share one scale. */
export type Granularity =
  | { readonly kind: 'tensor' }
  | { readonly kind: 'channel'; readonly axis: number }
  | { readonly kind: 'block'; readonly axis: number; readonly blockSize: number };

/** A weight stored as integer codes. real = scale · (code − zeroPoint). */
export interface CodePlan {
  /** Name of the initializer or of the Constant node's output, prefixed by the graph path where nested. */
  readonly tensor: string;
  readonly dtype: CodeDType;
  /** Codes lie in [qmin, qmax]; narrower than dtype for 3, 5, 6, 7 bits and for symmetric ranges. */
  readonly qmin: number;
  readonly qmax: number;
  readonly symmetric: boolean;
  readonly granularity: Granularity;
  /** How the scales were chosen, or, for blocks, are chosen when the weight is written. */
  readonly observer: string;
  /** One per tensor or channel, each > 0 and exactly representable as float32. Absent for blocks, whose scales are
   *  computed from the weight when it is written. */
  readonly scale?: readonly number[];
  /** As many as `scale`, each in [qmin, qmax]. */
  readonly zeroPoint?: readonly number[];
}

/** A weight stored as float16. */
export interface HalfPlan {
  readonly tensor: string;
  readonly dtype: 'float16';
}

export type TensorPlan = CodePlan | HalfPlan;

/** What a node becomes.
 *  - float: untouched
 *  - dequantize: its weight is stored as codes and dequantized in front of it
 *  - blockMatMul: MatMul over a block-quantized weight (ONNX: MatMulNBits)
 *  - blockGather: lookup in a block-quantized table (ONNX: GatherBlockQuantized)
 *  - gatherDequantize: lookup in an integer table, dequantized after it
 *  - dynamicInteger: input quantized at run time, integer product, rescaled
 *  - halfCast: its weight is stored as float16 and cast in front of it */
export type NodeForm =
  | 'float'
  | 'dequantize'
  | 'blockMatMul'
  | 'blockGather'
  | 'gatherDequantize'
  | 'dynamicInteger'
  | 'halfCast';

export interface NodePlan {
  /** Node id as `nodeIds` makes it. */
  readonly node: string;
  readonly opType: string;
  readonly form: NodeForm;
  /** TensorPlans of the constants this node reads; empty for float. */
  readonly tensors: readonly string[];
  /** Why: for float nodes what kept them in float, else what chose the form. */
  readonly reason: string;
}

export interface QuantPlan {
  readonly version: typeof PLAN_VERSION;
  readonly mode: QuantMode;
  readonly tensors: readonly TensorPlan[];
  /** Every node that has a constant float operand, or an operator whose weights can be quantized; in graph order. */
  readonly nodes: readonly NodePlan[];
}
