// The few numbers between the statistics and the elements of a normalisation.

/** How a variance becomes a factor. */
const INSIDE: i32 = 0; // 1 / sqrt(v + epsilon)
const OUTSIDE: i32 = 1; // 1 / (sqrt(v) + epsilon)
const ROOT: i32 = 2; // 1 / sqrt(v), 0 where v is 0
// 3: 1 / v, 0 where v is 0

@inline
function inverse(v: f64, epsilon: f64, mode: i32): f64 {
  if (mode == INSIDE) return 1 / sqrt<f64>(v + epsilon);
  if (mode == OUTSIDE) return 1 / (sqrt<f64>(v) + epsilon);
  if (v == 0) return 0;
  return 1 / (mode == ROOT ? sqrt<f64>(v) : v);
}

/** Parameters of affine_f32 for `count` channels, three arrays of count float32 at outPtr: mean, factor, bias. Channel
 *  first + p has statistic p / perStatistic, and scale and bias number ((first + p) / perScale) mod scales; without
 *  them (address 0) they are 1 and 0. Without means (address 0) they are 0. */
@inline
function parameters<T>(
  meanPtr: usize, variancePtr: usize, scalePtr: usize, biasPtr: usize, outPtr: usize, count: usize,
  first: usize, perStatistic: usize, perScale: usize, scales: usize, epsilon: f64, mode: i32,
): void {
  for (let p: usize = 0; p < count; p++) {
    const statistic = (p / perStatistic) * sizeof<T>();
    const index = (((first + p) / perScale) % scales) << 2;
    const to = outPtr + (p << 2);
    const factor = inverse(<f64>load<T>(variancePtr + statistic), epsilon, mode);
    const mean: f64 = meanPtr == 0 ? 0 : <f64>load<T>(meanPtr + statistic);
    const scaled = scalePtr == 0 ? factor : factor * <f64>load<f32>(scalePtr + index);
    const bias: f64 = biasPtr == 0 ? 0 : <f64>load<f32>(biasPtr + index);
    store<f32>(to, <f32>mean);
    store<f32>(to + (count << 2), <f32>scaled);
    // What a float64 mean loses in float32 goes to the bias.
    const lost: f64 = sizeof<T>() == 8 ? mean - <f64>(<f32>mean) : 0;
    store<f32>(to + (count << 3), <f32>(bias - lost * scaled));
  }
}

/** Statistics in float64. */
export function norm_parameters_f64(
  meanPtr: usize, variancePtr: usize, scalePtr: usize, biasPtr: usize, outPtr: usize, count: usize,
  first: usize, perStatistic: usize, perScale: usize, scales: usize, epsilon: f64, mode: i32,
): void {
  parameters<f64>(
    meanPtr, variancePtr, scalePtr, biasPtr, outPtr, count, first, perStatistic, perScale, scales, epsilon, mode,
  );
}

/** Statistics in float32. */
export function norm_parameters_f32(
  meanPtr: usize, variancePtr: usize, scalePtr: usize, biasPtr: usize, outPtr: usize, count: usize,
  first: usize, perStatistic: usize, perScale: usize, scales: usize, epsilon: f64, mode: i32,
): void {
  parameters<f32>(
    meanPtr, variancePtr, scalePtr, biasPtr, outPtr, count, first, perStatistic, perScale, scales, epsilon, mode,
  );
}

/** Joins the moments of equally large parts along axis of [outer, axis, inner], all float64:
 *  mean = avg(means), variance = avg(variances) + avg((means − mean)²). */
export function join_moments(
  meansPtr: usize, variancesPtr: usize, meanPtr: usize, variancePtr: usize, outer: usize, axis: usize, inner: usize,
): void {
  const count = <f64>axis;
  for (let o: usize = 0; o < outer; o++) {
    for (let i: usize = 0; i < inner; i++) {
      const from = (o * axis * inner + i) << 3;
      const step = inner << 3;
      let sum: f64 = 0;
      for (let n: usize = 0; n < axis; n++) sum += load<f64>(meansPtr + from + n * step);
      const mean = sum / count;
      let spread: f64 = 0;
      for (let n: usize = 0; n < axis; n++) {
        const d = load<f64>(meansPtr + from + n * step) - mean;
        spread += load<f64>(variancesPtr + from + n * step) + d * d;
      }
      store<f64>(meanPtr, mean);
      store<f64>(variancePtr, spread / count);
      meanPtr += 8;
      variancePtr += 8;
    }
  }
}
