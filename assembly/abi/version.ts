// The ABI version: the host refuses a module that answers another number, so that a wasm file of one release is
// never driven by the host of another.

export const ABI_VERSION: i32 = 1;

export function abiVersion(): i32 {
  return ABI_VERSION;
}

/** First byte the host may use: everything below is the module's static data. */
export function heapBase(): usize {
  return __heap_base;
}
