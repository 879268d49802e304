// Copies of short runs of bytes without a call out of the module, and of long ones with memory.copy.

/** From here on memory.copy is faster than a loop. */
const LONG: usize = 192;

/** Copies `bytes` bytes, any number at any alignment; the ranges do not overlap. */
export function copyBytes(to: usize, from: usize, bytes: usize): void {
  if (bytes >= LONG) {
    memory.copy(to, from, bytes);
  } else if (bytes >= 8) {
    const last = bytes - 8;
    for (let i: usize = 0; i < last; i += 8) store<u64>(to + i, load<u64>(from + i));
    // Ends at the end and overlaps the eight before.
    store<u64>(to + last, load<u64>(from + last));
  } else if (bytes >= 4) {
    store<u32>(to, load<u32>(from));
    store<u32>(to + bytes - 4, load<u32>(from + bytes - 4));
  } else if (bytes >= 2) {
    store<u16>(to, load<u16>(from));
    store<u8>(to + bytes - 1, load<u8>(from + bytes - 1));
  } else if (bytes == 1) {
    store<u8>(to, load<u8>(from));
  }
}
