// The exports of simd.wasm, a line per kernel family. No logic here.
//
// Rules of the ABI: pointers are byte addresses in the imported memory, counts are elements unless the name ends in
// Bytes; kernels read and write exactly the elements they are given, at any alignment, and never trap on data; the
// host checks sizes and allocates.

export { abiVersion, heapBase } from './abi/version';
