// Packed weights as bytes that can be kept, so that the next session of the model packs nothing.
//
//   sealed "OCTPACKS" version 1:  hash of the model, 32 bytes | precision | number of packs u32 | name, bytes | …

import { modelHash } from '../calibrate/modelHash.js';
import { type Envelope, seal, unseal } from '../calibrate/sealed.js';
import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import type { PackedWeights } from '../execute/savedPacks.js';
import { DIGEST_BYTES, equalBytes } from '../io/digest.js';
import { FieldWriter } from '../io/fields.js';
import type { Model } from '../ir/model.js';
import type { Precision } from '../wasm/execution.js';

/** The version goes up whenever a kernel packs other bytes under a key that it had before. */
const ENVELOPE: Envelope = {
  magic: 'OCTPACKS',
  version: 1,
  what: 'file of packed weights',
  invalid: 'PACKS_INVALID',
  outdated: 'PACKS_VERSION',
};

const FIELD = { field: 'packedWeights' };

/** @throws OctavoError `CRYPTO_UNAVAILABLE`, `ABORTED` */
export async function writePackedWeights(
  packs: PackedWeights,
  model: Model,
  precision: Precision,
  context: RunContext,
): Promise<Uint8Array> {
  const fields = new FieldWriter()
    .raw(await modelHash(model, context))
    .text(precision)
    .u32(packs.size);
  for (const [name, bytes] of packs) fields.text(name).bytes(bytes);
  return seal(ENVELOPE, fields.take());
}

/** Packs by name; none where they were made for the other precision, whose kernels may pack otherwise.
 *  @throws OctavoError `PACKS_INVALID`, `PACKS_VERSION`; `INVALID_ARGUMENT` for packs of another model */
export async function readPackedWeights(
  bytes: Uint8Array,
  model: Model,
  precision: Precision,
  context: RunContext,
): Promise<PackedWeights> {
  if (!(bytes instanceof Uint8Array)) {
    throw new OctavoError('INVALID_ARGUMENT', 'packedWeights must be a Uint8Array', FIELD);
  }
  const [reader, hash] = await Promise.all([unseal(ENVELOPE, bytes, undefined), modelHash(model, context)]);
  if (!equalBytes(reader.raw(DIGEST_BYTES, 'the hash of the model'), hash)) {
    throw new OctavoError('INVALID_ARGUMENT', 'packedWeights are those of another model', FIELD);
  }
  const isSame = reader.text('the precision') === precision;
  const packs = new Map<string, Uint8Array>();
  for (let left = reader.u32('the number of packs'); left > 0; left--) {
    const name = reader.text('the name of a pack');
    packs.set(name, reader.bytes('a pack'));
  }
  reader.end();
  return isSame ? packs : new Map();
}
