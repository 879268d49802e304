// The exports of reference.wasm: the scalar, normative form of every kernel. Built for tests, not shipped.
// Every SIMD variant equals its reference bit for bit.

export { abiVersion, heapBase } from '../abi/version';
