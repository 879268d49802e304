// Hexadecimal text to bytes. Wasm is inlined as hex and not as base64, because compression still sees whole bytes: the
// text is half as long again, what is sent a quarter shorter.

interface Natives {
  readonly Uint8Array: { fromHex?(text: string): Uint8Array };
  readonly Buffer?: { from(text: string, encoding: 'hex'): Uint8Array };
}

/** By the runtime's own code where it has some: the loop is cold when it runs, and takes up to 50 ms then. */
export function decodeHex(text: string): Uint8Array {
  const natives = globalThis as unknown as Natives;
  if (natives.Uint8Array.fromHex !== undefined) return natives.Uint8Array.fromHex(text);
  if (natives.Buffer !== undefined) return Uint8Array.from(natives.Buffer.from(text, 'hex'));
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = 16 * digit(text.charCodeAt(2 * i)) + digit(text.charCodeAt(2 * i + 1));
  }
  return bytes;
}

/** '0' is 48, 'a' is 97. */
const digit = (code: number): number => (code < 58 ? code - 48 : code - 87);
