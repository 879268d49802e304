// Bytes as the typed array of their dtype, and back.

export { asElements } from '../data/elements.js';

/** The bytes of any view. */
export function asBytes(view: ArrayBufferView): Uint8Array {
  return view instanceof Uint8Array ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
