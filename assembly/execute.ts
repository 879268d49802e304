// The exports of execute.wasm: the kernels of the executor, a line per family. The same ABI as index.ts.

export { abiVersion, heapBase } from './abi/version';
