// The arena plan: no two slots share bytes while both are needed, and little is wasted.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeSlots, type Slot } from '../../ts-host/execute/memoryPlan.js';
import { Rng } from '../support/rng.js';

const slot = (byteLength: number, first: number, last: number): Slot => ({
  byteLength,
  first,
  last,
  offset: -1,
});

function assertDisjoint(slots: readonly Slot[], arena: number): void {
  for (const [i, a] of slots.entries()) {
    assert.equal(a.offset % 64, 0);
    assert.ok(a.offset >= 0 && a.offset + a.byteLength <= arena, `slot ${i} leaves the arena`);
    for (const b of slots.slice(i + 1)) {
      const together = a.first <= b.last && b.first <= a.last;
      const apart = a.offset + a.byteLength <= b.offset || b.offset + b.byteLength <= a.offset;
      assert.ok(!together || apart, `${JSON.stringify(a)} and ${JSON.stringify(b)} overlap`);
    }
  }
}

describe('placeSlots', () => {
  it('a chain of equal values -> two places', () => {
    const slots = [slot(640, 0, 1), slot(640, 1, 2), slot(640, 2, 3), slot(640, 3, 4)];
    assert.deepEqual(placeSlots(slots), { byteLength: 1280, largestLiveSet: 1280 });
    assertDisjoint(slots, 1280);
  });

  it('no slots -> nothing', () => {
    assert.deepEqual(placeSlots([]), { byteLength: 0, largestLiveSet: 0 });
  });

  it('an empty slot -> a place of its own', () => {
    const slots = [slot(0, 0, 3), slot(64, 0, 3)];
    assert.equal(placeSlots(slots).byteLength, 128);
    assertDisjoint(slots, 128);
  });

  it('random lives -> disjoint, and within twice the largest live set', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const rng = new Rng(seed);
      const slots = Array.from({ length: rng.int(1, 120) }, () => {
        const first = rng.int(0, 60);
        return slot(rng.int(0, 5000), first, first + rng.int(0, 12));
      });
      const { byteLength, largestLiveSet } = placeSlots(slots);
      assertDisjoint(slots, byteLength);
      assert.ok(byteLength >= largestLiveSet, `seed ${seed}`);
      assert.ok(byteLength <= 2 * largestLiveSet, `seed ${seed}: ${byteLength} for ${largestLiveSet}`);
    }
  });

  it('a net of blocks with a residual -> no more than the largest live set', () => {
    // x ─► a ─► b ─► c; x and c are added.
    const slots: Slot[] = [slot(4096, 0, 1)];
    for (let block = 0; block < 8; block++) {
      const at = 1 + 4 * block;
      slots.push(slot(4096, at, at + 3), slot(16384, at + 1, at + 2), slot(16384, at + 2, at + 3));
      slots.push(slot(4096, at + 3, at + 4));
    }
    const { byteLength, largestLiveSet } = placeSlots(slots);
    assertDisjoint(slots, byteLength);
    assert.ok(byteLength <= 1.15 * largestLiveSet, `${byteLength} for ${largestLiveSet}`);
  });
});
