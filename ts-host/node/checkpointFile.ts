// A file as the store of checkpoints: written whole under another name, synced, then renamed over the one before. That name
// is always the same, so that what a killed process leaves of a checkpoint is found and removed by the next one.

import { readFile, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CheckpointStore } from '../calibrate/checkpoint.js';
import { folderSink } from '../io/node/folder-sink.js';
import { ioWait } from '../io/wait.js';
import { fileStatus } from './overwrite.js';

export interface CheckpointFile extends CheckpointStore {
  /** Removes the file, if there is one: when what was calibrated is safe elsewhere. */
  remove(): Promise<void>;
}

/** Keeps the checkpoints of a calibration in a file. A machine that stops while one is written finds the one before.
 *  @param path - in a folder that exists
 *  @throws OctavoError `IO_FAILED`; a disk that is full leaves the last checkpoint as it was
 *  @example
 *  ```ts
 *  const store = checkpointFile('model.checkpoint');
 *  const stats = await calibrate(source, samples, { checkpoint: { store } }); // goes on where a killed run stopped
 *  await store.remove();
 *  ``` */
export function checkpointFile(path: string): CheckpointFile {
  const place = { file: path };
  const folder = dirname(path);
  const temporary = `.octavo-${basename(path)}.tmp`;
  const removeLeftOver = () =>
    removeIfThere(join(folder, temporary), 'removing what is left of a checkpoint');
  return {
    name: path,
    async load() {
      await removeLeftOver();
      if ((await fileStatus(path)) === undefined) return undefined;
      return ioWait('reading the checkpoint', () => readFile(path), { place });
    },
    async save(bytes) {
      await removeLeftOver();
      const sink = folderSink(folder, () => temporary);
      try {
        const file = await sink.create(basename(path), bytes.byteLength);
        await file.write(bytes);
        await file.close();
        await sink.commit();
      } catch (error) {
        await sink.abort(error);
        throw error;
      }
    },
    remove: () => removeIfThere(path, 'removing the checkpoint'),
  };
}

async function removeIfThere(path: string, action: string): Promise<void> {
  if ((await fileStatus(path)) === undefined) return;
  await ioWait(action, () => unlink(path), { place: { file: path } });
}
