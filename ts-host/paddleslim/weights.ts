// Weights as codes: symmetric, of 8 or 16 bits, by the largest |w| of the tensor or of each channel. Codes are computed in wasm
// while they are written.
//
//   threshold = max |w|,  step = threshold / qmax,  code = roundHalfToEven(w / step),  qmax = 2^(bits − 1) − 1

import type { RunContext } from '../context.js';
import type { PaddleNet } from '../formats/paddle/program.js';
import type { Granularity } from '../ir/plan.js';
import { bytesData, type Tensor, type TensorData } from '../ir/tensor.js';
import { codesData } from '../tensor/codes.js';
import { floatChunks } from '../tensor/floatChunks.js';
import { scaleLayout } from '../tensor/layout.js';
import { rangeOf } from '../tensor/range.js';
import type { Engine } from '../wasm/engine.js';
import type { Structure } from './structure.js';

export type CodeBits = 8 | 16;

export const qmaxOf = (bits: CodeBits): number => 2 ** (bits - 1) - 1;

export interface QuantizedWeight {
  readonly name: string;
  readonly dims: readonly number[];
  readonly bits: CodeBits;
  readonly granularity: Granularity;
  /** The largest |w| of the tensor or of each channel. Where all are 0 it is that of the other channels, in whose step a bias has a code. */
  readonly threshold: Float32Array;
  /** threshold / qmax */
  readonly step: Float32Array;
  /** int8 or int16. */
  readonly codes: TensorData;
}

/** 2^-126: a smaller step would lose digits. */
const SMALLEST_STEP = 1.1754943508222875e-38;

export const codeDType = (bits: CodeBits): 'int8' | 'int16' => (bits === 8 ? 'int8' : 'int16');

/** Quantizes a weight; it is read once now and once when its codes are.
 *  @param clip - larger |w| are clipped; codes reach to it
 *  @throws OctavoError `NON_FINITE_WEIGHT`, `UNSUPPORTED_DTYPE`, `IO_FAILED`, `ABORTED` */
export async function quantizeWeight(
  engine: Engine,
  tensor: Tensor,
  granularity: Granularity,
  bits: CodeBits,
  context: RunContext,
  clip = Number.POSITIVE_INFINITY,
): Promise<QuantizedWeight> {
  const { name, dims } = tensor;
  const layout = scaleLayout(dims, granularity);
  const chunks = () => floatChunks(engine, tensor, context);
  const { min, max } = await rangeOf(engine, { tensor: name, budget: context.budget, chunks }, layout);
  const qmax = qmaxOf(bits);
  const largest = min.map((low, c) => Math.min(Math.max(-low, max[c]!), clip));
  const most = largest.reduce((a, b) => Math.max(a, b)) || qmax;
  const threshold = largest.map((each) => Math.max(each || most, qmax * SMALLEST_STEP));
  const step = threshold.map((each) => each / qmax);
  const zeroPoint = new Int32Array(step.length);
  const codes = codesData(engine, tensor, codeDType(bits), {
    layout,
    scale: step,
    zeroPoint,
    qmin: -qmax,
    qmax,
  });
  return { name, dims, bits, granularity, threshold, step, codes };
}

/** All weights of a structure, each read once. */
export async function quantizedWeights(
  engine: Engine,
  { parameters }: PaddleNet,
  structure: Structure,
  bits: CodeBits,
  context: RunContext,
): Promise<Map<string, QuantizedWeight>> {
  const weights = new Map<string, QuantizedWeight>();
  for (const [name, granularity] of structure.weights) {
    weights.set(name, await quantizeWeight(engine, parameters.get(name)!, granularity, bits, context));
  }
  return weights;
}

/** float32 numbers as the data of a tensor. */
export const floatData = (values: Float32Array): TensorData =>
  bytesData(new Uint8Array(values.slice().buffer));

/** int32 zeros as the data of a tensor. */
export const zeroData = (count: number): TensorData => bytesData(new Uint8Array(4 * count));
