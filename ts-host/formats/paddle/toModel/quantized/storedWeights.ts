// Weights as codes: int8 or int16 initializers with DequantizeLinear. Paddle holds many of them as floats that are integers, or as
// floats yet to be quantized; the codes are made by kernels while they are read.

import { intAttribute } from '../../../../ir/attributes.js';
import { isFloat } from '../../../../ir/dtype.js';
import type { Attribute } from '../../../../ir/model.js';
import type { Tensor, TensorData } from '../../../../ir/tensor.js';
import { codesData } from '../../../../tensor/codes.js';
import { scaleLayout } from '../../../../tensor/layout.js';
import { scaledData } from '../../../../tensor/scaledValues.js';
import type { Engine } from '../../../../wasm/engine.js';
import type { GraphBuilder } from '../graphBuilder.js';
import type { Quantization, WeightCodes } from './gather.js';
import { LEAST_STEP, qmaxOf } from './thresholds.js';

/** Domain of QuantizeLinear and DequantizeLinear of 16 bits: the standard ones take them from opset 21 on. */
const CONTRIB = 'com.microsoft';

export const codeType = (bits: number): 'int8' | 'int16' => (bits > 8 ? 'int16' : 'int8');
export const linearDomain = (bits: number): string => (bits > 8 ? CONTRIB : '');

export class QuantizedWeights {
  readonly activations: Quantization['activations'];
  readonly #weights: Quantization['weights'];
  readonly #engine: Engine;
  /** Names of the codes that are initializers already, by parameter. */
  readonly #codes = new Map<string, string>();

  constructor({ activations, weights }: Quantization, engine: Engine) {
    this.activations = activations;
    this.#weights = weights;
    this.#engine = engine;
  }

  /** Emits the weights whose codes are read by operators that know nothing of codes: they read what DequantizeLinear makes of them,
   *  which is no parameter any more. */
  emitRead(graph: GraphBuilder): void {
    for (const [name, codes] of this.#weights) {
      if (!codes.isRead) continue;
      const output = graph.fresh(`${name}@dequantized`);
      this.#emit(graph, name, codes, { node: `${name}@dequantize`, output });
      graph.assign(name, output);
    }
  }

  /** Whether a parameter is codes that its readers see as the values they stand for. */
  isRead(name: string | undefined): boolean {
    return name !== undefined && (this.#weights.get(name)?.isRead ?? false);
  }

  /** Emits the weight that an operator of the program quantizes or dequantizes; false where the parameter is none.
   *  @param place - what the node and its result are called */
  emit(graph: GraphBuilder, name: string, place: () => WeightPlace): boolean {
    const codes = this.#weights.get(name);
    if (codes === undefined || codes.isRead) return false;
    this.#emit(graph, name, codes, place());
    return true;
  }

  #emit(graph: GraphBuilder, name: string, weight: WeightCodes, { node, output }: WeightPlace): void {
    const { bits, steps, axis } = weight;
    const dtype = codeType(bits);
    const known = this.#codes.get(name);
    const codes = known ?? graph.fresh(`${name}@codes`);
    if (known === undefined) {
      this.#codes.set(name, codes);
      graph.initializers.set(codes, asCodes(this.#engine, graph.parameter(name)!, codes, weight));
    }
    const dims = axis === undefined ? [] : [steps.length];
    const scale = graph.constant('float32', dims, [...steps]);
    const zeroPoint = graph.constant(dtype, dims, Array<number>(steps.length).fill(0));
    const attributes: Record<string, Attribute> = axis === undefined ? {} : { axis: intAttribute(axis) };
    graph.node(node, 'DequantizeLinear', [codes, scale, zeroPoint], [output], attributes, linearDomain(bits));
  }
}

/** What a node and its result are called. */
export interface WeightPlace {
  readonly node: string;
  readonly output: string;
}

/** Stored integers as they are; floats as Paddle rounds them: x times qmax / threshold, both roundings in float32, then halves to the
 *  even neighbour. (Its older operators round halves away from 0: a code differs where that product lies exactly between two.) */
function asCodes(engine: Engine, tensor: Tensor, name: string, weight: WeightCodes): Tensor {
  if (!isFloat(tensor.dtype)) return { ...tensor, name };
  const { dims } = tensor;
  const dtype = codeType(weight.bits);
  const qmax = qmaxOf(weight.bits);
  const layout = scaleLayout(dims, { kind: 'tensor' });
  const params = { layout, scale: Float32Array.of(1), zeroPoint: new Int32Array(1), qmin: -qmax - 1, qmax };
  const data = weight.stored === 'codes' ? tensor.data : inSteps(engine, tensor, weight);
  return { name, dtype, dims, data: codesData(engine, { ...tensor, dtype: 'float32', data }, dtype, params) };
}

/** The values of a weight in steps, yet to be rounded. */
function inSteps(
  engine: Engine,
  tensor: Tensor,
  { bits, steps, thresholds, axis = 0 }: WeightCodes,
): TensorData {
  const qmax = qmaxOf(bits);
  const factors = Float64Array.from({ length: tensor.dims[axis] ?? 1 }, (_, channel) => {
    const at = steps.length === 1 ? 0 : channel;
    // A channel of zeros has no threshold, one of next to nothing no step of its own.
    const told = thresholds?.[at] ?? 0;
    const threshold = told >= qmax * LEAST_STEP ? told : steps[at]! * qmax;
    return Math.fround(qmax * Math.fround(1 / threshold));
  });
  return scaledData(engine, tensor, axis, factors);
}
