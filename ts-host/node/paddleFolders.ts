// Folders of Paddle models by their paths, for `octavo/paddleslim` in Node.

import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunContext } from '../context.js';
import { writeFiles } from '../io/copy.js';
import { fileSource } from '../io/node/file-source.js';
import { folderSink } from '../io/node/folder-sink.js';
import { ioWait } from '../io/wait.js';
import type { Folders } from '../paddleslim/paths.js';

export const paddleFolders: Folders = {
  files(path, context) {
    const names = () => namesIn(path, context);
    return {
      names,
      async open(name) {
        return (await names()).includes(name) ? fileSource(join(path, name), context) : undefined;
      },
    };
  },

  async write(path, files, context) {
    const place = { file: path };
    await ioWait('making the folder', () => mkdir(path, { recursive: true }), {
      signal: context.signal,
      place,
    });
    await writeFiles(files, folderSink(path), context);
  },
};

function namesIn(path: string, { signal }: RunContext): Promise<string[]> {
  return ioWait('reading the folder', () => readdir(path), { signal, place: { file: path } });
}
