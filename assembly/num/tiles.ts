// Tiles of the transpose, in registers: rows of 16 bytes are interleaved in log2(rows) steps until each vector holds
// one column, or two half as long. Stores go to rows `toStrideBytes` apart.

/** 8 rows of 16 bytes become 16 rows of 8: interleaving rows 4, then 2, then 1 apart. */
@inline
export function tile8x16u8(from: usize, to: usize, fromStrideBytes: usize, toStrideBytes: usize): void {
  const r0 = v128.load(from);
  const r1 = v128.load((from += fromStrideBytes));
  const r2 = v128.load((from += fromStrideBytes));
  const r3 = v128.load((from += fromStrideBytes));
  const r4 = v128.load((from += fromStrideBytes));
  const r5 = v128.load((from += fromStrideBytes));
  const r6 = v128.load((from += fromStrideBytes));
  const r7 = v128.load((from += fromStrideBytes));
  // p<rows>: column after column, the bytes of the named rows.
  const p04l = lowBytes(r0, r4);
  const p15l = lowBytes(r1, r5);
  const p26l = lowBytes(r2, r6);
  const p37l = lowBytes(r3, r7);
  const p0246a = lowBytes(p04l, p26l);
  const p1357a = lowBytes(p15l, p37l);
  const p0246b = highBytes(p04l, p26l);
  const p1357b = highBytes(p15l, p37l);
  to = storeTwoRows(lowBytes(p0246a, p1357a), to, toStrideBytes);
  to = storeTwoRows(highBytes(p0246a, p1357a), to, toStrideBytes);
  to = storeTwoRows(lowBytes(p0246b, p1357b), to, toStrideBytes);
  to = storeTwoRows(highBytes(p0246b, p1357b), to, toStrideBytes);
  const p04h = highBytes(r0, r4);
  const p15h = highBytes(r1, r5);
  const p26h = highBytes(r2, r6);
  const p37h = highBytes(r3, r7);
  const p0246c = lowBytes(p04h, p26h);
  const p1357c = lowBytes(p15h, p37h);
  const p0246d = highBytes(p04h, p26h);
  const p1357d = highBytes(p15h, p37h);
  to = storeTwoRows(lowBytes(p0246c, p1357c), to, toStrideBytes);
  to = storeTwoRows(highBytes(p0246c, p1357c), to, toStrideBytes);
  to = storeTwoRows(lowBytes(p0246d, p1357d), to, toStrideBytes);
  storeTwoRows(highBytes(p0246d, p1357d), to, toStrideBytes);
}

/** 4 rows of 8 become 8 rows of 4: interleaving rows 2, then 1 apart. */
@inline
export function tile4x8u16(from: usize, to: usize, fromStrideBytes: usize, toStrideBytes: usize): void {
  const r0 = v128.load(from);
  const r1 = v128.load((from += fromStrideBytes));
  const r2 = v128.load((from += fromStrideBytes));
  const r3 = v128.load((from += fromStrideBytes));
  const p02l = lowWords(r0, r2);
  const p13l = lowWords(r1, r3);
  const p02h = highWords(r0, r2);
  const p13h = highWords(r1, r3);
  to = storeTwoRows(lowWords(p02l, p13l), to, toStrideBytes);
  to = storeTwoRows(highWords(p02l, p13l), to, toStrideBytes);
  to = storeTwoRows(lowWords(p02h, p13h), to, toStrideBytes);
  storeTwoRows(highWords(p02h, p13h), to, toStrideBytes);
}

@inline
export function tile4x4u32(from: usize, to: usize, fromStrideBytes: usize, toStrideBytes: usize): void {
  const r0 = v128.load(from);
  const r1 = v128.load((from += fromStrideBytes));
  const r2 = v128.load((from += fromStrideBytes));
  const r3 = v128.load((from += fromStrideBytes));
  const p02l = v128.shuffle<u32>(r0, r2, 0, 4, 1, 5);
  const p13l = v128.shuffle<u32>(r1, r3, 0, 4, 1, 5);
  const p02h = v128.shuffle<u32>(r0, r2, 2, 6, 3, 7);
  const p13h = v128.shuffle<u32>(r1, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<u32>(p02l, p13l, 0, 4, 1, 5));
  v128.store((to += toStrideBytes), v128.shuffle<u32>(p02l, p13l, 2, 6, 3, 7));
  v128.store((to += toStrideBytes), v128.shuffle<u32>(p02h, p13h, 0, 4, 1, 5));
  v128.store((to += toStrideBytes), v128.shuffle<u32>(p02h, p13h, 2, 6, 3, 7));
}

@inline
export function tile2x2u64(from: usize, to: usize, fromStrideBytes: usize, toStrideBytes: usize): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from + fromStrideBytes);
  v128.store(to, v128.shuffle<u64>(r0, r1, 0, 2));
  v128.store(to + toStrideBytes, v128.shuffle<u64>(r0, r1, 1, 3));
}

/** Stores the halves of `pair` as 8 bytes of two output rows; returns the address of the row after them. */
@inline
function storeTwoRows(pair: v128, to: usize, toStrideBytes: usize): usize {
  v128.store_lane<u64>(to, pair, 0);
  v128.store_lane<u64>(to + toStrideBytes, pair, 1);
  return to + (toStrideBytes << 1);
}

@inline
function lowBytes(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

@inline
function highBytes(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

@inline
function lowWords(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

@inline
function highWords(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}
