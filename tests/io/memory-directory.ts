// A small in-memory FileSystemDirectoryHandle: createWritable() writes a copy that close() puts in place.

import type { DirectoryHandleLike, FileHandleLike, WritableFileLike } from '../../ts-host/io/opfs.js';

export interface DirectoryTraits {
  /** 'yes', 'missing' (older browsers) or 'refused' (folders the user picked). */
  readonly move: 'yes' | 'missing' | 'refused';
  /** How files are written. */
  readonly writer: 'writable' | 'sync' | 'none';
}

export class MemoryDirectory implements DirectoryHandleLike {
  readonly files = new Map<string, Uint8Array>();
  readonly #traits: DirectoryTraits;
  /** Bytes that may be written in all. */
  quota = Number.POSITIVE_INFINITY;

  constructor(traits: DirectoryTraits) {
    this.#traits = traits;
  }

  async getFileHandle(name: string, options?: { create?: boolean }): Promise<FileHandleLike> {
    if (!this.files.has(name)) {
      if (options?.create !== true) throw new DOMException('no such file', 'NotFoundError');
      this.files.set(name, new Uint8Array(0));
    }
    return this.#handle(name);
  }

  async removeEntry(name: string): Promise<void> {
    if (!this.files.delete(name)) throw new DOMException('no such file', 'NotFoundError');
  }

  #handle(name: string): FileHandleLike {
    const handle: FileHandleLike = {
      name,
      getFile: async () => new File([this.files.get(name)! as BlobPart], name),
    };
    const { move, writer } = this.#traits;
    if (writer === 'writable') handle.createWritable = async () => this.#writable(name);
    if (writer === 'sync') handle.createSyncAccessHandle = async () => this.#syncAccess(name);
    if (move !== 'missing') handle.move = (target) => this.#move(name, target, move === 'refused');
    return handle;
  }

  async #move(name: string, target: string, refuse: boolean): Promise<void> {
    if (refuse) throw new DOMException('not here', 'NotAllowedError');
    this.files.set(target, this.files.get(name)!);
    this.files.delete(name);
  }

  #take(bytes: Uint8Array): Uint8Array {
    this.quota -= bytes.byteLength;
    if (this.quota < 0) throw new DOMException('full', 'QuotaExceededError');
    return bytes.slice();
  }

  #writable(name: string): WritableFileLike {
    const chunks: Uint8Array[] = [];
    return {
      write: async (chunk) => {
        chunks.push(this.#take(chunk));
      },
      close: async () => {
        this.files.set(name, new Uint8Array(Buffer.concat(chunks)));
      },
      abort: async () => undefined,
    };
  }

  #syncAccess(name: string) {
    return {
      write: (chunk: Uint8Array, options?: { at?: number }): number => {
        const before = this.files.get(name)!.subarray(0, options?.at ?? 0);
        this.files.set(name, new Uint8Array(Buffer.concat([before, this.#take(chunk)])));
        return chunk.byteLength;
      },
      flush: () => undefined,
      close: () => undefined,
    };
  }
}
