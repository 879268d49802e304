// Coefficients become samples: each is multiplied by its step, then an inverse cosine transform of 8 x 8 in integers of 32
// bits, first down the columns, then along the rows.
//
// The factors are √2 · cos(i π / 16) with 13 fraction bits. Those of the odd half are sums of factors rounded one by one,
// as in the algorithm of Loeffler, Ligtenberg and Moschytz, hence 11362 beside 11363: so the samples equal those of the
// decoder that most images of a training set went through (libjpeg's "islow"), to the bit.

const FRACTION = 13;
/** Fraction bits between the two passes. */
const KEPT = 2;

/** `count` blocks side by side into 8 rows of samples at outPtr, `stride` bytes apart. stepsPtr: 64 u16 in rows of eight. */
export function jpeg_blocks(blocksPtr: usize, count: u32, stepsPtr: usize, outPtr: usize, stride: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const block = blocksPtr + (usize(i) << 7);
    for (let column: usize = 0; column < 8; column++) {
      transformColumn(block + (column << 1), stepsPtr + (column << 1), WORK + (column << 2));
    }
    for (let row: usize = 0; row < 8; row++) {
      transformRow(WORK + (row << 5), outPtr + row * stride + (usize(i) << 3));
    }
  }
}

/** 64 i32 in rows of eight. */
const WORK = memory.data(256, 16);

@inline
function transformColumn(x: usize, steps: usize, out: usize): void {
  const x0 = scaled(x, steps, 0);
  const x1 = scaled(x, steps, 16), x2 = scaled(x, steps, 32), x3 = scaled(x, steps, 48), x4 = scaled(x, steps, 64);
  const x5 = scaled(x, steps, 80), x6 = scaled(x, steps, 96), x7 = scaled(x, steps, 112);
  if ((x1 | x2 | x3 | x4 | x5 | x6 | x7) == 0) {
    const level = x0 << KEPT;
    for (let i: usize = 0; i < 256; i += 32) store<i32>(out + i, level);
    return;
  }
  const down = FRACTION - KEPT, half = 1 << (down - 1);
  const e0 = even0(x0, x2, x4, x6), e1 = even1(x0, x2, x4, x6), e2 = even2(x0, x2, x4, x6), e3 = even3(x0, x2, x4, x6);
  const o0 = odd0(x1, x3, x5, x7), o1 = odd1(x1, x3, x5, x7), o2 = odd2(x1, x3, x5, x7), o3 = odd3(x1, x3, x5, x7);
  store<i32>(out, e0 + o0 + half >> down);
  store<i32>(out, e1 + o1 + half >> down, 32);
  store<i32>(out, e2 + o2 + half >> down, 64);
  store<i32>(out, e3 + o3 + half >> down, 96);
  store<i32>(out, e3 - o3 + half >> down, 128);
  store<i32>(out, e2 - o2 + half >> down, 160);
  store<i32>(out, e1 - o1 + half >> down, 192);
  store<i32>(out, e0 - o0 + half >> down, 224);
}

@inline
function scaled(x: usize, steps: usize, offset: usize): i32 {
  return i32(load<i16>(x + offset)) * i32(load<u16>(steps + offset));
}

@inline
function transformRow(x: usize, out: usize): void {
  const x0 = load<i32>(x);
  const x1 = load<i32>(x, 4), x2 = load<i32>(x, 8), x3 = load<i32>(x, 12), x4 = load<i32>(x, 16);
  const x5 = load<i32>(x, 20), x6 = load<i32>(x, 24), x7 = load<i32>(x, 28);
  const e0 = even0(x0, x2, x4, x6), e1 = even1(x0, x2, x4, x6), e2 = even2(x0, x2, x4, x6), e3 = even3(x0, x2, x4, x6);
  const o0 = odd0(x1, x3, x5, x7), o1 = odd1(x1, x3, x5, x7), o2 = odd2(x1, x3, x5, x7), o3 = odd3(x1, x3, x5, x7);
  store<u8>(out, sample(e0 + o0));
  store<u8>(out, sample(e1 + o1), 1);
  store<u8>(out, sample(e2 + o2), 2);
  store<u8>(out, sample(e3 + o3), 3);
  store<u8>(out, sample(e3 - o3), 4);
  store<u8>(out, sample(e2 - o2), 5);
  store<u8>(out, sample(e1 - o1), 6);
  store<u8>(out, sample(e0 - o0), 7);
}

/** Of both passes the fraction and the factor 8 go; samples are centred on 128. */
@inline
function sample(x: i32): u8 {
  const down = FRACTION + KEPT + 3;
  return u8(min(max((x + (1 << (down - 1)) >> down) + 128, 0), 255));
}

@inline
function even0(x0: i32, x2: i32, x4: i32, x6: i32): i32 {
  return (x0 + x4 << FRACTION) + x2 * 10703 + x6 * 4433;
}

@inline
function even1(x0: i32, x2: i32, x4: i32, x6: i32): i32 {
  return (x0 - x4 << FRACTION) + x2 * 4433 - x6 * 10704;
}

@inline
function even2(x0: i32, x2: i32, x4: i32, x6: i32): i32 {
  return (x0 - x4 << FRACTION) - x2 * 4433 + x6 * 10704;
}

@inline
function even3(x0: i32, x2: i32, x4: i32, x6: i32): i32 {
  return (x0 + x4 << FRACTION) - x2 * 10703 - x6 * 4433;
}

@inline
function odd0(x1: i32, x3: i32, x5: i32, x7: i32): i32 {
  return x1 * 11363 + x3 * 9633 + x5 * 6437 + x7 * 2260;
}

@inline
function odd1(x1: i32, x3: i32, x5: i32, x7: i32): i32 {
  return x1 * 9633 - x3 * 2259 - x5 * 11362 - x7 * 6436;
}

@inline
function odd2(x1: i32, x3: i32, x5: i32, x7: i32): i32 {
  return x1 * 6437 - x3 * 11362 + x5 * 2261 + x7 * 9633;
}

@inline
function odd3(x1: i32, x3: i32, x5: i32, x7: i32): i32 {
  return x1 * 2260 - x3 * 6436 + x5 * 9633 - x7 * 11363;
}
