// The rank of a value, whatever the order of its dims.

import { type Entry, typeOf } from '../known.js';

/** Rank of a value whose entry is there. */
export function rankOf(entry: Entry): number | undefined {
  return typeOf(entry.natural ?? entry.channelsLast!)?.dims.length;
}
