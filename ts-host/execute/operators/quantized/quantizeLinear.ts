// QuantizeLinear: floats to codes. One tile at a time, so that what has to be widened, or packed below 8 bits, stays in
// the cache:
//
//   x ──widen halves──► float32 ──quantize──► bytes ──pack 4 or 2 bits──► y

import { DTYPE_BITS, type DType } from '../../../ir/dtype.js';
import { dtypeOf } from '../../../ir/onnxCodes.js';
import { writeInts } from '../../../wasm/kernels/execute/ints.js';
import {
  dequantizeCodes,
  packSmall,
  quantizeCodes,
  SCALE_PARAMS_BYTES,
  type ScaleDType,
  toFloat32,
} from '../../../wasm/kernels/execute/qparams.js';
import type { NodeContext } from '../../node.js';
import type { Addresses, Operator, Plan, Step } from '../../operator.js';
import { type CodeType, codeType } from '../../quantized/codes.js';
import { checkScaleInputs, ScalePlan, scaleLayout } from '../../quantized/scales.js';
import { ScratchPlan } from '../../quantized/scratch.js';
import { tileSteps } from '../../quantized/tiles.js';
import { sizeOf } from '../../value.js';

const X = 0;
const SCALE = 1;
const ZERO_POINT = 2;
/** Bits of the float32 one. */
const ONE = 0x3f800000;

/** The type of codes: that of the zero point, else output_dtype, else uint8. */
function outputType(node: NodeContext): CodeType {
  const code = node.int('output_dtype', 0);
  const asked = code === 0 ? undefined : dtypeOf(code);
  if (code !== 0 && asked === undefined) node.fail(`output_dtype ${code} is no type`, 'UNSUPPORTED_DTYPE');
  const given = node.optional(ZERO_POINT)?.dtype;
  if (given !== undefined && asked !== undefined && given !== asked) {
    node.fail(`output_dtype is ${asked}, but the zero point ${given}`);
  }
  return codeType(node, given ?? asked ?? 'uint8');
}

/** Division is in float32; another precision would give other codes. */
function requireFloatPrecision(node: NodeContext): void {
  const precision = node.int('precision', 0);
  const dtype: DType | undefined = precision === 0 ? undefined : dtypeOf(precision);
  if (precision !== 0 && dtype !== 'float32') {
    node.fail(`precision ${dtype ?? precision} is not supported, float32 is`, 'UNSUPPORTED_DTYPE');
  }
}

function plan(node: NodeContext): Plan {
  node.requireDType(X, 'float32', 'float16', 'bfloat16', 'int32');
  checkScaleInputs(node, SCALE, ZERO_POINT);
  requireFloatPrecision(node);
  const x = node.input(X);
  const codes = outputType(node);
  const layout = scaleLayout(node, x, node.input(SCALE), node.int('axis', 1), node.int('block_size', 0));
  const scratch = new ScratchPlan();
  const scales = new ScalePlan(node, scratch, layout, codes, [SCALE, ZERO_POINT]);
  const one = scratch.take(SCALE_PARAMS_BYTES + 8);
  const tile = tileSteps(sizeOf(x));
  const floats = scratch.take(x.dtype === 'float32' ? 0 : tile.elements * 4);
  const bytes = scratch.take(codes.packed === undefined ? 0 : tile.elements);
  const { kernels } = node.engine;

  /** Elements [from, to) as float32: their address. */
  const widen = (at: Addresses, from: number, count: number): number => {
    const start = at.input(X) + (from * DTYPE_BITS[x.dtype]) / 8;
    const out = at.scratch + floats;
    if (x.dtype !== 'int32') return toFloat32(kernels, x.dtype as ScaleDType, start, out, count);
    dequantizeCodes(kernels, 'i32', start, out, count, 0, at.scratch + one);
    return out;
  };
  /** The block that makes dequantization a mere conversion: one scale, 1, and zero point 0. */
  const writeOne = (at: Addresses): void => {
    const block = at.scratch + one;
    const scale = block + SCALE_PARAMS_BYTES;
    writeInts(node.engine, block, [1, -1, 1, -1, scale, scale + 4, 0, 0, ONE, 0]);
  };
  const quantize = (at: Addresses, from: number, count: number): void => {
    const values = widen(at, from, count);
    const { packed } = codes;
    const out = at.output(0) + (from * DTYPE_BITS[codes.dtype]) / 8;
    const to = packed === undefined ? out : at.scratch + bytes;
    quantizeCodes(kernels, codes.storage, values, to, count, from, scales.block(at));
    if (packed !== undefined) packSmall(kernels, packed, to, out, count);
  };
  return {
    outputs: [{ dtype: codes.dtype, dims: x.dims }],
    scratch: scratch.size,
    bind: (at): readonly Step[] =>
      tile.steps(
        () => {
          scales.write(at);
          if (x.dtype === 'int32') writeOne(at);
        },
        (from, count) => quantize(at, from, count),
      ),
  };
}

export const quantizeLinear: readonly Operator[] = ['', 'com.microsoft'].map((domain) => ({
  opType: 'QuantizeLinear',
  domain,
  acceptsHalf: true,
  plan,
}));
