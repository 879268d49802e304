// Indices into a dim, as tensors hold them: 32- or 64-bit, negative ones counted from the end.

/** No dim is as long: the answer for an index outside of it. */
export const OUTSIDE: usize = 0xffffffff;

/** The index at `at` as one in [0, length), or OUTSIDE.
 *  @param wide - whether it has 64 bits */
@inline
export function indexAt(at: usize, wide: bool, length: usize): usize {
  const index = wide ? load<i64>(at) : i64(load<i32>(at));
  const size = i64(u64(length));
  const place = index < 0 ? index + size : index;
  return place >= 0 && place < size ? usize(place) : OUTSIDE;
}
