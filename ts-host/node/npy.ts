// NumPy's .npy files: one tensor a file, versions 1 to 3.
//
//   | \x93NUMPY | major minor | header length (2 or 4 bytes) | header, a Python dict as text | elements |
//
// The elements are plain bytes, so that reading is a view and writing a copy; only big-endian files are turned.

import { OctavoError } from '../errors.js';
import { DTYPE_BITS, type DType } from '../ir/dtype.js';
import { byteLengthOf, elementCount } from '../ir/tensor.js';

/** A tensor as a file holds it: row-major, little-endian. float16 is its bits. */
export interface StoredArray {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
const MAX_HEADER_BYTES = 65536;
const MAX_RANK = 64;
/** The header ends here or at a multiple of it, as NumPy writes it. */
const HEADER_ALIGNMENT = 64;

const DTYPES: Readonly<Record<string, DType>> = {
  b1: 'bool',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
};

const DESCRIPTIONS = new Map(Object.entries(DTYPES).map(([description, dtype]) => [dtype, description]));

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly dims: readonly number[];
}

/** Reads a .npy file. The result may share memory with `file`.
 *  @param name - named in errors
 *  @throws OctavoError `MALFORMED`, `TRUNCATED` with the byte offset; `UNSUPPORTED_DTYPE` for elements that are no plain
 *  numbers (pickled objects are never read); `LIMIT_EXCEEDED` for 2^32 elements and more. */
export function readNpy(file: Uint8Array, name: string): StoredArray {
  const { text, textAt, dataAt } = headerText(file, name);
  const header = parseHeader(text, textAt, name);
  const { dtype, bigEndian } = parseDescription(header.descr, name, textAt);
  const count = elementCount(header.dims);
  const byteLength = byteLengthOf(dtype, count);
  const found = file.byteLength - dataAt;
  if (found < byteLength) {
    throw new OctavoError('TRUNCATED', `${byteLength} bytes of elements are announced, ${found} follow`, {
      file: name,
      offset: file.byteLength,
    });
  }
  if (found > byteLength) {
    throw new OctavoError('MALFORMED', `${found - byteLength} bytes follow the elements`, {
      file: name,
      offset: dataAt + byteLength,
    });
  }
  if (header.fortran && header.dims.filter((dim) => dim !== 1).length > 1 && count > 0) {
    throw new OctavoError('MALFORMED', 'column-major arrays are not read: save np.ascontiguousarray(a)', {
      file: name,
      offset: textAt,
    });
  }
  const bytes = bigEndian ? turned(file.subarray(dataAt), DTYPE_BITS[dtype] / 8) : file.subarray(dataAt);
  // Not a Buffer, whose slice() is a view.
  return {
    dtype,
    dims: header.dims,
    bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  };
}

/** The bytes of a .npy file (version 1).
 *  @throws OctavoError `UNSUPPORTED_DTYPE` for a dtype NumPy does not have */
