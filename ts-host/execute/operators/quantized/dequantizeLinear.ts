// DequantizeLinear: codes to floats, tile by tile:
//
//   x ──unpack 4 or 2 bits──► bytes ──dequantize──► float32 ──round to halves──► y

import { DTYPE_BITS, type DType } from '../../../ir/dtype.js';
import { dtypeOf } from '../../../ir/onnxCodes.js';
import { dequantizeCodes, fromFloat32, unpackSmall } from '../../../wasm/kernels/execute/qparams.js';
import type { NodeContext } from '../../node.js';
import type { Addresses, Operator, Plan, Step } from '../../operator.js';
import { codeType } from '../../quantized/codes.js';
import { checkScaleInputs, ScalePlan, scaleLayout } from '../../quantized/scales.js';
import { ScratchPlan } from '../../quantized/scratch.js';
import { tileSteps } from '../../quantized/tiles.js';
import { sizeOf } from '../../value.js';

const X = 0;
const SCALE = 1;
const ZERO_POINT = 2;

/** output_dtype, else the type of the scale. */
function outputType(node: NodeContext): 'float32' | 'float16' | 'bfloat16' {
  const code = node.int('output_dtype', 0);
  const dtype: DType | undefined = code === 0 ? node.input(SCALE).dtype : dtypeOf(code);
  if (dtype === 'float32' || dtype === 'float16' || dtype === 'bfloat16') return dtype;
  return node.fail(`output_dtype ${dtype ?? code} is not supported`, 'UNSUPPORTED_DTYPE');
}

function plan(node: NodeContext): Plan {
  checkScaleInputs(node, SCALE, ZERO_POINT);
  const x = node.input(X);
  const codes = x.dtype === 'int32' ? undefined : codeType(node, x.dtype);
  const given = node.optional(ZERO_POINT)?.dtype;
  if (given !== undefined && given !== x.dtype)
    node.fail(`codes are ${x.dtype}, but the zero point ${given}`);
  const dtype = outputType(node);
  const layout = scaleLayout(node, x, node.input(SCALE), node.int('axis', 1), node.int('block_size', 0));
  const scratch = new ScratchPlan();
  const scales = new ScalePlan(node, scratch, layout, codes, [SCALE, ZERO_POINT]);
  const tile = tileSteps(sizeOf(x));
  const bytes = scratch.take(codes?.packed === undefined ? 0 : tile.elements);
  const floats = scratch.take(dtype === 'float32' ? 0 : tile.elements * 4);
  const { kernels } = node.engine;

  /** Address of the codes [from, from + count), a byte or more each. */
  const unpack = (at: Addresses, from: number, count: number): number => {
    const start = at.input(X) + (from * DTYPE_BITS[x.dtype]) / 8;
    if (codes?.packed === undefined) return start;
    unpackSmall(kernels, codes.packed, codes.signed, start, at.scratch + bytes, count);
    return at.scratch + bytes;
  };
  const dequantize = (at: Addresses, from: number, count: number): void => {
    const from8 = unpack(at, from, count);
    const out = at.output(0) + (from * DTYPE_BITS[dtype]) / 8;
    const to = dtype === 'float32' ? out : at.scratch + floats;
    dequantizeCodes(kernels, codes?.storage ?? 'i32', from8, to, count, from, scales.block(at));
    if (dtype !== 'float32') fromFloat32(kernels, dtype, to, out, count);
  };
  return {
    outputs: [{ dtype, dims: x.dims }],
    scratch: scratch.size,
    bind: (at): readonly Step[] =>
      tile.steps(
        () => scales.write(at),
        (from, count) => dequantize(at, from, count),
      ),
  };
}

export const dequantizeLinear: readonly Operator[] = ['', 'com.microsoft'].map((domain) => ({
  opType: 'DequantizeLinear',
  domain,
  acceptsHalf: true,
  plan,
}));
