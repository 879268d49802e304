// The packed file: what a session makes of a model before its first run, and the model itself. docs/packed.md tells the whole of it.
//
//   | header, 64 bytes | head: graph, places | small tensors | packs | tensors | the model's own files |
//   |                  └── near: read at once, one checksum ──┘ each read when it is needed           |
//
// Places are offsets from the end of the head, on borders of 64 bytes.

import { OctavoError } from '../../errors.js';
import { FieldReader, FieldWriter } from '../../io/fields.js';
import type { Source } from '../../io/source.js';
import { filePlace } from '../../io/wait.js';
import type { Attribute } from '../../ir/model.js';

/** Eight ASCII characters that no model begins with. */
const MAGIC = 'OCTAVOPK';
/** Goes up with every change of the format, and whenever a kernel packs other bytes under a key that it had before. */
const VERSION = 1;
export const HEADER_BYTES = 64;
/** Most bytes of what is read at once. */
const MOST_NEAR = 256 * 1024 * 1024;

/** By the number that stands for each. */
export const ATTRIBUTE_KINDS: readonly Attribute['kind'][] = [
  ...([
    'float',
    'int',
    'string',
    'tensor',
    'graph',
    'floats',
    'ints',
    'strings',
    'tensors',
    'graphs',
  ] as const),
  ...(['reference', 'opaque'] as const),
];

/** Stands for a text that is absent. */
export const NO_TEXT = 0xffffffff;

export function align(byteLength: number): number {
  return Math.ceil(byteLength / HEADER_BYTES) * HEADER_BYTES;
}

/** What the header tells. */
export interface Header {
  /** Bytes of the head, filled up to a border. */
  readonly headBytes: number;
  /** Bytes of head and small tensors. */
  readonly nearBytes: number;
  /** Of these bytes. */
  readonly checksum: number;
}

export function headerBytes({ headBytes, nearBytes, checksum }: Header): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const fields = new FieldWriter().raw(new TextEncoder().encode(MAGIC)).u32(VERSION);
  bytes.set(fields.u32(headBytes).u32(nearBytes).u32(checksum).take());
  return bytes;
}

/** Whether a file begins as a packed one. Nothing else is looked at. */
export async function isPacked(source: Source): Promise<boolean> {
  if (source.size < MAGIC.length) return false;
  const bytes = source.readSync?.(0, MAGIC.length) ?? (await source.read(0, MAGIC.length));
  return MAGIC === String.fromCharCode(...bytes);
}

/** An error of a file.
 *  @param offset - from its beginning */
export function invalid(source: Source, problem: string, offset?: number): OctavoError {
  const place = filePlace(source.name, offset);
  return new OctavoError('PACKS_INVALID', `the packed file is ${problem}`, place);
}

/** @throws OctavoError `PACKS_INVALID`, `PACKS_VERSION` */
export function readHeader(source: Source, bytes: Uint8Array): Header {
  const fields = new FieldReader(bytes, (problem, offset) =>
    invalid(source, `malformed: ${problem}`, offset),
  );
  fields.raw(MAGIC.length, 'the magic');
  const version = fields.u32('the version');
  if (version !== VERSION) {
    const message = `the packed file has version ${version}, this release reads ${VERSION}: pack the model again`;
    throw new OctavoError('PACKS_VERSION', message, filePlace(source.name, MAGIC.length));
  }
  const headBytes = fields.u32('the length of the head');
  const nearBytes = fields.u32('the length of what is read at once');
  if (headBytes > nearBytes || headBytes % HEADER_BYTES !== 0 || nearBytes > MOST_NEAR) {
    throw invalid(source, `malformed: a head of ${headBytes} bytes in ${nearBytes}`, MAGIC.length + 4);
  }
  if (nearBytes > source.size - HEADER_BYTES) throw invalid(source, 'truncated', source.size);
  return { headBytes, nearBytes, checksum: fields.u32('the checksum') };
}
