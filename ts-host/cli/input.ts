// The model a command is given: a file with its folder, a Paddle model, or standard input.

import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { ModelInput as AnyModel } from '../api/open.js';
import type { SourceInput } from '../io/any-source.js';
import type { ExternalResolver } from '../io/external.js';
import { fileInput } from '../node/fileInput.js';
import { UsageError } from './errors.js';
import { STANDARD_STREAM } from './output.js';

export interface ModelInput {
  readonly source: AnyModel;
  readonly external: ExternalResolver | undefined;
  /** Files read, so far. */
  readonly paths: readonly string[];
  close(): Promise<void>;
}

export async function modelInput(path: string, signal: AbortSignal): Promise<ModelInput> {
  if (path !== STANDARD_STREAM) return fileInput(path, signal);
  if (process.stdin.isTTY) throw new UsageError('standard input is a terminal: pipe a model into it', '-');
  const stream = Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>;
  // Node's own type of a web stream is not the one of the web.
  const source = stream as unknown as SourceInput;
  return { source, external: undefined, paths: [], close: async () => void process.stdin.destroy() };
}
