// SHA-256 by the runtime's own crypto.subtle, of bytes at hand and of streams, in pieces of bounded memory.

import { OctavoError } from '../errors.js';

export const DIGEST_BYTES = 32;

/** A stream is hashed in pieces of this length: part of what {@link StreamDigest} means. */
const PIECE_BYTES = 1024 * 1024;

/** SHA-256 of `bytes`.
 *  @throws OctavoError `CRYPTO_UNAVAILABLE` */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  const { crypto } = globalThis as { crypto?: Partial<Crypto> };
  if (crypto?.subtle === undefined) {
    throw new OctavoError(
      'CRYPTO_UNAVAILABLE',
      'the runtime has no crypto.subtle: pages have it when they come over https or from this machine',
    );
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}

/** Hash of a stream: SHA-256 of the SHA-256s of its MiB pieces, one after another. How the stream was cut makes no
 *  difference. */
export class StreamDigest {
  readonly #piece = new Uint8Array(PIECE_BYTES);
  #filled = 0;
  readonly #digests: Uint8Array[] = [];

  async update(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.byteLength; ) {
      const part = bytes.subarray(from, from + PIECE_BYTES - this.#filled);
      this.#piece.set(part, this.#filled);
      this.#filled += part.byteLength;
      from += part.byteLength;
      if (this.#filled === PIECE_BYTES) await this.#endPiece();
    }
  }

  async end(): Promise<Uint8Array> {
    if (this.#filled > 0) await this.#endPiece();
    const all = new Uint8Array(DIGEST_BYTES * this.#digests.length);
    for (const [index, digest] of this.#digests.entries()) all.set(digest, DIGEST_BYTES * index);
    return sha256(all);
  }

  async #endPiece(): Promise<void> {
    this.#digests.push(await sha256(this.#piece.subarray(0, this.#filled)));
    this.#filled = 0;
  }
}

/** The {@link StreamDigest} of a file.
 *  @throws OctavoError `CRYPTO_UNAVAILABLE`; as the chunks */
export async function fileDigest(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const digest = new StreamDigest();
  for await (const chunk of chunks) await digest.update(chunk);
  return digest.end();
}

/** `9f86d0…`, for messages. */
export function shortHash(hash: Uint8Array): string {
  return Array.from(hash.subarray(0, 6), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index]);
}
