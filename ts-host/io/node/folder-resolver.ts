// The safe resolver for external data in a folder. A model may be hostile, so a location opens only a plain
// file that lies below the folder by every road: no link on the way, no second name elsewhere.

import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { RunContext } from '../../context.js';
import { checkLocation, type ExternalResolver, missing, refused } from '../external.js';
import { cleanUpBehind, ioError, ioWait } from '../wait.js';
import { handleSource, READ_FLAGS, safeSize } from './file-source.js';

/** Windows has no O_NOFOLLOW; there the comparison after the open finds a link. */
const SAFE_FLAGS = READ_FLAGS | (constants.O_NOFOLLOW ?? 0);

/** Opens external data below `folder` (the folder itself may be reached through links).
 *  Refused with `EXTERNAL_DATA_REFUSED`: what {@link checkLocation} refuses, symbolic links and junctions
 *  anywhere below the folder, files with more than one hard link, and everything but regular files.
 *  The path is checked, the file opened without following a link, and then the opened file compared with
 *  a second check of the path, so that swapping a part of the path meanwhile opens nothing outside.
 *  @example
 *  ```ts
 *  await quantize(source, { externalData: folderResolver('models') });
 *  ``` */
export function folderResolver(folder: string, context: RunContext = new RunContext()): ExternalResolver {
  const { signal } = context;
  return async (location) => {
    const segments = checkLocation(location).split('/');
    const root = await ioWait('finding the folder', () => realpath(folder), {
      signal,
      place: { file: folder },
    });
    const path = join(root, ...segments);
    const handle = await ioWait('opening external data', () => openChecked(root, segments, location), {
      signal,
      place: { file: path },
      discard: (late) => cleanUpBehind(() => late.close()),
    });
    try {
      const { size } = await checkOpened(handle, root, segments, location);
      return handleSource(handle, safeSize(size, path), path, signal);
    } catch (error) {
      cleanUpBehind(() => handle.close());
      throw ioError(error, 'checking external data', { file: path });
    }
  };
}

async function openChecked(root: string, segments: readonly string[], location: string): Promise<FileHandle> {
  await checkPath(root, segments, location);
  try {
    return await open(join(root, ...segments), SAFE_FLAGS);
  } catch (error) {
    throw asExternalError(error, location);
  }
}

/** Status of the last segment, when no segment is a link and the path stays below `root`. */
async function checkPath(root: string, segments: readonly string[], location: string): Promise<BigIntStats> {
  try {
    let path = root;
    for (const [index, segment] of segments.entries()) {
      path = join(path, segment);
      const status = await lstat(path, { bigint: true });
      if (status.isSymbolicLink()) throw refused(location, 'leads through a symbolic link');
      if (index < segments.length - 1) continue;
      checkFile(status, location);
      const inside = root.endsWith(sep) ? root : root + sep;
      if (!(await realpath(path)).startsWith(inside)) throw refused(location, 'leaves the folder');
      return status;
    }
    throw refused(location, 'names no file');
  } catch (error) {
    throw asExternalError(error, location);
  }
}

/** Checks the opened file itself, and that it still is the one the path names. */
async function checkOpened(
  handle: FileHandle,
  root: string,
  segments: readonly string[],
  location: string,
): Promise<BigIntStats> {
  const opened = await handle.stat({ bigint: true });
  checkFile(opened, location);
  const named = await checkPath(root, segments, location);
  if (opened.ino !== named.ino || opened.dev !== named.dev) {
    throw refused(location, 'changed while it was opened');
  }
  return opened;
}

function checkFile(status: BigIntStats, location: string): void {
  if (!status.isFile()) throw refused(location, 'is not a regular file');
  if (status.nlink > 1n) throw refused(location, 'has more than one hard link');
}

function asExternalError(error: unknown, location: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return missing(location, error);
  if (code === 'ELOOP' || code === 'EMLINK') return refused(location, 'leads through a symbolic link', error);
  return error;
}
