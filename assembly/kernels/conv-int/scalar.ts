// Weights of integer convolutions in the orders their kernels want. Scalar: done once for constant weights.

/** ONNX's [n, channels, taps] as rows of a product, [taps · channels, n]. */
export function conv_weights_u8(wPtr: usize, outPtr: usize, n: usize, channels: usize, taps: usize): void {
  for (let output: usize = 0; output < n; output++) {
    for (let channel: usize = 0; channel < channels; channel++) {
      for (let tap: usize = 0; tap < taps; tap++) {
        store<u8>(outPtr + (tap * channels + channel) * n + output, load<u8>(wPtr++));
      }
    }
  }
}

/** Depthwise weights [channels, taps] s8 (u8 with `flip` 128) less their zero points, as i16 [taps, channels]. */
export function depthwise_weights_i16(
  wPtr: usize, outPtr: usize, zeroPointsPtr: usize, channels: usize, taps: usize, flip: u32,
): void {
  for (let channel: usize = 0; channel < channels; channel++) {
    const zeroPoint = load<i32>(zeroPointsPtr + (channel << 2));
    for (let tap: usize = 0; tap < taps; tap++) {
      const code = <i32><i8>(<u32>load<u8>(wPtr++) ^ flip);
      store<i16>(outPtr + ((tap * channels + channel) << 1), <i16>(code - zeroPoint));
    }
  }
}
