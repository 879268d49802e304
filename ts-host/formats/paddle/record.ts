// One record of Paddle's parameters: where its data lies and what its own description says. Records have no names.
//
//   | uint32 0 | uint64 L | L times: uint64 n, n bytes | uint32 0 | int32 n | TensorDesc, n bytes | data |
//     version    LoD levels: offsets of sequences        version   what the data is
//
// All is little-endian without padding, so data begins at any offset. Every length is checked against the file before it is used.

import { fromBinary } from '@bufbuild/protobuf';
import type { RunContext } from '../../context.js';
import { type ErrorCode, OctavoError } from '../../errors.js';
import type { Source } from '../../io/source.js';
import { filePlace } from '../../io/wait.js';
import { MAX_RANK } from '../../ir/check.js';
import { DTYPE_BITS, type DType } from '../../ir/dtype.js';
import { byteLengthOf, elementCount } from '../../ir/tensor.js';
import { paddleDType } from './dtypes.js';
import { type TensorDesc, TensorDescSchema } from './proto/framework_pb.js';

/** A record of a source, its data not read. */
export interface PaddleRecord {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly dataOffset: number;
  readonly byteLength: number;
}

/** LoD levels of a tensor: Paddle's programs have at most a few. */
const MAX_LOD_LEVELS = 64;
/** Bytes of a description: far more than 64 dims need. */
const MAX_DESC_BYTES = 4096;
/** What is read at a time: head and description of any real record. */
const WINDOW_BYTES = 256;

/** Reads the record of the parameter `tensor` at `offset`.
 *  @throws OctavoError `TRUNCATED`, `MALFORMED`, `LIMIT_EXCEEDED`, `UNSUPPORTED_DTYPE`, with file, tensor and byte offset;
 *  `IO_FAILED`, `ABORTED`. */
export async function readRecord(
  source: Source,
  offset: number,
  tensor: string,
  context: RunContext,
): Promise<PaddleRecord> {
  const cursor = new RecordCursor(source, offset, tensor, context);
  await cursor.version('LoD');
  const levels = await cursor.uint64('the number of LoD levels');
  if (levels > MAX_LOD_LEVELS) throw cursor.error('LIMIT_EXCEEDED', `${levels} LoD levels`);
  for (let level = 0; level < levels; level++) {
    cursor.skip(await cursor.uint64(`the size of LoD level ${level}`), `LoD level ${level}`);
  }
  await cursor.version('tensor');
  const length = await cursor.int32('the length of the description');
  if (length <= 0 || length > MAX_DESC_BYTES) {
    throw cursor.error('MALFORMED', `a description of ${length} bytes`);
  }
  const { dtype, dims } = describe(await cursor.take(length, 'the description'), cursor);
  const byteLength = byteLengthOf(
    dtype,
    cursor.within(() => elementCount(dims, tensor)),
  );
  const dataOffset = cursor.at;
  cursor.skip(byteLength, `the data of ${dtype} [${dims.join(', ')}]`);
  return { dtype, dims, dataOffset, byteLength };
}

function describe(bytes: Uint8Array, cursor: RecordCursor): { dtype: DType; dims: readonly number[] } {
  let desc: TensorDesc;
  try {
    desc = fromBinary(TensorDescSchema, bytes);
  } catch (cause) {
    throw cursor.error('MALFORMED', 'the description of the tensor cannot be decoded', cause);
  }
  const dtype = paddleDType(desc.dataType);
  if (dtype === undefined || DTYPE_BITS[dtype] % 8 !== 0) {
    throw cursor.error('UNSUPPORTED_DTYPE', `the element type ${desc.dataType}`);
  }
  const dims = desc.dims.map(Number);
  if (dims.length > MAX_RANK) throw cursor.error('LIMIT_EXCEEDED', `rank ${dims.length}`);
  if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) {
    throw cursor.error('MALFORMED', `the dims [${dims.join(', ')}]`);
  }
  return { dtype, dims };
}

/** Goes through the fields of a record. */
class RecordCursor {
  at: number;
  readonly #source: Source;
  readonly #start: number;
  readonly #tensor: string;
  readonly #context: RunContext;
  #window: Uint8Array = new Uint8Array(0);
  #windowAt = 0;

  constructor(source: Source, offset: number, tensor: string, context: RunContext) {
    this.#source = source;
    this.at = this.#start = offset;
    this.#tensor = tensor;
    this.#context = context;
  }

  /** An error at the current byte. */
  error(code: ErrorCode, message: string, cause?: unknown): OctavoError {
    const place = { ...filePlace(this.#source.name, this.at), tensor: this.#tensor };
    return new OctavoError(code, message, place, cause === undefined ? undefined : { cause });
  }

  /** Does `check`; its errors are at the current byte. */
  within<T>(check: () => T): T {
    try {
      return check();
    } catch (error) {
      throw error instanceof OctavoError ? error.within(filePlace(this.#source.name, this.at)) : error;
    }
  }

  /** The next `length` bytes. */
  async take(length: number, what: string): Promise<Uint8Array> {
    const { at } = this;
    this.#expect(length, what);
    if (at < this.#windowAt || at + length > this.#windowAt + this.#window.byteLength) {
      const wanted = Math.min(Math.max(length, WINDOW_BYTES), this.#source.size - at);
      const { readSync } = this.#source;
      this.#window =
        readSync?.call(this.#source, at, wanted) ?? (await this.#source.read(at, wanted, this.#context));
      this.#windowAt = at;
    }
    this.at = at + length;
    return this.#window.subarray(at - this.#windowAt, this.at - this.#windowAt);
  }

  /** Passes over `length` bytes, which must be there. */
  skip(length: number, what: string): void {
    this.#expect(length, what);
    this.at += length;
  }

  #expect(length: number, what: string): void {
    const left = this.#source.size - this.at;
    if (length <= left) return;
    const message =
      this.at === this.#start
        ? 'the file ends before this parameter'
        : `${what} needs ${length} bytes, the file has ${left} left`;
    throw this.error('TRUNCATED', `${message}: it is too short, or of another model`);
  }

  async #view(length: number, what: string): Promise<DataView> {
    const bytes = await this.take(length, what);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  async int32(what: string): Promise<number> {
    return (await this.#view(4, what)).getInt32(0, true);
  }

  async uint64(what: string): Promise<number> {
    return Number((await this.#view(8, what)).getBigUint64(0, true));
  }

  /** Passes over a version, which is 0 in all files there are. */
  async version(of: string): Promise<void> {
    const version = (await this.#view(4, `the ${of} version`)).getUint32(0, true);
    if (version === 0) return;
    this.at -= 4;
    throw this.error('MALFORMED', `${of} version ${version}: no record of a parameter begins here`);
  }
}
