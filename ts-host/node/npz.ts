// NumPy's .npz files: a zip with a .npy file for each tensor, stored or deflated. The central directory at the end of
// the file is what counts; zlib inflates, and checks the sums, because every member is handed to it as a gzip file.
//
//   | local header, bytes | local header, bytes | … | central directory | (zip64 records) | end record |

import { gunzipSync, gzipSync } from 'node:zlib';
import { OctavoError } from '../errors.js';
import { readNpy, type StoredArray, writeNpy } from './npy.js';

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT = 65535;
const MAX_MEMBERS = 4096;
const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
const GZIP_TRAILER_BYTES = 8;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
/** Most bytes of a stored block inside a deflate stream. */
const STORED_BLOCK = 65535;
/** 1 January 1980, the first day a zip knows: equal tensors make equal files. */
const DATE = 0x21;

interface Member {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly at: number;
}

/** Whether the bytes begin as a zip does. */
export function looksLikeZip(file: Uint8Array): boolean {
  return file[0] === 0x50 && file[1] === 0x4b;
}

/** Reads a .npz file: its tensors by name, without the ending .npy.
 *  @param limit - most bytes of all members together
 *  @throws OctavoError as readNpy; `MALFORMED`, `TRUNCATED` for a broken zip; `LIMIT_EXCEEDED` for more bytes or members */
export function readNpz(file: Uint8Array, name: string, limit: number): Map<string, StoredArray> {
  const arrays = new Map<string, StoredArray>();
  let left = limit;
  for (const member of members(file, name)) {
    left -= member.size;
    if (left < 0) {
      const message = `${member.name} makes the unpacked members more than ${limit} bytes`;
      throw new OctavoError('LIMIT_EXCEEDED', message, { file: name, offset: member.at });
    }
    const key = member.name.replace(/\.npy$/, '');
    if (arrays.has(key)) throw malformed(`${member.name} is there twice`, name, member.at);
    arrays.set(key, readNpy(unpack(file, member, name), `${name}/${member.name}`));
  }
  return arrays;
}

/** The bytes of a .npz file with deflated members, the same for the same tensors. */
export function writeNpz(arrays: ReadonlyMap<string, StoredArray>): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, array] of arrays) {
    const npy = writeNpy(array);
    const gzip = gzipSync(npy);
    const body = gzip.subarray(GZIP_HEADER.length, -GZIP_TRAILER_BYTES);
    const crc = gzip.readUInt32LE(gzip.length - GZIP_TRAILER_BYTES);
    const path = new TextEncoder().encode(`${name}.npy`);
    const fields = [
      [20, 2],
      [0x0800, 2],
      [DEFLATED, 2],
      [0, 2],
      [DATE, 2],
      [crc, 4],
      [body.length, 4],
    ] as const;
    const common = [...fields, [npy.length, 4], [path.length, 2], [0, 2]] as const;
    const local = record([[LOCAL, 4], ...common]);
    directory.push(record([[CENTRAL, 4], [20, 2], ...common, [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]]), path);
    parts.push(local, path, body);
    at += local.length + path.length + body.length;
    if (at > 0xffffffff)
      throw new OctavoError('LIMIT_EXCEEDED', 'a .npz file holds at most 4 GiB', { tensor: name });
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const count = arrays.size;
  directory.push(
    record([
      [END, 4],
      [0, 4],
      [count, 2],
      [count, 2],
      [size, 4],
      [at, 4],
      [0, 2],
    ]),
  );
  return Buffer.concat([...parts, ...directory]);
}

/** Little-endian numbers of the given widths. */
function record(fields: readonly (readonly [value: number, bytes: number])[]): Buffer {
  const bytes = Buffer.alloc(fields.reduce((sum, [, width]) => sum + width, 0));
  let at = 0;
  for (const [value, width] of fields) at = bytes.writeUIntLE(value, at, width);
  return bytes;
}

function malformed(message: string, file: string, offset: number): OctavoError {
  return new OctavoError('MALFORMED', message, { file, offset });
}

