// The exports of relaxed.wasm: kernels that use relaxed SIMD. A module of its own, because a runtime without relaxed
// SIMD rejects the whole module; the host loads it only where it validates and the probe found its results exact.

export { abiVersion, heapBase } from './abi/version';
