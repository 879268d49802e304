// The model a command is given: a file with its folder, a Paddle model, or standard input.

import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { ModelInput as AnyModel } from '../api/open.js';
import type { SourceInput } from '../io/any-source.js';
import type { ExternalResolver } from '../io/external.js';
import { fileInput } from '../node/fileInput.js';
import { UsageError } from './errors.js';
import type { ModelFlags } from './flags.js';
import { STANDARD_STREAM } from './output.js';

export interface ModelInput {
  readonly source: AnyModel;
  readonly external: ExternalResolver | undefined;
  /** Files read, so far. */
  readonly paths: readonly string[];
  close(): Promise<void>;
}

/** Opens the model of a command.
 *  @param flags - `inputDims`, which only Paddle models take
 *  @throws UsageError for `inputDims` of another model, unless it is one of `several` of a command */
export async function modelInput(
  path: string,
  signal: AbortSignal,
  { inputDims }: ModelFlags,
  several = false,
): Promise<ModelInput> {
  if (path !== STANDARD_STREAM) {
    const dims = inputDims && Object.fromEntries(inputDims.map(({ name, dims: each }) => [name, each]));
    const input = await fileInput(path, signal, dims);
    if (dims === undefined || several || input.takesDims) return input;
    await input.close();
  }
  if (inputDims !== undefined) throw new UsageError('--input-dims is for Paddle models', '--input-dims');
  if (process.stdin.isTTY) throw new UsageError('standard input is a terminal: pipe a model into it', '-');
  const stream = Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>;
  // Node's own type of a web stream is not the one of the web.
  const source = stream as unknown as SourceInput;
  return { source, external: undefined, paths: [], close: async () => void process.stdin.destroy() };
}
