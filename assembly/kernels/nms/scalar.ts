// Non-maximum suppression of the boxes of one class: best scores first, a box stays unless it overlaps one that stayed by
// more than the threshold. Candidates are a heap, so that what is never looked at is never sorted.
//
//   order: larger score first, then the lower index; NaN is below every score
//   overlap = intersection / union; boxes without area overlap nothing

@unmanaged
class Suppression {
  /** 4 floats a box: y1, x1, y2, x2 in any order of corners; or x, y, width, height around a centre. */
  boxes: usize;
  scores: usize;
  count: u32;
  isCenter: i32;
  overlap: f32;
  /** 1: only scores above `least` count. */
  hasLeast: i32;
  least: f32;
  /** Boxes that may stay. */
  most: u32;
  /** count indices: the heap. */
  heap: usize;
  /** min(count, most) indices: those that stayed, in order. */
  kept: usize;
  /** State: candidates in the heap, and boxes that stayed. */
  candidates: u32;
  keptCount: u32;
}

/** Makes the heap. */
export function nms_begin(s: Suppression): void {
  let candidates: u32 = 0;
  for (let i: u32 = 0; i < s.count; i++) {
    if (s.hasLeast != 0 && !(load<f32>(s.scores + (usize(i) << 2)) > s.least)) continue;
    store<u32>(s.heap + (usize(candidates++) << 2), i);
  }
  s.candidates = candidates;
  s.keptCount = 0;
  for (let i = i32(candidates >> 1) - 1; i >= 0; i--) sink(s, u32(i));
}

/** Looks at candidates until about `budget` boxes were compared. Returns 1 if there is more to do. */
export function nms_continue(s: Suppression, budget: u32): i32 {
  let spent: u32 = 0;
  while (s.candidates > 0 && s.keptCount < s.most) {
    if (spent > budget) return 1;
    const best = load<u32>(s.heap);
    s.candidates--;
    store<u32>(s.heap, load<u32>(s.heap + (usize(s.candidates) << 2)));
    sink(s, 0);
    let stays = true;
    for (let k: u32 = 0; k < s.keptCount; k++) {
      spent++;
      if (!overlaps(s, best, load<u32>(s.kept + (usize(k) << 2)))) continue;
      stays = false;
      break;
    }
    spent += 32;
    if (stays) store<u32>(s.kept + (usize(s.keptCount++) << 2), best);
  }
  return 0;
}

/** Writes (batch, class, box) for each box that stayed. */
export function nms_write(keptPtr: usize, count: u32, batch: u32, label: u32, outPtr: usize): void {
  for (let k: usize = 0; k < usize(count); k++, outPtr += 24) {
    store<i64>(outPtr, i64(batch));
    store<i64>(outPtr, i64(label), 8);
    store<i64>(outPtr, i64(load<u32>(keptPtr + (k << 2))), 16);
  }
}

/** Whether box a is to come before box b. */
@inline
function isBefore(s: Suppression, a: u32, b: u32): bool {
  const x = load<f32>(s.scores + (usize(a) << 2)), y = load<f32>(s.scores + (usize(b) << 2));
  if (x > y) return true;
  if (x < y) return false;
  if (x == y) return a < b;
  const noX = x != x, noY = y != y;
  return noX == noY ? a < b : noY;
}

/** Moves the heap's element at `place` down to where it belongs. */
function sink(s: Suppression, place: u32): void {
  const moved = load<u32>(s.heap + (usize(place) << 2));
  for (;;) {
    let child: u32 = 2 * place + 1;
    if (child >= s.candidates) break;
    let index = load<u32>(s.heap + (usize(child) << 2));
    if (child + 1 < s.candidates) {
      const other = load<u32>(s.heap + (usize(child) << 2), 4);
      if (isBefore(s, other, index)) {
        child++;
        index = other;
      }
    }
    if (!isBefore(s, index, moved)) break;
    store<u32>(s.heap + (usize(place) << 2), index);
    place = child;
  }
  store<u32>(s.heap + (usize(place) << 2), moved);
}

function overlaps(s: Suppression, a: u32, b: u32): bool {
  const p = s.boxes + (usize(a) << 4), q = s.boxes + (usize(b) << 4);
  const pLeft = low(p, 1, s), pRight = high(p, 1, s), pTop = low(p, 0, s), pBottom = high(p, 0, s);
  const qLeft = low(q, 1, s), qRight = high(q, 1, s), qTop = low(q, 0, s), qBottom = high(q, 0, s);
  const width = min<f32>(pRight, qRight) - max<f32>(pLeft, qLeft);
  const height = min<f32>(pBottom, qBottom) - max<f32>(pTop, qTop);
  if (!(width > 0 && height > 0)) return false;
  const shared = width * height;
  const pArea = (pRight - pLeft) * (pBottom - pTop), qArea = (qRight - qLeft) * (qBottom - qTop);
  const both = pArea + qArea - shared;
  return pArea > 0 && qArea > 0 && both > 0 && shared / both > s.overlap;
}

/** The lower end of a box along its first (0) or second (1) coordinate. */
@inline
function low(box: usize, axis: usize, s: Suppression): f32 {
  const first = load<f32>(box + (axis << 2)), second = load<f32>(box + (axis << 2), 8);
  return s.isCenter != 0 ? first - second / 2 : min<f32>(first, second);
}

@inline
function high(box: usize, axis: usize, s: Suppression): f32 {
  const first = load<f32>(box + (axis << 2)), second = load<f32>(box + (axis << 2), 8);
  return s.isCenter != 0 ? first + second / 2 : max<f32>(first, second);
}
