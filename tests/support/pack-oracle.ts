// Bit packing as one large integer: code i times 2^(i · bits), summed, written out from its lowest byte.

/** The LSB-first stream of `codes`, each cut to its low `bits` bits. */
export function packedStream(codes: ArrayLike<number>, bits: number): Uint8Array {
  const text: string[] = [];
  for (let i = codes.length - 1; i >= 0; i--) {
    text.push(((codes[i]! >>> 0) % 2 ** bits).toString(2).padStart(bits, '0'));
  }
  const stream = BigInt(`0b0${text.join('')}`);
  const bytes = Math.ceil((codes.length * bits) / 8);
  const hex = bytes === 0 ? '' : stream.toString(16).padStart(bytes * 2, '0');
  return Uint8Array.from({ length: bytes }, (_, i) => {
    const at = hex.length - 2 * (i + 1);
    return Number.parseInt(hex.slice(at, at + 2), 16);
  });
}
