// Bytes of a thread's own. Instances of a module on several threads share one memory, static data too: what a kernel that
// may run on any of them writes, and no argument has room for, lies here. The address is a global, so each instance has its
// own. Contents are undefined when a kernel begins, and families lay them out as they like: only one runs at a time.

/** Bytes that a kernel finds at {@link own}. */
const OWN_BYTES: usize = 1024;

/** 64-byte aligned. */
let place: usize = memory.data(1024, 64);
let number: usize = 0;

export function own(): usize {
  return place;
}

/** The number of this instance's thread, from 0 on: where a kernel's scratch has a part for each. */
export function thread(): usize {
  return number;
}

/** For the host: how many bytes each thread needs. */
export function ownBytes(): usize {
  return OWN_BYTES;
}

/** For the host: where this instance's own bytes lie, and the number of its thread. */
export function placeOwn(ptr: usize, thread: usize): void {
  place = ptr;
  number = thread;
}
