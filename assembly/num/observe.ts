// One element as calibration sees it.
//
// The bin of x on a grid of width w, a power of two, is floor(x / w). With up = max(1, 1/w) and down = min(1, 1/w) it is
// floor(floor(x · up) · down), and neither product is rounded: a product with a power of two is exact unless it becomes
// subnormal, and x · up grows, while floor(x · up) is 0 or at least 1. (For a whole divisor, rounding down before the
// division as well changes nothing.)

@inline
export function binOf(x: f32, up: f32, down: f32): i32 {
  return <i32>floor<f32>(floor<f32>(x * up) * down);
}

/** Adds 1 to the count of x's bin; the table's first count is that of bin `first`. */
@inline
export function countBin(x: f32, up: f32, down: f32, first: i32, tablePtr: usize): void {
  const ptr = tablePtr + (usize(binOf(x, up, down) - first) << 2);
  store<u32>(ptr, load<u32>(ptr) + 1);
}

/** Widens the range { min f32, max f32, zeros u32 } at outPtr to the elements from xPtr to end. Answers 0 when one is not
 *  finite: the range is then unspecified. */
@inline
export function observeTail(xPtr: usize, end: usize, outPtr: usize): i32 {
  let low = load<f32>(outPtr);
  let high = load<f32>(outPtr, 4);
  let zeros = load<u32>(outPtr, 8);
  let finite = 1;
  for (; xPtr < end; xPtr += 4) {
    const x = load<f32>(xPtr);
    if (!isFinite<f32>(x)) finite = 0;
    low = min<f32>(low, x);
    high = max<f32>(high, x);
    zeros += u32(x == 0);
  }
  store<f32>(outPtr, low + 0);
  store<f32>(outPtr, high + 0, 4);
  store<u32>(outPtr, zeros, 8);
  return finite;
}