export function writeNpy({ dtype, dims, bytes }: StoredArray): Uint8Array {
  const description = DESCRIPTIONS.get(dtype);
  if (description === undefined) {
    throw new OctavoError('UNSUPPORTED_DTYPE', `NumPy has no ${dtype}, so a .npy file cannot hold it`);
  }
  const order = DTYPE_BITS[dtype] === 8 ? '|' : '<';
  const shape = dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(', ')})`;
  const dict = `{'descr': '${order}${description}', 'fortran_order': False, 'shape': ${shape}, }`;
  const before = MAGIC.length + 4;
  const padding = HEADER_ALIGNMENT - 1 - ((before + dict.length) % HEADER_ALIGNMENT);
  const header = `${dict}${' '.repeat(padding)}\n`;
  const file = new Uint8Array(before + header.length + bytes.byteLength);
  file.set(MAGIC);
  file.set([1, 0, header.length & 255, header.length >> 8], MAGIC.length);
  file.set(new TextEncoder().encode(header), before);
  file.set(bytes, before + header.length);
  return file;
}

function headerText(file: Uint8Array, name: string): { text: string; textAt: number; dataAt: number } {
  const magic = file.subarray(0, MAGIC.length);
  if (magic.some((byte, i) => byte !== MAGIC[i]) || magic.length === 0) {
    throw new OctavoError('MALFORMED', 'this is no .npy file', { file: name, offset: 0 });
  }
  const major = file[MAGIC.length];
  const textAt = MAGIC.length + (major === 1 ? 4 : 6);
  if (file.byteLength < textAt) throw cut(file, name);
  if (major === undefined || major < 1 || major > 3) {
    throw new OctavoError('MALFORMED', `version ${major} of .npy is not known`, {
      file: name,
      offset: MAGIC.length,
    });
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES) {
    const message = `the header of ${length} bytes is longer than ${MAX_HEADER_BYTES}`;
    throw new OctavoError('LIMIT_EXCEEDED', message, { file: name, offset: 8 });
  }
  if (file.byteLength < textAt + length) throw cut(file, name);
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(
    file.subarray(textAt, textAt + length),
  );
  return { text, textAt, dataAt: textAt + length };
}

function cut(file: Uint8Array, name: string): OctavoError {
  return new OctavoError('TRUNCATED', 'the file ends inside its header', {
    file: name,
    offset: file.byteLength,
  });
}

const ENTRY =
  /^\s*['"](\w+)['"]\s*:\s*('[^']*'|"[^"]*"|True|False|\([\d\s,L]*\)|\[.*?\](?=\s*,\s*['"]\w+['"]\s*:|\s*,?\s*\}))\s*,?/;

// The header is a Python dict with three known keys: nothing of it is evaluated.
function parseHeader(text: string, offset: number, name: string): Header {
  const fail = (message: string): never => {
    throw new OctavoError('MALFORMED', message, { file: name, offset });
  };
  const body = /^\s*\{([\s\S]*\})\s*$/.exec(text)?.[1] ?? fail('the header is no dict');
  const entries = new Map<string, string>();
  let rest = body;
  for (let found = ENTRY.exec(rest); found !== null; found = ENTRY.exec(rest)) {
    entries.set(found[1]!, found[2]!);
    rest = rest.slice(found[0].length);
  }
  if (rest.trim() !== '}') fail('the header cannot be read');
  const take = (key: string): string => entries.get(key) ?? fail(`the header has no ${key}`);
  const [descr, order, shape] = [take('descr'), take('fortran_order'), take('shape')];
  if (order !== 'True' && order !== 'False') fail(`fortran_order is ${order}`);
  const dims = parseShape(shape) ?? fail(`shape ${shape} is no tuple of numbers`);
  if (dims.length > MAX_RANK) fail(`${dims.length} dims are more than ${MAX_RANK}`);
  return { descr, fortran: order === 'True', dims };
}

/** `(3, 4)`, `(3,)`, `()`; Python 2 wrote `3L`. */
function parseShape(text: string): number[] | undefined {
  if (!text.startsWith('(')) return undefined;
  const parts = text
    .slice(1, -1)
    .split(',')
    .map((part) => part.trim());
  const last = parts.pop();
  if (last !== '') {
    if (parts.length === 0) return undefined;
    parts.push(last!);
  }
  const dims = parts.map((part) => (/^\d+L?$/.test(part) ? Number(part.replace('L', '')) : Number.NaN));
  return dims.every((dim) => Number.isSafeInteger(dim)) ? dims : undefined;
}

function parseDescription(descr: string, name: string, offset: number): { dtype: DType; bigEndian: boolean } {
  const [, order, type] = /^['"]([<>=|])([a-zA-Z]\d*)['"]$/.exec(descr) ?? [];
  const dtype = type === undefined ? undefined : DTYPES[type];
  if (dtype === undefined || order === '=') {
    const reason = type?.startsWith('O') ? 'pickled objects are never read' : 'only plain numbers are read';
    throw new OctavoError('UNSUPPORTED_DTYPE', `elements are ${descr}: ${reason}`, { file: name, offset });
  }
  return { dtype, bigEndian: order === '>' };
}

/** A copy with the bytes of every element in the other order. */
function turned(bytes: Uint8Array, size: number): Uint8Array {
  const copy = Buffer.from(bytes);
  if (size === 2) copy.swap16();
  else if (size === 4) copy.swap32();
  else if (size === 8) copy.swap64();
  return copy;
}
