// Which of its styles Paddle quantized a program in.

import type { PaddleOp, PaddleProgram } from '../../program.js';
import { DEQUANTIZE_LOG, QUANT_KINDS } from './kinds.js';

/** - onnxFormat: quantize_linear and dequantize_linear
 *  - simulated: fake operators in front of others, values stay real (training, not frozen)
 *  - frozen: codes go through the operators, which are dequantized behind
 *  - dynamic: weights are codes, their steps are attributes of the operators that read them
 *  - embedding: tables are codes, dequantized behind the lookup */
export type QuantStyle = 'onnxFormat' | 'simulated' | 'frozen' | 'dynamic' | 'embedding';

/** Undefined for a program that is not quantized. */
export function quantStyleOf({ blocks }: PaddleProgram): QuantStyle | undefined {
  const ops = blocks.flatMap((block) => block.ops);
  const has = (type: string): boolean => ops.some((op) => op.type === type);
  if (has('quantize_linear') || has('dequantize_linear')) return 'onnxFormat';
  if (ops.some(({ type }) => isFake(type))) return isFrozen(ops) ? 'frozen' : 'simulated';
  if (ops.some(isDynamic)) return 'dynamic';
  return has('dequantize_abs_max') || has(DEQUANTIZE_LOG) ? 'embedding' : undefined;
}

const isFake = (type: string): boolean => type.startsWith('fake_') && QUANT_KINDS.get(type) !== undefined;

/** Whether some operator between a quantizer and a dequantizer computes with codes. */
function isFrozen(ops: readonly PaddleOp[]): boolean {
  const codes = new Set(
    ops
      .filter(({ type }) => QUANT_KINDS.get(type)?.role === 'quantize')
      .flatMap((op) => op.outputs.get('Out') ?? []),
  );
  return ops.some(
    (op) => !QUANT_KINDS.has(op.type) && [...op.inputs.values()].flat().some((name) => codes.has(name)),
  );
}

/** Whether the weights of an operator are codes whose steps it names. */
export function isDynamic({ attributes }: PaddleOp): boolean {
  const type = attributes.get('quantization_type');
  return type?.kind === 'string' && type.value.startsWith('post_weight');
}
