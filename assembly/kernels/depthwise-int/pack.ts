// Depthwise weights in pairs of kernel positions, because i32x4.dot_i16x8_s sums two products at once: the positions of
// rows 0 and 1 one below the other, of rows 2 and 3, ...; those of a last single row side by side.
//
//   3 x 3:   a b c        (a d) (b e) (c f) (g h) (- i)        "-" is i again, with the weight 0
//            d e f
//            g h i        block of 8 channels: pair 0: a d of channel 0, a d of channel 1, ... i16 | pair 1 | ...
//
//   packed:  1 with dots, else 0 | Σ weights, i32 [channels] | block of channels 0-7 | 8-15 | ... | the last 8 channels, if
//            they end no block; each followed by the weights of relaxed.ts, where there are any

/** Channels of a block. */
// @ts-ignore: decorator
@inline export const BLOCK: usize = 8;

/** Bytes of a pair in a block. */
// @ts-ignore: decorator
@inline export const PAIR_BYTES: usize = BLOCK * 4;

/** Bytes of a block's pairs where it has dots too, and of those: for three columns, channels 0-3 and 4-7 of row 0, of row 1. */
// @ts-ignore: decorator
@inline export const DOT_PAIR_BYTES: usize = 5 * PAIR_BYTES;
// @ts-ignore: decorator
@inline export const DOT_BYTES: usize = 3 * 64;
/** Bytes before the sums. */
// @ts-ignore: decorator
@inline export const FLAG_BYTES: usize = 4;

/** The pair that pairAt found: two positions, of which the first may have no weight. */
export let firstTap: i32 = 0;
export let secondTap: i32 = 0;
export let firstWeighs: bool = false;

// @ts-ignore: decorator
@inline
export function pairsOf(taps: usize): usize {
  return (taps + 1) >> 1;
}

/** Finds pair `index` of a kernel of `taps` positions in rows of `width`. */
export function pairAt(index: i32, taps: i32, width: i32): void {
  const rows = taps / width;
  const row = (index / width) << 1;
  firstWeighs = true;
  if (row + 1 < rows) {
    firstTap = row * width + index % width;
    secondTap = firstTap + width;
    return;
  }
  const at = (index - (rows >> 1) * width) << 1;
  secondTap = (rows - 1) * width + min(at + 1, width - 1);
  firstWeighs = at + 1 < width;
  firstTap = firstWeighs ? secondTap - 1 : secondTap;
}

// @ts-ignore: decorator
@inline
export function blocksOf(channels: usize): usize {
  return (channels + BLOCK - 1) / BLOCK;
}

/** First channel of block `block`. */
// @ts-ignore: decorator
@inline
export function blockStart(block: usize, channels: usize): usize {
  const start = block * BLOCK;
  return channels < BLOCK ? 0 : min(start, channels - BLOCK);
}

/** @param dots - 1 to pack weights for dots too: for kernels of 3 x 3 alone */
export function depthwise_u8_packed_bytes(channels: usize, taps: usize, dots: u32): usize {
  const block = pairsOf(taps) * PAIR_BYTES + (dots != 0 ? DOT_BYTES : 0);
  return FLAG_BYTES + (channels << 2) + blocksOf(channels) * block;
}

/** Packs weights [channels, taps] s8 (u8 with `unsigned` 1), less `zeroPoint`, of kernels in rows of `width`. */
export function depthwise_u8_pack(
  wPtr: usize, packedPtr: usize, channels: usize, taps: usize, width: usize, unsigned: u32, zeroPoint: i32, dots: u32,
): void {
  const flagPtr = packedPtr;
  let fits = dots != 0;
  packedPtr += FLAG_BYTES;
  for (let channel: usize = 0; channel < channels; channel++) {
    let sum = 0;
    for (let tap: usize = 0; tap < taps; tap++) {
      const weight = weightAt(wPtr, channel * taps + tap, unsigned) - zeroPoint;
      if (weight != <i32><i8>weight) fits = false;
      sum += weight;
    }
    store<i32>(packedPtr, sum);
    packedPtr += 4;
  }
  store<i32>(flagPtr, fits ? 1 : 0);
  for (let block: usize = 0; block * BLOCK < channels; block++) {
    const start = blockStart(block, channels);
    for (let pair: usize = 0; pair < pairsOf(taps); pair++) {
      pairAt(<i32>pair, <i32>taps, <i32>width);
      for (let channel = start; channel < start + BLOCK; channel++, packedPtr += 4) {
        const from = channel * taps;
        const inside = channel < channels;
        const first = inside && firstWeighs ? weightAt(wPtr, from + firstTap, unsigned) - zeroPoint : 0;
        const second = inside ? weightAt(wPtr, from + secondTap, unsigned) - zeroPoint : 0;
        store<i16>(packedPtr, <i16>first);
        store<i16>(packedPtr, <i16>second, 2);
      }
    }
    if (dots == 0) continue;
    for (let at: usize = 0; at < DOT_BYTES; at += 4, packedPtr += 4) {
      const channel = start + ((at >> 2) & 7);
      const lower = (at >> 5) & 1;
      let four: u32 = 0;
      for (let row: usize = 0; row < 3 && channel < channels; row++) {
        const weight = weightAt(wPtr, channel * 9 + row * 3 + (at >> 6), unsigned) - zeroPoint;
        four |= (<u32>weight & 255) << <u32>((row + lower) << 3);
      }
      store<u32>(packedPtr, four);
    }
  }
}

// @ts-ignore: decorator
@inline
function weightAt(wPtr: usize, index: usize, unsigned: u32): i32 {
  return unsigned != 0 ? <i32>load<u8>(wPtr + index) : <i32>load<i8>(wPtr + index);
}
