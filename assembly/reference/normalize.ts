// Normalisation, scalar and normative. Sums over rows are those of num/row-sums-scalar.ts, over columns chains; every
// other step is rounded to float32.

import { SUM, SUM_SQUARE } from '../num/fold';
import { chainOf, scalarRow } from '../num/row-sums-scalar';

export function deviations_f32(
  xPtr: usize, meanPtr: usize, outPtr: usize, outer: usize, axis: usize, inner: usize, more: i32,
): void {
  for (let o: usize = 0; o < outer; o++) {
    for (let i: usize = 0; i < inner; i++) {
      const at = xPtr + ((o * axis * inner + i) << 2);
      const index = (o * inner + i) << 3;
      const before: f64 = more ? load<f64>(outPtr + index) : 0;
      const mean = load<f64>(meanPtr + index);
      if (inner == 1) store<f64>(outPtr + index, before + scalarRow(at, axis, mean, SUM_SQUARE));
      else store<f64>(outPtr + index, chainOf(before, at, axis, inner, mean, SUM_SQUARE));
    }
  }
}

export function affine_f32(
  xPtr: usize, meanPtr: usize, factorPtr: usize, biasPtr: usize, outPtr: usize,
  groups: usize, outer: usize, channels: usize, inner: usize,
): void {
  const count = groups * outer * channels * inner;
  for (let n: usize = 0; n < count; n++) {
    const channel = (n / inner) % channels;
    const parameter = (n / (outer * channels * inner)) * channels + channel;
    const centred = load<f32>(xPtr + (n << 2)) - load<f32>(meanPtr + (parameter << 2));
    const scaled = centred * load<f32>(factorPtr + (parameter << 2));
    store<f32>(outPtr + (n << 2), scaled + load<f32>(biasPtr + (parameter << 2)));
  }
}

export function layer_norm_f32(
  xPtr: usize, scalePtr: usize, biasPtr: usize, outPtr: usize, meansPtr: usize, inversesPtr: usize,
  rows: usize, length: usize, epsilon: f64, rms: i32,
): void {
  const count = <f64>length;
  for (let row: usize = 0; row < rows; row++) {
    const from = xPtr + ((row * length) << 2);
    const mean: f64 = rms ? 0 : scalarRow(from, length, 0, SUM) / count;
    const inverse = <f32>(1 / sqrt<f64>(scalarRow(from, length, mean, SUM_SQUARE) / count + epsilon));
    const upper = <f32>mean;
    const lower = <f32>(mean - <f64>upper);
    for (let j: usize = 0; j < length; j++) {
      const y = (load<f32>(from + (j << 2)) - upper - lower) * inverse * load<f32>(scalePtr + (j << 2));
      store<f32>(outPtr + ((row * length + j) << 2), biasPtr == 0 ? y : y + load<f32>(biasPtr + (j << 2)));
    }
    if (meansPtr != 0) store<f32>(meansPtr + (row << 2), <f32>mean);
    if (inversesPtr != 0) store<f32>(inversesPtr + (row << 2), inverse);
  }
}

export function add_rows_f32(
  xPtr: usize, skipPtr: usize, biasPtr: usize, outPtr: usize, rows: usize, length: usize, skipRows: usize,
): void {
  for (let row: usize = 0; row < rows; row++) {
    for (let j: usize = 0; j < length; j++) {
      const at = (row * length + j) << 2;
      const sum = load<f32>(xPtr + at) + load<f32>(skipPtr + (((row % skipRows) * length + j) << 2));
      store<f32>(outPtr + at, biasPtr == 0 ? sum : sum + load<f32>(biasPtr + (j << 2)));
    }
  }
}
