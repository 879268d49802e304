// A folder as a Sink: each file is written under a temporary name in the same folder and synced; commit()
// renames them all and syncs the folder. So a reader, or a machine that loses power, sees old or new, no half.

import { renameSync, unlinkSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { OctavoError } from '../../errors.js';
import { FileNames, LengthCheck } from '../length.js';
import type { Sink, SinkFile } from '../sink.js';
import { ioError, ioWait } from '../wait.js';

interface Begun {
  readonly path: string;
  readonly temporary: string;
  /** Known from the start, so that an abort meanwhile finds what is being created. */
  readonly opening: Promise<FileHandle>;
  handle?: FileHandle;
  closed: boolean;
}

/** Writes into an existing folder; a file of the same name is replaced (a link itself, not what it points to).
 *  commit() renames in the order of creation, the last-created file last: create a model after its data.
 *  abort() removes the temporary files. When commit() fails between two renames, files renamed before stay and
 *  are not restored: then the model, being last, is still the old one.
 *  @param temporaryName - the name until then of the file of that name; by default one that no other file has
 *  @throws OctavoError `IO_FAILED` with the path, and the system's error (ENOSPC, EROFS, EACCES) as cause.
 *  @example
 *  ```ts
 *  await result.writeTo(folderSink('out'));
 *  ``` */
export function folderSink(
  folder: string,
  temporaryName: (name: string) => string = () => `.octavo-${crypto.randomUUID()}.tmp`,
): Sink {
  const names = new FileNames();
  const begun: Begun[] = [];
  let state: 'writing' | 'committed' | 'aborted' = 'writing';
  const checkWriting = (name: string): void => {
    if (state !== 'writing') throw new OctavoError('IO_FAILED', `the output is ${state}`, { file: name });
  };
  return {
    async create(name, byteLength): Promise<SinkFile> {
      checkWriting(name);
      names.add(name);
      const length = new LengthCheck(name, byteLength);
      const path = join(folder, name);
      const temporary = join(folder, temporaryName(name));
      const file: Begun = { path, temporary, opening: open(temporary, 'wx'), closed: false };
      begun.push(file);
      file.handle = await ioWait('creating the file', () => file.opening, { place: { file: path } });
      return folderFile(file, file.handle, length);
    },
    async commit() {
      checkWriting(folder);
      for (const file of begun) {
        if (!file.closed) throw new OctavoError('IO_FAILED', 'the file was not closed', { file: file.path });
      }
      renameAll(begun);
      state = 'committed';
      await syncFolder(folder);
    },
    async abort() {
      if (state === 'committed') return;
      state = 'aborted';
      const removals = await Promise.allSettled(begun.splice(0).map(remove));
      for (const removal of removals) if (removal.status === 'rejected') throw removal.reason;
    },
  };
}

function folderFile(file: Begun, handle: FileHandle, length: LengthCheck): SinkFile {
  const place = { file: file.path };
  return {
    async write(chunk) {
      length.add(chunk.byteLength);
      await ioWait('writing', () => writeFully(handle, chunk), { place });
    },
    async close() {
      length.end();
      await ioWait('syncing', () => handle.datasync(), { place });
      await closeFile(file, handle);
    },
  };
}

async function writeFully(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.byteLength; ) {
    const { bytesWritten } = await handle.write(chunk, done, chunk.byteLength - done);
    done += bytesWritten;
  }
}

async function closeFile(file: Begun, handle: FileHandle): Promise<void> {
  if (file.closed) return;
  file.closed = true;
  await ioWait('closing', () => handle.close(), { place: { file: file.path } });
}

/** Without a wait between them, so that no abort falls between two renames. What was renamed leaves the list. */
function renameAll(files: Begun[]): void {
  for (let file = files[0]; file !== undefined; file = files[0]) {
    try {
      renameSync(file.temporary, file.path);
    } catch (error) {
      throw ioError(error, 'renaming', { file: file.path });
    }
    files.shift();
  }
}

/** Unlinks at once, before any wait: whatever was begun, a write or a sync of a slow disk, ends without it. */
async function remove(file: Begun): Promise<void> {
  if (file.handle === undefined) {
    const [opening] = await Promise.allSettled([file.opening]);
    if (opening.status === 'rejected') return; // Nothing was created; create() told why.
    file.handle = opening.value;
  }
  try {
    unlinkSync(file.temporary);
  } catch (error) {
    throw ioError(error, 'removing the temporary file', { file: file.temporary });
  }
  await closeFile(file, file.handle);
}

/** Makes the renames last. Windows cannot open a folder and needs no such step. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const place = { file: folder };
  const handle = await ioWait('opening the folder', () => open(folder, 'r'), { place });
  try {
    await ioWait('syncing the folder', () => handle.sync(), { place });
  } finally {
    await handle.close();
  }
}
