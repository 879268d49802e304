// toSource(): whatever a caller may hold becomes a Source. Kinds are told apart by what they can do, not by
// class, because a worker, an iframe or a polyfill brings its own classes.

import { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { blobSource } from './blob.js';
import { bytesSource, type Source } from './source.js';
import { streamSource } from './stream.js';
import { filePlace } from './wait.js';

/** Everything accepted as input. Paths are for `octavo/node` (`fileSource`), URLs for `httpSource`. */
export type SourceInput =
  | Uint8Array
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | Response
  | ReadableStream<Uint8Array>
  | Source;

/** Makes a {@link Source} of `input`. Bytes and Blobs are used in place; a stream and the body of a Response
 *  are collected, counted against `context.budget` until the source is closed. A Source is returned as it is.
 *  @throws OctavoError `INVALID_ARGUMENT` for anything else; `IO_FAILED` for a Response that is not ok. */
export async function toSource(
  input: SourceInput,
  context: RunContext = new RunContext(),
  name?: string,
): Promise<Source> {
  context.throwIfAborted();
  const given: unknown = input;
  if (ArrayBuffer.isView(given)) {
    return bytesSource(new Uint8Array(given.buffer as ArrayBuffer, given.byteOffset, given.byteLength), name);
  }
  if (isArrayBuffer(given)) return bytesSource(new Uint8Array(given), name);
  if (isResponse(given)) return responseSource(given, context, name);
  if (isStream(given)) return streamSource(given, context, name);
  if (isBlob(given)) return blobSource(given, name);
  if (isSource(given)) return given;
  const kind = given === null ? 'null' : typeof given;
  throw new OctavoError(
    'INVALID_ARGUMENT',
    `input must be bytes, a Blob, a Response, a ReadableStream or a Source, not ${kind}${
      kind === 'string' ? ' (for a path use fileSource of octavo/node, for a URL httpSource)' : ''
    }`,
    { field: 'input' },
  );
}

/** Content-Length is not trusted: it is wrong for compressed bodies. */
async function responseSource(response: Response, context: RunContext, name?: string): Promise<Source> {
  const file = name ?? (response.url === '' ? undefined : response.url);
  if (!response.ok) {
    throw new OctavoError('IO_FAILED', `the server answered ${response.status}`, filePlace(file));
  }
  if (response.bodyUsed) {
    throw new OctavoError('INVALID_ARGUMENT', 'the body of the Response was read already', filePlace(file));
  }
  if (response.body === null) return bytesSource(new Uint8Array(0), file);
  return streamSource(response.body, context, file);
}

/** Has every one of `methods` as a function. */
function can(value: unknown, ...methods: string[]): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function');
}

function isArrayBuffer(value: unknown): value is ArrayBuffer {
  const tag = Object.prototype.toString.call(value);
  return tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]';
}

function isResponse(value: unknown): value is Response {
  return can(value, 'arrayBuffer', 'clone') && typeof value.status === 'number' && 'body' in value;
}

function isStream(value: unknown): value is ReadableStream<Uint8Array> {
  return can(value, 'getReader');
}

function isBlob(value: unknown): value is Blob {
  return can(value, 'slice', 'arrayBuffer') && typeof value.size === 'number';
}

function isSource(value: unknown): value is Source {
  return can(value, 'read') && typeof value.size === 'number';
}
