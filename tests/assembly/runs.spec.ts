import { ScaleLayout } from '../../assembly/abi/scales';
import { beginRuns, nextRun, runLength, runScale } from '../../assembly/layout/runs';
import { scaleIndex } from '../../assembly/layout/scale-index';

const words = memory.data(16);

function layoutOf(depth: u32, inner: u32, block: u32, scaleCount: u32): ScaleLayout {
  const layout = changetype<ScaleLayout>(words);
  layout.depth = depth;
  layout.inner = inner;
  layout.block = block;
  layout.scaleCount = scaleCount;
  return layout;
}

/** Elements of [start, start + count) whose scale the walk gets wrong, and elements it does not visit. */
function misplaced(start: u32, count: u32, layout: ScaleLayout): u32 {
  let wrong: u32 = 0;
  let seen: u32 = 0;
  beginRuns(start, layout);
  while (seen < count) {
    const length = runLength(count - seen);
    for (let k: u32 = 0; k < length; k++) {
      const index = layout.inner == 1 ? runScale() : runScale() + k;
      if (index != scaleIndex(u64(start) + seen + k, layout)) wrong++;
    }
    if (length == 0) return 1;
    seen += length;
    nextRun();
  }
  return wrong + (seen - count);
}

describe('runs', () => {
  test('every small layout, from every start -> the scales of the definition', () => {
    let wrong: u32 = 0;
    for (let depth: u32 = 1; depth <= 7; depth++) {
      for (let block: u32 = 1; block <= depth; block++) {
        for (let inner: u32 = 1; inner <= 3; inner++) {
          const blocks = (depth + block - 1) / block;
          const layout = layoutOf(depth, inner, block, 3 * blocks * inner);
          for (let start: u32 = 0; start < 2 * depth * inner; start++) {
            wrong += misplaced(start, 40, layout);
            layout.scaleCount = inner;
            wrong += misplaced(start, 40, layout);
            layout.scaleCount = 3 * blocks * inner;
          }
        }
      }
    }
    expect(wrong).toBe(0);
  });

  test('one scale for all, up to element 2^32 -> scale 0', () => {
    const layout = layoutOf(u32.MAX_VALUE, 1, u32.MAX_VALUE, 1);
    expect(misplaced(u32.MAX_VALUE - 9, 10, layout)).toBe(0);
  });
});
