// Coefficients become samples, four columns or rows at a time. Bit-equal to reference/jpeg-blocks.ts, which says the formulas.
//
//   16 bits, times steps -> 8 x 8 i32 -> down the columns -> turned -> down the columns, once rows -> bytes, turned back

const FRACTION = 13;
const KEPT = 2;

/** 64 i32 in rows of eight, twice: what a pass reads and what it writes. */
const WORK = memory.data(512, 16);
const OUT: usize = WORK + 256;

/** `count` blocks side by side into 8 rows of samples at outPtr, `stride` bytes apart. stepsPtr: 64 u16 in rows of eight. */
export function jpeg_blocks(blocksPtr: usize, count: u32, stepsPtr: usize, outPtr: usize, stride: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const block = blocksPtr + (usize(i) << 7);
    const out = outPtr + (usize(i) << 3);
    if (isFlat(block)) {
      fillFlat(i32(load<i16>(block)) * i32(load<u16>(stepsPtr)), out, stride);
      continue;
    }
    scaleBlock(block, stepsPtr);
    transform(WORK, OUT, FRACTION - KEPT);
    transform(WORK + 16, OUT + 16, FRACTION - KEPT);
    turn();
    transform(WORK, OUT, FRACTION + KEPT + 3);
    transform(WORK + 16, OUT + 16, FRACTION + KEPT + 3);
    storeTurned(out, stride);
  }
}

/** Whether only the first coefficient is not zero. */
@inline
function isFlat(block: usize): bool {
  let rest = i16x8.replace_lane(v128.load(block), 0, 0);
  for (let row: usize = 16; row < 128; row += 16) rest = v128.or(rest, v128.load(block + row));
  return !v128.any_true(rest);
}

function fillFlat(x: i32, out: usize, stride: u32): void {
  const down = FRACTION + KEPT + 3;
  const level = min(max(((x << KEPT + FRACTION) + (1 << (down - 1)) >> down) + 128, 0), 255);
  const eight = i8x16.splat(i8(level));
  for (let row: usize = 0; row < 8; row++) v128.store64_lane(out + row * stride, eight, 0);
}

@inline
function scaleBlock(block: usize, steps: usize): void {
  for (let row: usize = 0; row < 128; row += 16) {
    const x = v128.load(block + row), step = v128.load(steps + row);
    const at = WORK + (row << 1);
    v128.store(at, i32x4.mul(i32x4.extend_low_i16x8_s(x), i32x4.extend_low_i16x8_u(step)));
    v128.store(at, i32x4.mul(i32x4.extend_high_i16x8_s(x), i32x4.extend_high_i16x8_u(step)), 16);
  }
}

@inline
function times(x: v128, factor: i32): v128 {
  return i32x4.mul(x, i32x4.splat(factor));
}

/** Four columns: rows of 32 bytes at x become rows at out, with `down` fraction bits less, rounded. */
@inline
function transform(x: usize, out: usize, down: i32): void {
  const half = i32x4.splat(1 << (down - 1));
  const x0 = v128.load(x), x2 = v128.load(x, 64), x4 = v128.load(x, 128), x6 = v128.load(x, 192);
  const sum = i32x4.add(i32x4.shl(i32x4.add(x0, x4), FRACTION), half);
  const rest = i32x4.add(i32x4.shl(i32x4.sub(x0, x4), FRACTION), half);
  const outer = i32x4.add(times(x2, 10703), times(x6, 4433));
  const inner = i32x4.sub(times(x2, 4433), times(x6, 10704));
  const x1 = v128.load(x, 32), x3 = v128.load(x, 96), x5 = v128.load(x, 160), x7 = v128.load(x, 224);
  storePair(out, 0, 224, i32x4.add(sum, outer), weighted(x1, x3, x5, x7, 11363, 9633, 6437, 2260), down);
  storePair(out, 32, 192, i32x4.add(rest, inner), weighted(x1, x3, x5, x7, 9633, -2259, -11362, -6436), down);
  storePair(out, 64, 160, i32x4.sub(rest, inner), weighted(x1, x3, x5, x7, 6437, -11362, 2261, 9633), down);
  storePair(out, 96, 128, i32x4.sub(sum, outer), weighted(x1, x3, x5, x7, 2260, -6436, 9633, -11363), down);
}

