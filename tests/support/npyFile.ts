// A .npy file of float32, for what reads samples.

/** NumPy's format, version 1.0: the header padded so that data begins at a multiple of 64. */
export function npyFile(data: Float32Array, dims: readonly number[]): Uint8Array {
  const shape = dims.length === 1 ? `${dims[0]},` : dims.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }`;
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const head = new TextEncoder().encode(`\u0000NUMPY\u0001\u0000??${header}`);
  // UTF-8 would write the magic's first byte, 0x93, as two.
  head[0] = 0x93;
  new DataView(head.buffer).setUint16(8, header.length, true);
  const bytes = new Uint8Array(head.length + data.byteLength);
  bytes.set(head);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), head.length);
  return bytes;
}
