// Objects of R2 as a Sink. R2 cannot rename, but neither a multipart upload nor a put that was not made yet is
// visible: large files are uploaded in parts and completed by commit(), small ones are put by commit().

import { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { FileNames, LengthCheck } from './length.js';
import { allocate } from './memory-sink.js';
import type { Sink, SinkFile } from './sink.js';
import { cleanUpBehind, ioWait } from './wait.js';

/** What uploadPart() gives and complete() takes. */
export interface R2PartLike {
  readonly partNumber: number;
  readonly etag: string;
}

/** An upload in parts, all of one size but the last, each at least 5 MiB. */
export interface R2UploadLike {
  uploadPart(partNumber: number, value: Uint8Array): Promise<R2PartLike>;
  complete(parts: R2PartLike[]): Promise<unknown>;
  abort(): Promise<void>;
}

/** The part of an R2Bucket that writing uses. */
export interface R2WriteBucket {
  put(key: string, value: Uint8Array): Promise<unknown>;
  /** Without it every file is collected in memory, counted against the budget, until commit(). */
  createMultipartUpload?(key: string): Promise<R2UploadLike>;
}

const PART_BYTES = 8 * 1024 * 1024;
/** R2's own limit. */
const MOST_PARTS = 10_000;

/** Writes files as objects `prefix + name`. Buffers (one part of 8 MiB per file, or the whole file up to that
 *  size) are counted against the budget. commit() makes the objects visible one after the other in the order of
 *  creation; when it fails between two, those before stay.
 *  @example
 *  ```ts
 *  await result.writeTo(r2Sink(env.MODELS, 'quantized/', context));
 *  ``` */
export function r2Sink(bucket: R2WriteBucket, prefix = '', context: RunContext = new RunContext()): Sink {
  const { signal } = context;
  const names = new FileNames();
  const begun: R2File[] = [];
  return {
    async create(name, byteLength): Promise<SinkFile> {
      names.add(name);
      const file = new R2File(bucket, prefix + name, new LengthCheck(name, byteLength), context);
      begun.push(file);
      await file.begin();
      return file;
    },
    async commit() {
      const open = begun.find((file) => !file.closed);
      if (open !== undefined)
        throw new OctavoError('IO_FAILED', 'the file was not closed', { file: open.key });
      for (let file = begun[0]; file !== undefined; file = begun[0]) {
        const { key } = file;
        await ioWait('publishing the object', file.publish, { signal, place: { file: key } });
        begun.shift();
      }
    },
    async abort() {
      const withdrawn = await Promise.allSettled(begun.splice(0).map((file) => file.withdraw()));
      for (const result of withdrawn) if (result.status === 'rejected') throw result.reason;
    },
  };
}

/** Part size for `byteLength` bytes: 8 MiB, more where that would be over 10,000 parts. */
export function partBytes(byteLength: number): number {
  return Math.max(PART_BYTES, Math.ceil(byteLength / MOST_PARTS));
}

/** Fills one buffer and sends it when it is full, or keeps it for publish() when there is no upload. */
class R2File implements SinkFile {
  readonly key: string;
  closed = false;
  readonly #bucket: R2WriteBucket;
  readonly #length: LengthCheck;
  readonly #context: RunContext;
  readonly #parts: R2PartLike[] = [];
  #upload: R2UploadLike | undefined;
  #buffer: Uint8Array;
  #filled = 0;
  #withdrawn = false;

  constructor(bucket: R2WriteBucket, key: string, length: LengthCheck, context: RunContext) {
    this.key = key;
    this.#bucket = bucket;
    this.#length = length;
    this.#context = context;
    const capacity = this.#inParts() ? partBytes(length.announced) : length.announced;
    context.budget.reserve(capacity, `uploading ${key}`);
    this.#buffer = allocate(key, capacity);
  }

  #inParts(): boolean {
    return this.#length.announced > PART_BYTES && this.#bucket.createMultipartUpload !== undefined;
  }

  /** Begins the upload of a large file. */
  async begin(): Promise<void> {
    if (!this.#inParts()) return;
    const upload = await ioWait(
      'beginning the upload',
      async () => this.#bucket.createMultipartUpload?.(this.key),
      {
        signal: this.#context.signal,
        place: { file: this.key },
        discard: (late) => cleanUpBehind(async () => late?.abort()),
      },
    );
    if (this.#withdrawn) cleanUpBehind(async () => upload?.abort());
    this.#checkWanted();
    this.#upload = upload;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#length.add(chunk.byteLength);
    for (let from = 0; from < chunk.byteLength; ) {
      this.#checkWanted();
      const part = chunk.subarray(from, from + this.#buffer.byteLength - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.byteLength;
      from += part.byteLength;
      if (this.#filled === this.#buffer.byteLength) await this.#send();
    }
  }

  /** Sends the buffer as the next part. Without an upload it stays, full, until publish(). */
  async #send(): Promise<void> {
    const upload = this.#upload;
    if (upload === undefined || this.#filled === 0) return;
    const value = this.#buffer.subarray(0, this.#filled);
    const number = this.#parts.length + 1;
    const part = await ioWait('uploading a part', () => upload.uploadPart(number, value), {
      signal: this.#context.signal,
      place: { file: this.key },
    });
    this.#parts.push({ partNumber: part.partNumber, etag: part.etag });
    this.#filled = 0;
  }

  async close(): Promise<void> {
    this.#checkWanted();
    this.#length.end();
    await this.#send();
    if (this.#upload !== undefined) this.#free();
    this.closed = true;
  }

  /** Makes the object visible. */
  readonly publish = async (): Promise<void> => {
    if (this.#upload !== undefined) await this.#upload.complete(this.#parts);
    else await this.#bucket.put(this.key, this.#buffer);
    this.#free();
  };

  /** Ends the upload; what was sent is removed. */
  async withdraw(): Promise<void> {
    this.#withdrawn = true;
    this.#free();
    const upload = this.#upload;
    if (upload === undefined) return;
    await ioWait('aborting the upload', () => upload.abort(), { place: { file: this.key } });
  }

  #checkWanted(): void {
    if (this.#withdrawn) throw new OctavoError('IO_FAILED', 'the output was aborted', { file: this.key });
  }

  #free(): void {
    this.#context.budget.release(this.#buffer.byteLength);
    this.#buffer = new Uint8Array(0);
  }
}