function members(file: Uint8Array, name: string): Member[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = findEnd(view);
  if (end === undefined) {
    if (!looksLikeZip(file)) throw malformed('this is no .npz file', name, 0);
    const message = 'the file ends before the directory of the zip';
    throw new OctavoError('TRUNCATED', message, { file: name, offset: file.byteLength });
  }
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  // Values of all ones stand for a zip64 record: more members or bytes than an .npz for this tool has.
  if (count > MAX_MEMBERS || at === 0xffffffff) {
    const message = `a .npz file of at most ${MAX_MEMBERS} members and 4 GiB is read`;
    throw new OctavoError('LIMIT_EXCEEDED', message, { file: name, offset: end });
  }
  const found: Member[] = [];
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL) {
      throw malformed('the directory of the zip is broken', name, at);
    }
    const [nameBytes, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ];
    const next = at + CENTRAL_BYTES + nameBytes + extra + comment;
    if (next > end) throw malformed('the directory of the zip is broken', name, at);
    found.push(memberAt(file, view, at, nameBytes, name));
    at = next;
  }
  return found;
}

function memberAt(file: Uint8Array, view: DataView, at: number, nameBytes: number, zip: string): Member {
  const path = file.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes);
  const member: Member = {
    name: new TextDecoder().decode(path),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    at: view.getUint32(at + 42, true),
  };
  const encrypted = (view.getUint16(at + 8, true) & ENCRYPTED) !== 0;
  if (encrypted || (member.method !== STORED && member.method !== DEFLATED)) {
    throw malformed(`${member.name} is encrypted or packed with method ${member.method}`, zip, at);
  }
  if (member.packed === 0xffffffff || member.size === 0xffffffff || member.at === 0xffffffff) {
    const message = `${member.name} has 4 GiB or more`;
    throw new OctavoError('LIMIT_EXCEEDED', message, { file: zip, offset: at });
  }
  if (member.method === STORED && member.packed !== member.size) {
    throw malformed(`${member.name} is stored in ${member.packed} bytes, but has ${member.size}`, zip, at);
  }
  return member;
}

/** Where the end record is: the last one whose comment ends with the file. */
function findEnd(view: DataView): number | undefined {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= 0 && at >= last - MAX_COMMENT; at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (at + END_BYTES + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  return undefined;
}

function unpack(file: Uint8Array, member: Member, zip: string): Uint8Array {
  const { name, method, crc, packed, size, at } = member;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (at + LOCAL_BYTES > file.byteLength || view.getUint32(at, true) !== LOCAL) {
    throw malformed(`${name} is not where the directory says`, zip, at);
  }
  const from = at + LOCAL_BYTES + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (from + packed > file.byteLength) {
    throw new OctavoError('TRUNCATED', `${name} ends behind the file`, {
      file: zip,
      offset: file.byteLength,
    });
  }
  const body = file.subarray(from, from + packed);
  const deflated = method === DEFLATED ? [body] : storedBlocks(body);
  const trailer = record([
    [crc, 4],
    [size, 4],
  ]);
  try {
    const bytes = gunzipSync(Buffer.concat([GZIP_HEADER, ...deflated, trailer]), {
      // zlib refuses 0; one byte too many is told below.
      maxOutputLength: size + 1,
    });
    if (bytes.length !== size) throw new RangeError(`${bytes.length} bytes came, ${size} were announced`);
    return bytes;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const place = { file: zip, offset: from };
    throw new OctavoError('MALFORMED', `${name} cannot be unpacked: ${reason}`, place, { cause });
  }
}

/** Bytes as a deflate stream that packs nothing: blocks of a 5-byte header each, the last one marked. */
function storedBlocks(bytes: Uint8Array): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < bytes.byteLength; at += STORED_BLOCK) {
    const block = bytes.subarray(at, at + STORED_BLOCK);
    const last = at + STORED_BLOCK >= bytes.byteLength ? 1 : 0;
    blocks.push(
      record([
        [last, 1],
        [block.length, 2],
        [~block.length & 0xffff, 2],
      ]),
      block,
    );
  }
  return blocks;
}
