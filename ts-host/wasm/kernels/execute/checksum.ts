// Checksums of memory: assembly/kernels/checksum says which.

import type { KernelExports } from '../../kernel-exports.js';

/** A number from 0 to 2^32 - 1 that tells damaged bytes from whole ones. */
export function checksum(kernels: KernelExports, address: number, byteLength: number): number {
  return kernels.checksum_bytes!(address, byteLength) >>> 0;
}