@inline
function weighted(x1: v128, x3: v128, x5: v128, x7: v128, f1: i32, f3: i32, f5: i32, f7: i32): v128 {
  return i32x4.add(i32x4.add(times(x1, f1), times(x3, f3)), i32x4.add(times(x5, f5), times(x7, f7)));
}

@inline
function storePair(out: usize, first: usize, last: usize, even: v128, odd: v128, down: i32): void {
  v128.store(out + first, i32x4.shr_s(i32x4.add(even, odd), down));
  v128.store(out + last, i32x4.shr_s(i32x4.sub(even, odd), down));
}

/** WORK = OUT with rows and columns changed. */
@inline
function turn(): void {
  for (let i: usize = 0; i < 2; i++) {
    for (let j: usize = 0; j < 2; j++) turnQuarter(OUT + i * 128 + j * 16, WORK + j * 128 + i * 16);
  }
}

@inline
function turnQuarter(x: usize, out: usize): void {
  const a = v128.load(x), b = v128.load(x, 32), c = v128.load(x, 64), d = v128.load(x, 96);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5), cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(out, v128.shuffle<i64>(ab, cd, 1, 3), 32);
  v128.store(out, v128.shuffle<i64>(abHigh, cdHigh, 0, 2), 64);
  v128.store(out, v128.shuffle<i64>(abHigh, cdHigh, 1, 3), 96);
}

/** OUT, whose rows are columns of samples less 128, as 8 rows of bytes. Saturating twice is clamping once. */
@inline
function storeTurned(out: usize, stride: u32): void {
  const middle = i16x8.splat(128);
  const c01 = bytesOf(0, middle), c23 = bytesOf(64, middle), c45 = bytesOf(128, middle), c67 = bytesOf(192, middle);
  // 16 bits: columns 0 and 1 of each row, 2 and 3, …
  const p01 = i8x16.shuffle(c01, c01, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  const p23 = i8x16.shuffle(c23, c23, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  const p45 = i8x16.shuffle(c45, c45, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  const p67 = i8x16.shuffle(c67, c67, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  const left = v128.shuffle<i16>(p01, p23, 0, 8, 1, 9, 2, 10, 3, 11), leftLow = v128.shuffle<i16>(p01, p23, 4, 12, 5, 13, 6, 14, 7, 15);
  const right = v128.shuffle<i16>(p45, p67, 0, 8, 1, 9, 2, 10, 3, 11), rightLow = v128.shuffle<i16>(p45, p67, 4, 12, 5, 13, 6, 14, 7, 15);
  storeRows(out, stride, left, right);
  storeRows(out + 4 * stride, stride, leftLow, rightLow);
}

/** 16 bytes: two rows of OUT. */
@inline
function bytesOf(row: usize, middle: v128): v128 {
  const first = i16x8.narrow_i32x4_s(v128.load(OUT + row), v128.load(OUT + row, 16));
  const second = i16x8.narrow_i32x4_s(v128.load(OUT + row, 32), v128.load(OUT + row, 48));
  return i8x16.narrow_i16x8_u(i16x8.add_sat_s(first, middle), i16x8.add_sat_s(second, middle));
}

/** Four rows: 32 bits of each from the left half, 32 from the right. */
@inline
function storeRows(out: usize, stride: u32, left: v128, right: v128): void {
  const upper = v128.shuffle<i32>(left, right, 0, 4, 1, 5), lower = v128.shuffle<i32>(left, right, 2, 6, 3, 7);
  v128.store64_lane(out, upper, 0);
  v128.store64_lane(out + stride, upper, 1);
  v128.store64_lane(out + 2 * stride, lower, 0);
  v128.store64_lane(out + 3 * stride, lower, 1);
}
