// Where values lie in the arena of a program. A slot is needed from the node that makes it to the last that reads it;
// slots that are never needed at the same time share memory.
//
// Largest first: each slot goes to the lowest place that is free for its whole life among those already placed. On
// nets this comes within a few per cent of the largest live set, which no plan can beat.

import { HEAP_ALIGNMENT } from '../wasm/heap.js';

/** A stretch of memory and when it is needed: node indices, both ends included. */
export interface Slot {
  readonly byteLength: number;
  readonly first: number;
  last: number;
  /** Offset in the arena, set by {@link placeSlots}. */
  offset: number;
}

export interface ArenaPlan {
  readonly byteLength: number;
  /** Most bytes needed at one time: the least any arena could have. */
  readonly largestLiveSet: number;
}

/** Gives every slot its offset. */
export function placeSlots(slots: readonly Slot[]): ArenaPlan {
  const order = [...slots].sort((a, b) => b.byteLength - a.byteLength || a.first - b.first);
  /** By offset. */
  const placed: Slot[] = [];
  let byteLength = 0;
  for (const slot of order) {
    const size = aligned(slot.byteLength);
    let offset = 0;
    for (const other of placed) {
      if (other.last < slot.first || other.first > slot.last) continue;
      if (offset + size <= other.offset) break;
      offset = Math.max(offset, other.offset + aligned(other.byteLength));
    }
    slot.offset = offset;
    byteLength = Math.max(byteLength, offset + size);
    insertByOffset(placed, slot);
  }
  return { byteLength, largestLiveSet: largestLiveSet(slots) };
}

function insertByOffset(placed: Slot[], slot: Slot): void {
  let [low, high] = [0, placed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placed[middle]!.offset <= slot.offset) low = middle + 1;
    else high = middle;
  }
  placed.splice(low, 0, slot);
}

function largestLiveSet(slots: readonly Slot[]): number {
  const changes = new Map<number, number>();
  const change = (at: number, bytes: number): void => void changes.set(at, (changes.get(at) ?? 0) + bytes);
  for (const slot of slots) {
    change(slot.first, aligned(slot.byteLength));
    change(slot.last + 1, -aligned(slot.byteLength));
  }
  let [live, largest] = [0, 0];
  for (const at of [...changes.keys()].sort((a, b) => a - b)) {
    live += changes.get(at)!;
    largest = Math.max(largest, live);
  }
  return largest;
}

function aligned(byteLength: number): number {
  return Math.max(HEAP_ALIGNMENT, Math.ceil(byteLength / HEAP_ALIGNMENT) * HEAP_ALIGNMENT);
}
