// float16 and bfloat16 around operators that compute in float32: inputs are widened, float32 outputs rounded back.

import { intAttribute } from '../ir/attributes.js';
import type { DType } from '../ir/dtype.js';
import type { Node } from '../ir/model.js';
import { type Known, typeOf } from './known.js';
import { UNNAMED, type Walk } from './walk.js';

/** ONNX's number of a float type, as Cast has it. */
const ONNX_CODE: Partial<Record<DType, number>> = { float32: 1, float16: 10, bfloat16: 16 };

export function isHalf(known: Known): boolean {
  const dtype = typeOf(known)?.dtype;
  return dtype === 'float16' || dtype === 'bfloat16';
}

/** A Cast to `dtype`. */
export function castNode(dtype: DType): Node {
  return {
    name: '',
    opType: 'Cast',
    domain: '',
    inputs: ['x'],
    outputs: [UNNAMED],
    attributes: new Map([['to', intAttribute(ONNX_CODE[dtype]!)]]),
  };
}

/** Plans `node` with its half inputs as float32 and rounds its float32 outputs to `dtype`. */
export async function withoutHalves(
  walk: Walk,
  node: Node,
  id: string,
  inputs: readonly (Known | undefined)[],
  dtype: DType,
): Promise<Known[] | undefined> {
  const widened: (Known | undefined)[] = [];
  for (const input of inputs) {
    widened.push(input && isHalf(input) ? await walk.cast(input, 'float32', id) : input);
  }
  const outputs = await walk.plan(node, id, widened);
  if (outputs === undefined) return undefined;
  const rounded: Known[] = [];
  for (const output of outputs) {
    const isFloat = typeOf(output)?.dtype === 'float32';
    rounded.push(isFloat ? await walk.cast(output, dtype, id) : output);
  }
  return rounded;
}
