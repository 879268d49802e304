// Elementwise work cut twice: into tiles that stay in the cache, and into steps of a millisecond or so, between which a
// run can be aborted.

import type { Step } from '../operator.js';

/** Elements of a tile. A multiple of 8, so that tiles of 4- and 2-bit codes start on bytes. */
const TILE = 16384;
const TILES_PER_STEP = 64;

export interface Tiles {
  /** Most elements of a tile. */
  readonly elements: number;
  /** Steps that call `first` once, then `body` for each tile in order. */
  steps(first: () => void, body: (from: number, count: number) => void): readonly Step[];
}

export function tileSteps(total: number): Tiles {
  const perStep = TILE * TILES_PER_STEP;
  return {
    elements: Math.min(TILE, total),
    steps(first, body) {
      if (total === 0) return [];
      return Array.from({ length: Math.ceil(total / perStep) }, (_, i) => () => {
        if (i === 0) first();
        const end = Math.min(total, (i + 1) * perStep);
        for (let from = i * perStep; from < end; from += TILE) body(from, Math.min(TILE, end - from));
      });
    },
  };
}
