// The browser's file system (OPFS, or a folder the user picked) as Source and Sink. The types are structural:
// they are what DOM's FileSystem…Handle offers, with the methods that some browsers lack as optional.

import { OctavoError } from '../errors.js';
import { blobSource } from './blob.js';
import { FileNames, LengthCheck } from './length.js';
import type { Sink, SinkFile } from './sink.js';
import type { Source } from './source.js';
import { ioWait } from './wait.js';

/** What createWritable() gives. It writes a copy that replaces the file on close(). */
export interface WritableFileLike {
  write(chunk: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
}

/** What createSyncAccessHandle() gives, in workers only. */
export interface SyncAccessLike {
  write(chunk: Uint8Array<ArrayBuffer>, options?: { at?: number }): number;
  flush(): void;
  close(): void;
}

/** A FileSystemFileHandle. */
export interface FileHandleLike {
  readonly name: string;
  getFile(): Promise<Blob>;
  createWritable?(): Promise<WritableFileLike>;
  createSyncAccessHandle?(): Promise<SyncAccessLike>;
  /** Renames, replacing a file of that name. Missing or refused outside OPFS in most browsers. */
  move?(name: string): Promise<void>;
}

/** A FileSystemDirectoryHandle. */
export interface DirectoryHandleLike {
  getFileHandle(name: string, options?: { create?: boolean }): Promise<FileHandleLike>;
  removeEntry(name: string): Promise<void>;
}

/** Opens the file as it is now. A file changed later fails with `IO_FAILED` when it is read.
 *  @example
 *  ```ts
 *  const root = await navigator.storage.getDirectory();
 *  const source = await opfsSource(await root.getFileHandle('model.onnx'));
 *  ``` */
export async function opfsSource(handle: FileHandleLike, signal?: AbortSignal): Promise<Source> {
  const file = await ioWait('opening', () => handle.getFile(), { signal, place: { file: handle.name } });
  return blobSource(file, handle.name);
}

interface Begun {
  readonly name: string;
  readonly temporary: FileHandleLike;
  readonly writer: WritableFileLike;
  closed: boolean;
}

/** Writes into a directory under temporary names; commit() gives the files their names in the order of creation:
 *  by move(), which takes no time, or where that is missing or refused by a copy through createWritable(), which
 *  itself is all or nothing per file. abort() removes the temporary files; files named before a commit() failed
 *  stay.
 *  @example
 *  ```ts
 *  await result.writeTo(opfsSink(await navigator.storage.getDirectory()));
 *  ``` */
export function opfsSink(directory: DirectoryHandleLike): Sink {
  const names = new FileNames();
  const begun: Begun[] = [];
  let aborted = false;
  return {
    async create(name, byteLength): Promise<SinkFile> {
      names.add(name);
      const length = new LengthCheck(name, byteLength);
      const place = { file: name };
      const file = await ioWait('creating the file', () => begin(directory, name), { place });
      begun.push(file);
      if (aborted) {
        await withdraw(directory, file);
        throw new OctavoError('IO_FAILED', 'the output was aborted', place);
      }
      return opfsFile(file, length);
    },
    async commit() {
      const open = begun.find((file) => !file.closed);
      if (open !== undefined)
        throw new OctavoError('IO_FAILED', 'the file was not closed', { file: open.name });
      for (let file = begun[0]; file !== undefined && !aborted; file = begun[0]) {
        await publish(directory, file, () => !aborted);
        if (begun[0] === file) begun.shift();
      }
    },
    async abort() {
      aborted = true;
      const removals = await Promise.allSettled(begun.splice(0).map((file) => withdraw(directory, file)));
      for (const removal of removals) if (removal.status === 'rejected') throw removal.reason;
    },
  };
}

async function begin(directory: DirectoryHandleLike, name: string): Promise<Begun> {
  const temporary = await directory.getFileHandle(`.octavo-${crypto.randomUUID()}.tmp`, { create: true });
  try {
    return { name, temporary, writer: await openWriter(temporary), closed: false };
  } catch (error) {
    await directory.removeEntry(temporary.name);
    throw error;
  }
}

/** createWritable(), or in workers of older WebKit its synchronous sibling. */
async function openWriter(handle: FileHandleLike): Promise<WritableFileLike> {
  if (handle.createWritable !== undefined) return handle.createWritable();
  const access = await handle.createSyncAccessHandle?.();
  if (access === undefined) {
    throw new OctavoError('IO_FAILED', 'this browser can write files in a worker only', {
      file: handle.name,
    });
  }
  let at = 0;
  return {
    async write(chunk) {
      const written = access.write(chunk, { at });
      at += written;
      if (written !== chunk.byteLength) throw new Error(`wrote ${written} of ${chunk.byteLength} bytes`);
    },
    async close() {
      access.flush();
      access.close();
    },
    async abort() {
      access.close();
    },
  };
}

function opfsFile(file: Begun, length: LengthCheck): SinkFile {
  const place = { file: file.name };
  return {
    async write(chunk) {
      length.add(chunk.byteLength);
      await ioWait('writing', () => file.writer.write(chunk as Uint8Array<ArrayBuffer>), { place });
    },
    async close() {
      length.end();
      await ioWait('closing', () => file.writer.close(), { place });
      file.closed = true;
    },
  };
}

async function publish(directory: DirectoryHandleLike, file: Begun, wanted: () => boolean): Promise<void> {
  const place = { file: file.name };
  if (await moved(file)) return;
  await ioWait('copying to the final name', () => copyTo(directory, file, wanted), { place });
  await ioWait('removing the temporary file', () => directory.removeEntry(file.temporary.name), { place });
}

/** Whether move() did it. A refusal is no failure: browsers reject move() for folders that a user picked. */
async function moved(file: Begun): Promise<boolean> {
  if (file.temporary.move === undefined) return false;
  try {
    await file.temporary.move(file.name);
    return true;
  } catch {
    return false;
  }
}

async function copyTo(directory: DirectoryHandleLike, file: Begun, wanted: () => boolean): Promise<void> {
  const isNew = await directory.getFileHandle(file.name).then(
    () => false,
    () => true,
  );
  const writer = await openWriter(await directory.getFileHandle(file.name, { create: true }));
  try {
    await copyBytes(await file.temporary.getFile(), writer, wanted);
    await writer.close();
  } catch (error) {
    await writer.abort(error);
    if (isNew) await directory.removeEntry(file.name);
    throw error;
  }
}

/** Stops with an error, before the copy replaces anything, when an abort made it unwanted. */
async function copyBytes(from: Blob, to: WritableFileLike, wanted: () => boolean): Promise<void> {
  const step = 4 * 1024 * 1024;
  for (let offset = 0; offset < from.size; offset += step) {
    await to.write(new Uint8Array(await from.slice(offset, offset + step).arrayBuffer()));
    if (!wanted()) throw new OctavoError('IO_FAILED', 'the output was aborted');
  }
}

async function withdraw(directory: DirectoryHandleLike, file: Begun): Promise<void> {
  const place = { file: file.temporary.name };
  if (!file.closed) await ioWait('ending the writer', () => file.writer.abort(), { place });
  await ioWait('removing the temporary file', () => directory.removeEntry(file.temporary.name), { place });
}
