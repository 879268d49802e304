// The QuantPlan: what becomes of every weight and node. It knows no file format: each writer materialises it in
// its own way. docs/plan.md documents the JSON form; quantize/planJson.ts reads, checks and writes it.

import type { CodeDType } from './dtype.js';

/** Written into every plan; another number is refused with `PLAN_VERSION`. */
export const PLAN_VERSION = 1;

export type QuantMode = 'weights' | 'dynamic' | 'embedding' | 'fp16' | 'static';

/** Modes that need no samples. */
export type WeightMode = Exclude<QuantMode, 'static'>;

/** Engine that is to run a statically quantized model: it decides which operators run in integers. */
export type QuantTarget = 'onnxruntime-cpu' | 'onnxruntime-web' | 'tensorrt' | 'octavo';

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
 *  - halfCast: its weight is stored as float16 and cast in front of it
 *  - integer: computes with codes (mode static); `tensors` are its weight and constant operands, a bias has the scale of
 *    input times weight
 *  - fused: Relu or Clip that has nothing left to do, since the codes of what is before it end where it would cut */
export type NodeForm = 'float' | WeightForm | 'integer' | 'fused';

/** Forms that are about how one weight is stored. */
export type WeightForm =
  | 'dequantize'
  | 'blockMatMul'
  | 'blockGather'
  | 'gatherDequantize'
  | 'dynamicInteger'
  | 'halfCast';

export function isWeightForm(form: NodeForm): form is WeightForm {
  return form !== 'float' && form !== 'integer' && form !== 'fused';
}

/** How a value that a node computes, or an input of the graph, becomes codes. One scale for the tensor:
 *  real = scale · (code − zeroPoint). */
export interface ActivationPlan {
  /** Name of the value, prefixed by the graph path where nested. It keeps the name: what readers of it get is what the
   *  codes stand for. */
  readonly value: string;
  readonly dtype: 'int8' | 'uint8' | 'int16' | 'uint16';
  readonly qmin: number;
  readonly qmax: number;
  readonly symmetric: boolean;
  /** How the range was chosen, or `shared` where another value's parameters are taken over. */
  readonly method: string;
  /** Name of the value whose parameters these are: operators that only move elements need them equal. */
  readonly like?: string;
  /** > 0 and exactly representable as float32. */
  readonly scale: number;
  readonly zeroPoint: number;
}

export interface NodePlan {
  /** Node id as `nodeIds` makes it. */
  readonly node: string;
  readonly opType: string;
  readonly form: NodeForm;
  /** TensorPlans of the constants this node reads; empty for float and fused. */
  readonly tensors: readonly string[];
  /** Mode static: its bias is stored as int32 codes. */
  readonly bias?: 'int32';
  /** Why: for float nodes what kept them in float, else what chose the form. */
  readonly reason: string;
}

export interface QuantPlan {
  readonly version: typeof PLAN_VERSION;
  readonly mode: QuantMode;
  readonly tensors: readonly TensorPlan[];
  /** Mode static: values that become codes, in graph order. */
  readonly activations?: readonly ActivationPlan[];
  /** Mode static: what the plan was made for, and how it is written. */
  readonly target?: QuantTarget;
  readonly representation?: 'qdq' | 'operator';
  /** Mode static: what codes of weights take from the means of outputs is put into the biases, where normalizations of the model
   *  tell those of inputs. Absent: biases are those of the model. */
  readonly biasCorrection?: 'normalizations';
  /** Mode static: steps that changed weights and biases before this plan was made for them. It fits those only, which no file
   *  but the quantized one holds. */
  readonly recovered?: readonly string[];
  /** Every node that has a constant float operand, or an operator whose weights can be quantized; in graph order. */
  readonly nodes: readonly NodePlan[];
}
