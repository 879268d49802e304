// writeFiles(): all files of an output into a sink, as one step. Either every file is there at the end, or
// the sink has been told to remove what it began.

import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { type OutputFile, pieces } from './output.js';
import type { Sink } from './sink.js';
import { ioWait } from './wait.js';

/** How long an aborted operation waits for its sink to clean up, so that it ends within 50 ms. A clean-up that
 *  takes longer goes on by itself. */
const CLEAN_UP_MS = 40;

/** Writes `files` to `sink` in their order, checks every length, and commits. Progress has phase `write` and
 *  counts the bytes of all files. Put a model after its external data: sinks make files visible in this order.
 *  @throws what went wrong first (`ABORTED`, `IO_FAILED`, the error of a file or of onProgress), after
 *  `sink.abort()`. */
export async function writeFiles(
  files: readonly OutputFile[],
  sink: Sink,
  context: RunContext,
): Promise<void> {
  const total = files.reduce((sum, file) => sum + file.byteLength, 0);
  let done = 0;
  try {
    context.report('write', 0, total);
    for (const file of files) {
      await writeFile(file, sink, context, (bytes) => {
        done += bytes;
        context.report('write', done, total);
      });
    }
    await ioWait('finishing the output', () => sink.commit(), { signal: context.signal });
  } catch (error) {
    throw await cleanUp(sink, error);
  }
}

async function writeFile(
  file: OutputFile,
  sink: Sink,
  context: RunContext,
  onWritten: (bytes: number) => void,
): Promise<void> {
  const { name, byteLength } = file;
  const wait = { signal: context.signal, place: { file: name } };
  const target = await ioWait('creating the file', () => sink.create(name, byteLength), wait);
  for await (const piece of pieces(file, context)) {
    await ioWait('writing the file', () => target.write(piece), wait);
    onWritten(piece.byteLength);
  }
  await ioWait('closing the file', () => target.close(), wait);
}

/** Aborts the sink. Returns the error to throw: `error`, or one naming both when the clean-up failed too. */
async function cleanUp(sink: Sink, error: unknown): Promise<unknown> {
  try {
    const done = sink.abort(error);
    const hurry = error instanceof OctavoError && error.code === 'ABORTED';
    await (hurry ? atMost(done, CLEAN_UP_MS) : done);
    return error;
  } catch (cleanUpError) {
    const code = error instanceof OctavoError ? error.code : 'IO_FAILED';
    const place = error instanceof OctavoError ? error.place : {};
    return new OctavoError(
      code,
      `${messageOf(error)}; then cleaning up failed: ${messageOf(cleanUpError)}`,
      place,
      { cause: new AggregateError([error, cleanUpError]) },
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Settles as `promise` does, or resolves after `milliseconds`. */
function atMost(promise: Promise<void>, milliseconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
