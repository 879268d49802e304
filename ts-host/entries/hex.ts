// Hexadecimal text to bytes. Wasm is inlined as hex and not as base64, because compression still sees whole bytes: the
// text is half as long again, what is sent a quarter shorter.

export function decodeHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = 16 * digit(text.charCodeAt(2 * i)) + digit(text.charCodeAt(2 * i + 1));
  }
  return bytes;
}

/** '0' is 48, 'a' is 97. */
const digit = (code: number): number => (code < 58 ? code - 48 : code - 87);
