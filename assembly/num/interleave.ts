// Two or three rows to one row of pairs or triples, and back: pixels of an image between [3, H·W] and [H·W, 3], columns
// of DepthToSpace. As many vectors as there are rows are made at once:
//
//   interleave   a0 a1 a2 a3 | b0 b1 b2 b3 | c0 c1 c2 c3   ->   a0 b0 c0 a1 | b1 c1 a2 b2 | c2 a3 b3 c3
//
// For elements of 1 and 4 bytes; pairs of 2 bytes too. All answer how many elements of a row they have done: whole
// vectors, no more.

/** Whether there is a form for `few` rows of T. */
@inline
export function canInterleave<T>(few: usize): bool {
  if (few == 2) return sizeof<T>() <= 4;
  return few == 3 && (sizeof<T>() == 1 || sizeof<T>() == 4);
}

/** Two rows of `count` elements, xBytes apart, to `count` pairs. */
export function interleave2<T>(x: usize, out: usize, count: usize, xBytes: usize): usize {
  const per: usize = 16 / sizeof<T>();
  let done: usize = 0;
  for (; done + per <= count; done += per) {
    const a = v128.load(x);
    const b = v128.load(x + xBytes);
    if (sizeof<T>() == 4) {
      v128.store(out, v128.shuffle<u32>(a, b, 0, 4, 1, 5));
      v128.store(out, v128.shuffle<u32>(a, b, 2, 6, 3, 7), 16);
    } else if (sizeof<T>() == 2) {
      v128.store(out, v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11));
      v128.store(out, v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), 16);
    } else {
      v128.store(out, v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
      v128.store(out, v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
    }
    x += 16;
    out += 32;
  }
  return done;
}

/** `count` pairs to two rows that are outBytes apart. */
export function deinterleave2<T>(x: usize, out: usize, count: usize, outBytes: usize): usize {
  const per: usize = 16 / sizeof<T>();
  let done: usize = 0;
  for (; done + per <= count; done += per) {
    const u = v128.load(x);
    const v = v128.load(x, 16);
    if (sizeof<T>() == 4) {
      v128.store(out, v128.shuffle<u32>(u, v, 0, 2, 4, 6));
      v128.store(out + outBytes, v128.shuffle<u32>(u, v, 1, 3, 5, 7));
    } else if (sizeof<T>() == 2) {
      v128.store(out, v128.shuffle<u16>(u, v, 0, 2, 4, 6, 8, 10, 12, 14));
      v128.store(out + outBytes, v128.shuffle<u16>(u, v, 1, 3, 5, 7, 9, 11, 13, 15));
    } else {
      v128.store(out, v128.shuffle<u8>(u, v, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30));
      v128.store(out + outBytes, v128.shuffle<u8>(u, v, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31));
    }
    x += 32;
    out += 16;
  }
  return done;
}

/** Three rows of `count` elements, xBytes apart, to `count` triples. */
export function interleave3<T>(x: usize, out: usize, count: usize, xBytes: usize): usize {
  const per: usize = 16 / sizeof<T>();
  let done: usize = 0;
  for (; done + per <= count; done += per) {
    const a = v128.load(x);
    const b = v128.load(x + xBytes);
    const c = v128.load(x + 2 * xBytes);
    if (sizeof<T>() == 4) {
      v128.store(out, v128.shuffle<u32>(v128.shuffle<u32>(a, b, 0, 4, 1, 5), c, 0, 1, 4, 2));
      v128.store(out, v128.shuffle<u32>(v128.shuffle<u32>(b, c, 1, 5, 2, 6), a, 0, 1, 6, 2), 16);
      v128.store(out, v128.shuffle<u32>(v128.shuffle<u32>(c, a, 2, 7, 3, 3), b, 0, 1, 7, 2), 32);
    } else {
      storeTriples(out, a, b, c);
    }
    x += 16;
    out += 48;
  }
  return done;
}

/** `count` triples to three rows that are outBytes apart. */
export function deinterleave3<T>(x: usize, out: usize, count: usize, outBytes: usize): usize {
  const per: usize = 16 / sizeof<T>();
  let done: usize = 0;
  for (; done + per <= count; done += per) {
    const u = v128.load(x);
    const v = v128.load(x, 16);
    const w = v128.load(x, 32);
    if (sizeof<T>() == 4) {
      v128.store(out, v128.shuffle<u32>(v128.shuffle<u32>(u, v, 0, 3, 6, 6), w, 0, 1, 2, 5));
      v128.store(out + outBytes, v128.shuffle<u32>(v128.shuffle<u32>(u, v, 1, 4, 7, 7), w, 0, 1, 2, 6));
      v128.store(out + 2 * outBytes, v128.shuffle<u32>(v128.shuffle<u32>(u, v, 2, 5, 5, 5), w, 0, 1, 4, 7));
    } else {
      storeRows(out, outBytes, u, v, w);
    }
    x += 48;
    out += 16;
  }
  return done;
}

// Byte k of the triples is byte ⌊k / 3⌋ of row k mod 3.

@inline
function storeTriples(out: usize, a: v128, b: v128, c: v128): void {
  const ab0 = v128.shuffle<u8>(a, b, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
  v128.store(out, v128.shuffle<u8>(ab0, c, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15), 0);
  const ab1 = v128.shuffle<u8>(a, b, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
  v128.store(out, v128.shuffle<u8>(ab1, c, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15), 16);
  const ab2 = v128.shuffle<u8>(a, b, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
  v128.store(out, v128.shuffle<u8>(ab2, c, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31), 32);
}

@inline
function storeRows(out: usize, outBytes: usize, u: v128, v: v128, w: v128): void {
  const uv0 = v128.shuffle<u8>(u, v, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0);
  v128.store(out, v128.shuffle<u8>(uv0, w, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29));
  const uv1 = v128.shuffle<u8>(u, v, 1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 0, 0, 0, 0, 0);
  v128.store(out + outBytes, v128.shuffle<u8>(uv1, w, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30));
  const uv2 = v128.shuffle<u8>(u, v, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 0, 0, 0, 0, 0, 0);
  v128.store(out + 2 * outBytes, v128.shuffle<u8>(uv2, w, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31));
}
