// The integer types of codes: how they are stored, their range, and which kernels read them.

import { CODE_RANGE, type CodeDType, DTYPE_BITS, type DType } from '../../ir/dtype.js';
import type { CodeStorage, WidenDType } from '../../wasm/kernels/execute/qparams.js';
import type { NodeContext } from '../node.js';

export interface CodeType {
  readonly dtype: CodeDType;
  /** Of the kernels; 4- and 2-bit codes are unpacked to bytes first. */
  readonly storage: CodeStorage;
  readonly range: readonly [number, number];
  readonly signed: boolean;
  /** 4 or 2 where several codes share a byte. */
  readonly packed: 2 | 4 | undefined;
  /** The type that zero points are widened from, once unpacked. */
  readonly widen: WidenDType;
}

/** @throws OctavoError `UNSUPPORTED_DTYPE` for a type that holds no codes, 8- and 4-bit floats among them. */
export function codeType(node: NodeContext, dtype: DType): CodeType {
  if (!(dtype in CODE_RANGE)) {
    node.fail(
      `${node.node.opType} with codes of ${dtype} is not supported; ${Object.keys(CODE_RANGE).join(', ')} are`,
      'UNSUPPORTED_DTYPE',
    );
  }
  const code = dtype as CodeDType;
  const bits = DTYPE_BITS[code];
  const signed = code.startsWith('int');
  const width = Math.max(bits, 8);
  return {
    dtype: code,
    storage: `${signed ? 'i' : 'u'}${width}` as CodeStorage,
    range: CODE_RANGE[code],
    signed,
    packed: bits === 4 || bits === 2 ? bits : undefined,
    widen: `${signed ? 'int' : 'uint'}${width}` as WidenDType,
  };
}

/** The 8-bit type of input `index`.
 *  @throws OctavoError `UNSUPPORTED_DTYPE` for another one. */
export function byteType(node: NodeContext, index: number): 'int8' | 'uint8' {
  node.requireDType(index, 'uint8', 'int8');
  return node.input(index).dtype as 'int8' | 'uint8';
}

/** The codes that an output of `dtype` stays within: attributes code_min and code_max, which a fused Relu or Clip leaves.
 *  Rounding keeps order, so cutting codes is what cutting floats would give. */
export function codeRange(node: NodeContext, dtype: 'int8' | 'uint8'): readonly [number, number] {
  const lowest = dtype === 'int8' ? -128 : 0;
  const [least, most] = [node.int('code_min', lowest), node.int('code_max', lowest + 255)];
  if (least < lowest || most > lowest + 255 || least > most) {
    node.fail(`code_min ${least} and code_max ${most} are no range of ${dtype}`);
  }
  return [least, most];
}
