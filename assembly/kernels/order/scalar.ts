// Places in an order: the greatest or least element of an axis, the k greatest or least ones, and running sums. A tensor
// is seen as [outer, axis, inner].

/** Element types, as the host gives them. */
const F32: i32 = 0;
const F64: i32 = 1;
const I8: i32 = 2;
const U8: i32 = 3;
const I32: i32 = 4;
const I64: i32 = 5;
const U32: i32 = 6;
const U64: i32 = 7;
const I16: i32 = 8;
const U16: i32 = 9;

const LOWEST: i64 = i64.MIN_VALUE;

/** log2 of an element's bytes. */
@inline
function shiftOf(type: i32): usize {
  if (type == I8 || type == U8) return 0;
  if (type == I16 || type == U16) return 1;
  return type == F64 || type == I64 || type == U64 ? 3 : 2;
}

/** An integer that orders as the element does. Zeros are equal; NaN is above all, as a number that cannot be smaller. */
function keyOf(xPtr: usize, type: i32): i64 {
  switch (type) {
    case F32: return floatKey(<f64>load<f32>(xPtr));
    case F64: return floatKey(load<f64>(xPtr));
    case I8: return <i64>load<i8>(xPtr);
    case U8: return <i64>load<u8>(xPtr);
    case I16: return <i64>load<i16>(xPtr);
    case U16: return <i64>load<u16>(xPtr);
    case I32: return <i64>load<i32>(xPtr);
    case U32: return <i64>load<u32>(xPtr);
    case U64: return load<i64>(xPtr) ^ LOWEST;
    default: return load<i64>(xPtr);
  }
}

/** The bits of a positive float grow with it; those of a negative one are turned about. */
@inline
function floatKey(x: f64): i64 {
  if (x != x) return i64.MAX_VALUE;
  const bits = reinterpret<i64>(x + 0);
  return bits < 0 ? bits ^ i64.MAX_VALUE : bits;
}

// A heap of k entries (key, index), 16 bytes each, the worst on top. Entry a is worse than b if its key is lower, or
// the keys are equal and its index is higher.

@inline
function worse(aKey: i64, aIndex: i64, bKey: i64, bIndex: i64): bool {
  return aKey < bKey || (aKey == bKey && aIndex > bIndex);
}

@inline
function keyAt(heap: usize, n: usize): i64 {
  return load<i64>(heap + (n << 4));
}

@inline
function indexAt(heap: usize, n: usize): i64 {
  return load<i64>(heap + (n << 4), 8);
}

@inline
function put(heap: usize, n: usize, key: i64, index: i64): void {
  store<i64>(heap + (n << 4), key);
  store<i64>(heap + (n << 4), index, 8);
}

/** Puts an entry where entry n of a heap of `size` was, at or below n. */
function sink(heap: usize, n: usize, size: usize, key: i64, index: i64): void {
  while (true) {
    let child: usize = (n << 1) + 1;
    if (child >= size) break;
    const right: usize = child + 1;
    if (right < size && worse(keyAt(heap, right), indexAt(heap, right), keyAt(heap, child), indexAt(heap, child))) {
      child = right;
    }
    if (!worse(keyAt(heap, child), indexAt(heap, child), key, index)) break;
    put(heap, n, keyAt(heap, child), indexAt(heap, child));
    n = child;
  }
  put(heap, n, key, index);
}

/** The k greatest (or least) elements along axis, best first, of equal ones the first, and their indices (i64). k <=
 *  axis. valuesPtr or indicesPtr may be 0. heapPtr: 16 · k bytes, 8-byte aligned. */
export function top_k(
  xPtr: usize, valuesPtr: usize, indicesPtr: usize, heapPtr: usize,
  outer: usize, axis: usize, inner: usize, k: usize, type: i32, largest: i32,
): void {
  if (k == 0) return;
  const shift = shiftOf(type);
  const flip: i64 = largest ? 0 : -1;
  for (let o: usize = 0; o < outer; o++) {
    for (let i: usize = 0; i < inner; i++) {
      const from = xPtr + ((o * axis * inner + i) << shift);
      const step = inner << shift;
      for (let n: usize = 0; n < k; n++) put(heapPtr, n, keyOf(from + n * step, type) ^ flip, n);
      for (let n = k >> 1; n != 0; n--) sink(heapPtr, n - 1, k, keyAt(heapPtr, n - 1), indexAt(heapPtr, n - 1));
      for (let n = k; n < axis; n++) {
        const key = keyOf(from + n * step, type) ^ flip;
        // Later indices lose where keys are equal.
        if (key > keyAt(heapPtr, 0)) sink(heapPtr, 0, k, key, n);
      }
      for (let n = k; n != 0; n--) {
        const index = indexAt(heapPtr, 0);
        const last = n - 1;
        if (last != 0) sink(heapPtr, 0, last, keyAt(heapPtr, last), indexAt(heapPtr, last));
        const to = (o * k + last) * inner + i;
        if (indicesPtr != 0) store<i64>(indicesPtr + (to << 3), index);
        if (valuesPtr != 0) copyElement(from + <usize>index * step, valuesPtr + (to << shift), shift);
      }
    }
  }
}

