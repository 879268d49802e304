// What a run of an integer product begins with: scales, zero points and bias, which may be data, made what the tiles want.
// Shared by the reference: it is scalar, done once a run, an element a column.
//
//   bias        bias[column] − zero point of x · sum of the column, where packed B leaves that to do; modulo 2^32
//   multiplier  fl(fl(fl(alpha · sa) · sb[column]) / sy)
//
// For codes NaN becomes 0 and ±Infinity the largest float32: sum · NaN and 0 · Infinity are NaN, whose code is the zero
// point, as that of 0; and a sum that is not 0 saturates with either. So no value of the tiles is NaN.

import { END_F32, multipliersOf, PANEL_COLUMNS, panelsOf, ProductArgs, shapeOf } from '../abi/product-args';

const LARGEST: f32 = 3.4028234663852886e38;

/** @param sumsPtr - sums of the columns, filled up to whole panels; 0 where nothing is to correct */
export function prepareColumns(args: ProductArgs, sumsPtr: usize): void {
  args.zeroPoint = args.xZero == 0 ? <i32>args.flip : <i32>(<u32>load<u8>(args.xZero) ^ args.flip);
  const shape = shapeOf(args);
  const outputs = <usize>shape.groupOutputs;
  const padded = panelsOf(outputs) * PANEL_COLUMNS;
  let at: usize = 0;
  let column: usize = 0;
  for (let group = 0; group < shape.groups; group++) {
    for (let i: usize = 0; i < padded; i++, at += 4) {
      let bias = 0;
      let multiplier: f32 = 0;
      if (i < outputs) {
        if (args.bias != 0) bias = load<i32>(args.bias + ((column * args.biasStep) << 2));
        if (sumsPtr != 0) bias -= args.zeroPoint * load<i32>(sumsPtr + at);
        multiplier = multiplierOf(args, column++);
      }
      store<i32>(args.scratch + at, bias);
      store<f32>(multipliersOf(args) + at, multiplier);
    }
  }
}

function multiplierOf(args: ProductArgs, column: usize): f32 {
  if (args.bScale == 0) return 0;
  let multiplier = args.alpha * load<f32>(args.aScale) * load<f32>(args.bScale + ((column * args.bScaleStep) << 2));
  if (args.yScale != 0) multiplier /= load<f32>(args.yScale);
  if (args.ending <= END_F32) return multiplier;
  return multiplier == multiplier ? min(max(multiplier, -LARGEST), LARGEST) : 0;
}
