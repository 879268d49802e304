// Weights of depthwise convolutions in the order their kernel wants.

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
