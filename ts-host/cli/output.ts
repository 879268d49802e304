// Where the output of a command goes: a file of a folder, a device or pipe, or standard output. Files appear whole or
// not at all; a device or stream takes bytes as they come.

import { open } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { folderSink } from '../io/node/folder-sink.js';
import type { Sink } from '../io/sink.js';
import { streamSink } from '../io/stream-sink.js';
import { ioWait } from '../io/wait.js';
import { fileStatus } from '../node/overwrite.js';
import type { QuantizeOptions } from '../quantize/options.js';
import { UsageError } from './errors.js';
import { refuseTerminal, type Terminal } from './terminal.js';

export const STANDARD_STREAM = '-';

export interface OutputTarget {
  /** As shown. */
  readonly path: string;
  /** Of the model file, for its external data to be named after. */
  readonly fileName: string;
  /** Of folder outputs; a stream holds one file. */
  readonly folder: string | undefined;
  sink(): Promise<Sink>;
}

export interface TargetRequest {
  readonly input: string;
  readonly output: string | undefined;
  readonly force: boolean;
  readonly options: QuantizeOptions;
  readonly terminal: Terminal;
}

/** @throws UsageError where a file would be replaced that nobody named. */
export async function outputTarget(request: TargetRequest): Promise<OutputTarget> {
  const { input, output, force, terminal, options } = request;
  if (output === STANDARD_STREAM) return standardOutput(terminal);
  const isNamed = output !== undefined && !(await fileStatus(output))?.isDirectory();
  if (isNamed && /[/\\]$/.test(output)) throw new UsageError(`there is no folder ${output}`, '-o');
  if (isNamed) return (await isDevice(output)) ? device(output) : inFolder(output);
  if (input === STANDARD_STREAM) {
    throw new UsageError('standard input has no name: say with -o which file to write', '-o');
  }
  const path = join(output ?? dirname(input), defaultName(input, options));
  if (!force && (await fileStatus(path)) !== undefined) {
    throw new UsageError(`${path} exists: --force replaces it, -o names another file`, '--force');
  }
  return inFolder(path);
}

/** `dir/model.onnx` → `model.int8.onnx`: the stem, what its weights become, the extension. A Paddle model becomes ONNX. */
export function defaultName(input: string, options: QuantizeOptions): string {
  const [stem, extension] = stemAndExtension(input);
  return `${stem}.${tag(options)}${extension}`;
}

/** The name without its extension, and the extension of the output. What follows a dot in the name of a folder may be anything. */
function stemAndExtension(input: string): readonly [stem: string, extension: string] {
  const extension = extname(input);
  if (extension === '.pdmodel' || extension === '.json') return [basename(input, extension), '.onnx'];
  return /^\.[A-Za-z]+$/.test(extension)
    ? [basename(input, extension), extension]
    : [basename(input), '.onnx'];
}

function tag({ mode, bits = 8, plan }: QuantizeOptions): string {
  if (plan !== undefined) return 'plan';
  // Both modes that auto picks from store 8 bits.
  return mode === undefined || mode === 'auto' || mode === 'weights' ? `int${bits}` : mode;
}

function inFolder(path: string): OutputTarget {
  const folder = dirname(path);
  return { path, fileName: basename(path), folder, sink: async () => folderSink(folder) };
}

async function isDevice(path: string): Promise<boolean> {
  const status = await fileStatus(path);
  return status !== undefined && !status.isFile();
}

/** Opened when written to: renaming a file over a device would destroy the device. */
function device(path: string): OutputTarget {
  const sink = async (): Promise<Sink> => {
    const handle = await ioWait('opening', () => open(path, 'w'), { place: { file: path } });
    return streamSink(
      new WritableStream({
        write: async (chunk) => {
          for (let done = 0; done < chunk.byteLength; ) {
            done += (await handle.write(chunk, done, chunk.byteLength - done)).bytesWritten;
          }
        },
        close: () => handle.close(),
        abort: () => handle.close(),
      }),
    );
  };
  return { path, fileName: basename(path), folder: undefined, sink };
}

function standardOutput(terminal: Terminal): OutputTarget {
  if (terminal.json) throw new UsageError('-o - and --json both want standard output', '--json');
  refuseTerminal();
  const sink = async (): Promise<Sink> =>
    streamSink(new WritableStream({ write: (chunk) => terminal.print(chunk) }));
  return { path: 'standard output', fileName: 'model.onnx', folder: undefined, sink };
}
