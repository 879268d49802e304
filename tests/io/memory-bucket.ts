// A small in-memory R2Bucket with R2's rules: etags, onlyIf, equal parts of at least 5 MiB, nothing visible
// before complete().

import assert from 'node:assert/strict';
import type { R2BodyLike, R2GetLike, R2ObjectLike } from '../../ts-host/io/r2.js';
import type { R2PartLike, R2UploadLike } from '../../ts-host/io/r2-sink.js';

const LEAST_PART = 5 * 1024 * 1024;

export class MemoryBucket {
  readonly objects = new Map<string, { bytes: Uint8Array; etag: string }>();
  readonly uploads = new Set<string>();
  /** Names of the methods called. */
  readonly calls: string[] = [];
  #version = 0;

  async head(key: string): Promise<R2ObjectLike | null> {
    this.calls.push('head');
    const object = this.objects.get(key);
    return object === undefined ? null : { size: object.bytes.byteLength, etag: object.etag };
  }

  async get(key: string, options: R2GetLike): Promise<R2BodyLike | null> {
    const { offset, length } = options.range;
    this.calls.push(`get ${offset}+${length}`);
    const object = this.objects.get(key);
    if (object === undefined) return null;
    const head = { size: object.bytes.byteLength, etag: object.etag };
    if (object.etag !== options.onlyIf.etagMatches) return head;
    return { ...head, arrayBuffer: async () => object.bytes.slice(offset, offset + length).buffer };
  }

  async put(key: string, value: Uint8Array): Promise<unknown> {
    this.calls.push(`put ${value.byteLength}`);
    this.objects.set(key, { bytes: value.slice(), etag: `v${this.#version++}` });
    return {};
  }

  async createMultipartUpload(key: string): Promise<R2UploadLike> {
    this.calls.push('createMultipartUpload');
    const id = `${key}#${this.#version++}`;
    this.uploads.add(id);
    const parts: Uint8Array[] = [];
    return {
      uploadPart: async (partNumber, value) => {
        assert.ok(this.uploads.has(id), 'the upload is over');
        this.calls.push(`part ${partNumber} ${value.byteLength}`);
        parts[partNumber - 1] = value.slice();
        return { partNumber, etag: `part${partNumber}` };
      },
      complete: async (given) => {
        this.calls.push('complete');
        checkParts(parts, given);
        this.uploads.delete(id);
        this.objects.set(key, { bytes: new Uint8Array(Buffer.concat(parts)), etag: `v${this.#version++}` });
        return {};
      },
      abort: async () => {
        this.calls.push('abort');
        this.uploads.delete(id);
      },
    };
  }
}

function checkParts(parts: readonly Uint8Array[], given: readonly R2PartLike[]): void {
  assert.deepEqual(
    given,
    parts.map((_part, index) => ({ partNumber: index + 1, etag: `part${index + 1}` })),
  );
  const [first] = parts;
  for (const part of parts.slice(0, -1)) {
    assert.equal(part.byteLength, first?.byteLength, 'all parts but the last have one size');
    assert.ok(part.byteLength >= LEAST_PART);
  }
}
