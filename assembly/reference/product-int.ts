// Integer products and convolutions, scalar and normative: kernels/product-int does the same with SIMD.
//
//   sum[position, output] = bias[output] + Σ (x − zero point of x) · (w − zero point of w)     modulo 2^32; 0 outside x
//   int32      sum
//   float32    fl(fl(sum) · multiplier[output]) (+ addend[output], rounded again)
//   codes      cut(roundHalfToEven(fl(fl(sum) · multiplier[output])) + zero point of y)
//
// Packed weights here: w less its zero point as i16, [all outputs, taps, channels], without a header.

import { isInside } from '../abi/conv-shape';
import {
  depthOf, END_F32, END_I32, END_I8, multipliersOf, paddedColumns, PANEL_COLUMNS, panelsOf, ProductArgs, shapeOf, Weights,
} from '../abi/product-args';
import { prepareColumns } from '../num/product-columns';
import { requantizeOne } from '../num/requantize';

export function product_int_scratch_bytes(groups: usize, outputs: usize, k: usize, positions: usize): usize {
  return paddedColumns(groups, outputs) << 3;
}

export function product_int_rows_bytes(k: usize): usize {
  return 0;
}

export function product_int_packed_bytes(groups: usize, outputs: usize, k: usize, wide: u32): usize {
  return ((groups * outputs * k) << 1);
}

/** Only one form is here, which every weight fits. */
export function product_int_begin(packedPtr: usize, allowed: i32): void {}

export function product_int_check(weightsPtr: usize, packedPtr: usize, first: usize, end: usize): void {}

function codeAt(ptr: usize, signed: u32): i32 {
  return signed ? <i32>load<i8>(ptr) : <i32>load<u8>(ptr);
}

export function product_int_pack(weightsPtr: usize, packedPtr: usize, first: usize, end: usize): void {
  const weights = changetype<Weights>(weightsPtr);
  const perGroup = panelsOf(weights.outputs);
  const k = weights.channels * weights.taps;
  for (let panel = first; panel < end; panel++) {
    const inGroup = (panel % perGroup) * PANEL_COLUMNS;
    for (let i: usize = inGroup; i < min(inGroup + PANEL_COLUMNS, weights.outputs); i++) {
      const column = (panel / perGroup) * weights.outputs + i;
      const zero = weights.zeroPtr == 0 ? 0 : codeAt(weights.zeroPtr + column * weights.zeroStep, weights.signed);
      let to = packedPtr + ((column * k) << 1);
      for (let tap: usize = 0; tap < weights.taps; tap++) {
        for (let channel: usize = 0; channel < weights.channels; channel++, to += 2) {
          const at = column * weights.columnStride + channel * weights.channelStride + tap * weights.tapStride;
          store<i16>(to, <i16>(codeAt(weights.ptr + at, weights.signed) - zero));
        }
      }
    }
  }
}

export function product_int_prepare(argsPtr: usize): void {
  prepareColumns(changetype<ProductArgs>(argsPtr), 0);
}

/** Σ of one output position and one output. */
function sumOf(args: ProductArgs, position: usize, group: usize, column: usize): i32 {
  const shape = shapeOf(args);
  const w = <i32>(position % shape.outWidth) * shape.strideWidth - shape.padWidth;
  let rest = position / shape.outWidth;
  const h = <i32>(rest % shape.outHeight) * shape.strideHeight - shape.padHeight;
  rest /= shape.outHeight;
  const d = <i32>(rest % shape.outDepth) * shape.strideDepth - shape.padDepth;
  const image = <i32>(rest / shape.outDepth);
  const k = depthOf(shape);
  let weights = args.packed + ((column * k) << 1);
  let sum = 0;
  for (let kd = 0; kd < shape.kernelDepth; kd++) {
    const z = d + kd * shape.dilationDepth;
    for (let kh = 0; kh < shape.kernelHeight; kh++) {
      const y = h + kh * shape.dilationHeight;
      for (let kw = 0; kw < shape.kernelWidth; kw++) {
        const at = w + kw * shape.dilationWidth;
        const inside = isInside(z, shape.depth) && isInside(y, shape.height) && isInside(at, shape.width);
        const pixel = ((image * shape.depth + z) * shape.height + y) * shape.width + at;
        const x = args.x + <usize>pixel * shape.channels + group * shape.groupChannels;
        for (let channel = 0; channel < shape.groupChannels; channel++, weights += 2) {
          if (!inside) continue;
          const code = <i32>(<u32>load<u8>(x + channel) ^ args.flip) - args.zeroPoint;
          sum += code * <i32>load<i16>(weights);
        }
      }
    }
  }
  return sum;
}

export function product_int(argsPtr: usize, from: usize, to: usize, first: usize, end: usize): void {
  const args = changetype<ProductArgs>(argsPtr);
  const shape = shapeOf(args);
  const outputs = <usize>shape.groupOutputs;
  const padded = panelsOf(outputs) * PANEL_COLUMNS;
  for (let position = from; position < to; position++) {
    for (let group: usize = 0; group < <usize>shape.groups; group++) {
      for (let output = first; output < end; output++) {
        const column = group * outputs + output;
        const place = (group * padded + output) << 2;
        const sum = load<i32>(args.scratch + place) + sumOf(args, position, group, column);
        const at = position * shape.groups * outputs + column;
        write(args, at, sum, load<f32>(multipliersOf(args) + place), column);
      }
    }
  }
}

function write(args: ProductArgs, at: usize, sum: i32, multiplier: f32, column: usize): void {
  if (args.ending == END_I32) {
    store<i32>(args.out + (at << 2), sum);
    return;
  }
  if (args.ending == END_F32) {
    let value = <f32>sum * multiplier;
    if (args.addend != 0) value += load<f32>(args.addend + (column << 2));
    store<f32>(args.out + (at << 2), value);
    return;
  }
  const signed = args.ending == END_I8;
  let zeroPoint = 0;
  if (args.yZero != 0) zeroPoint = signed ? <i32>load<i8>(args.yZero) : <i32>load<u8>(args.yZero);
  const code = signed ? requantizeOne<i8>(sum, multiplier, zeroPoint) : requantizeOne<u8>(sum, multiplier, zeroPoint);
  store<u8>(args.out + at, <u8>max(args.codeMin, min(args.codeMax, code)));
}
