// The scale of an element, straight from the definition in ts-host/wasm/layout.ts. For the reference kernels: they
// pay divisions per element for being obviously right. The SIMD kernels walk runs instead (runs.ts).

import { ScaleLayout } from '../abi/scales';

export function scaleIndex(element: u64, layout: ScaleLayout): u32 {
  const lane = element % layout.inner;
  const row = element / layout.inner;
  const outer = row / layout.depth;
  const blocks = (u64(layout.depth) + layout.block - 1) / layout.block;
  const blockOfRow = (row % layout.depth) / layout.block;
  return u32(((outer * blocks + blockOfRow) * layout.inner + lane) % layout.scaleCount);
}