@inline
function copyElement(from: usize, to: usize, shift: usize): void {
  if (shift == 2) store<i32>(to, load<i32>(from));
  else if (shift == 3) store<i64>(to, load<i64>(from));
  else if (shift == 1) store<i16>(to, load<i16>(from));
  else store<i8>(to, load<i8>(from));
}

/** Index (i64) of the greatest (or least) element along axis. Of equal ones the first, or with `lastOne` the last. An
 *  element replaces the one before only if it is better (or equal), so NaN is passed over, unless it comes first.
 *  bestPtr: 8 · inner bytes of scratch. */
@inline
function argExtreme<T>(
  xPtr: usize, outPtr: usize, bestPtr: usize, outer: usize, axis: usize, inner: usize, least: i32, lastOne: i32,
): void {
  for (let o: usize = 0; o < outer; o++) {
    for (let i: usize = 0; i < inner; i++) {
      store<T>(bestPtr + i * sizeof<T>(), load<T>(xPtr + i * sizeof<T>()));
      store<i64>(outPtr + (i << 3), 0);
    }
    xPtr += inner * sizeof<T>();
    for (let n: usize = 1; n < axis; n++) {
      for (let i: usize = 0; i < inner; i++, xPtr += sizeof<T>()) {
        const x = load<T>(xPtr);
        const best = load<T>(bestPtr + i * sizeof<T>());
        if ((least ? x < best : best < x) || (lastOne && x == best)) {
          store<T>(bestPtr + i * sizeof<T>(), x);
          store<i64>(outPtr + (i << 3), n);
        }
      }
    }
    outPtr += inner << 3;
  }
}

export function arg_extreme(
  xPtr: usize, outPtr: usize, bestPtr: usize, outer: usize, axis: usize, inner: usize, type: i32, least: i32, lastOne: i32,
): void {
  switch (type) {
    case F32: return argExtreme<f32>(xPtr, outPtr, bestPtr, outer, axis, inner, least, lastOne);
    case F64: return argExtreme<f64>(xPtr, outPtr, bestPtr, outer, axis, inner, least, lastOne);
    case I8: return argExtreme<i8>(xPtr, outPtr, bestPtr, outer, axis, inner, least, lastOne);
    case U8: return argExtreme<u8>(xPtr, outPtr, bestPtr, outer, axis, inner, least, lastOne);
    case I32: return argExtreme<i32>(xPtr, outPtr, bestPtr, outer, axis, inner, least, lastOne);
    default: return argExtreme<i64>(xPtr, outPtr, bestPtr, outer, axis, inner, least, lastOne);
  }
}

const BLOCK: usize = 16;
const SUMS: usize = memory.data(128, 16);

/** Running sums along axis: out[n] = x[0] + … + x[n], exclusive: … + x[n − 1]; reverse: from the end. Sums of float32 are
 *  float64, rounded where they are stored; integers wrap. */
@inline
function cumulate<T, A>(
  xPtr: usize, outPtr: usize, outer: usize, axis: usize, inner: usize, exclusive: i32, reverse: i32,
): void {
  const row = inner * sizeof<T>();
  for (let o: usize = 0; o < outer; o++) {
    for (let first: usize = 0; first < inner; first += BLOCK) {
      const count = min(BLOCK, inner - first);
      memory.fill(SUMS, 0, BLOCK * sizeof<A>());
      for (let n: usize = 0; n < axis; n++) {
        const offset = (o * axis + (reverse ? axis - 1 - n : n)) * row + first * sizeof<T>();
        for (let i: usize = 0; i < count; i++) {
          const at = offset + i * sizeof<T>();
          const sums = SUMS + i * sizeof<A>();
          const before = load<A>(sums);
          const after = (before + (load<T>(xPtr + at) as A)) as A;
          store<A>(sums, after);
          store<T>(outPtr + at, (exclusive ? before : after) as T);
        }
      }
    }
  }
}

export function cumulative_sum(
  xPtr: usize, outPtr: usize, outer: usize, axis: usize, inner: usize, type: i32, exclusive: i32, reverse: i32,
): void {
  switch (type) {
    case F32: return cumulate<f32, f64>(xPtr, outPtr, outer, axis, inner, exclusive, reverse);
    case F64: return cumulate<f64, f64>(xPtr, outPtr, outer, axis, inner, exclusive, reverse);
    case I32:
    case U32: return cumulate<i32, i32>(xPtr, outPtr, outer, axis, inner, exclusive, reverse);
    default: return cumulate<i64, i64>(xPtr, outPtr, outer, axis, inner, exclusive, reverse);
  }
}
