// The envelope of Octavo's own files: what it is, which version, the content, and a checksum over all of it.
//
//   magic 8 bytes | version u32 | content … | SHA-256 of everything before, 32 bytes

import { type ErrorCode, OctavoError } from '../errors.js';
import { DIGEST_BYTES, equalBytes, sha256 } from '../io/digest.js';
import { FieldReader, FieldWriter } from '../io/fields.js';

const HEAD_BYTES = 12;

/** A kind of file. */
export interface Envelope {
  /** Eight ASCII characters. */
  readonly magic: string;
  readonly version: number;
  /** `a stats file` */
  readonly what: string;
  /** Codes of what is wrong with one. Default: those of stats files. */
  readonly invalid?: ErrorCode;
  readonly outdated?: ErrorCode;
}

export async function seal({ magic, version }: Envelope, content: Uint8Array): Promise<Uint8Array> {
  const end = HEAD_BYTES + content.byteLength;
  const sealed = new Uint8Array(end + DIGEST_BYTES);
  sealed.set(new FieldWriter().raw(new TextEncoder().encode(magic)).u32(version).take());
  sealed.set(content, HEAD_BYTES);
  sealed.set(await sha256(sealed.subarray(0, end)), end);
  return sealed;
}

/** The content, to be read field by field.
 *  @param file - for messages
 *  @throws OctavoError with the codes of the envelope */
export async function unseal(
  { magic, version, what, invalid = 'STATS_INVALID', outdated = 'STATS_VERSION' }: Envelope,
  bytes: Uint8Array,
  file: string | undefined,
): Promise<FieldReader> {
  const place = file === undefined ? {} : { file };
  const fail = (problem: string): OctavoError => new OctavoError(invalid, problem, place);
  const head = new FieldReader(bytes, () => fail(`this is no ${what}`));
  const isOurs = equalBytes(head.raw(magic.length, 'the magic'), new TextEncoder().encode(magic));
  if (!isOurs) throw fail(`this is no ${what}`);
  const found = head.u32('the version');
  if (found !== version) {
    const message = `the ${what} has version ${found}, this release reads ${version}`;
    throw new OctavoError(outdated, message, place);
  }
  const end = bytes.byteLength - DIGEST_BYTES;
  if (end < HEAD_BYTES) throw fail(`the ${what} is truncated`);
  if (!equalBytes(await sha256(bytes.subarray(0, end)), bytes.subarray(end))) {
    throw fail(`the ${what} is truncated or damaged: its checksum does not fit`);
  }
  return new FieldReader(bytes.subarray(HEAD_BYTES, end), (problem, offset) => {
    const at = { ...place, offset: HEAD_BYTES + offset };
    return new OctavoError(invalid, `the ${what} is malformed: ${problem}`, at);
  });
}
