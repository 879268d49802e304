// HTTP ranges as a Source. One request for the first byte tells the size and whether the server serves ranges;
// later answers are compared with it, so a file replaced on the server is SOURCE_CHANGED, never a mixture.

import { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { rangeSource } from './range-source.js';
import { bytesSource, type Source } from './source.js';
import { checkChunk, streamSource } from './stream.js';
import { abortable, cleanUpBehind, filePlace, ioWait } from './wait.js';

/** The part of `fetch` that is used. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

export interface HttpOptions {
  /** Instead of the runtime's `fetch`; also the place for retries, of which Octavo makes none. */
  readonly fetch?: FetchLike | undefined;
  /** Sent with every request, e.g. `authorization`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What must stay the same from answer to answer. */
interface Identity {
  readonly size: number;
  /** ETag, or Last-Modified where there is no ETag; undefined where the server sends neither. */
  readonly version: string | undefined;
}

/** Opens `url`. A server that serves ranges is asked for nothing but the ranges read; from any other (status
 *  200, or a Content-Range that CORS hides) the whole file is collected, counted against `context.budget`.
 *  @throws OctavoError `IO_FAILED` (network, status), `MEMORY_LIMIT`, `ABORTED`. Reads also throw
 *  `SOURCE_CHANGED` when size, ETag or Last-Modified are not those of the first answer.
 *  @example
 *  ```ts
 *  const source = await httpSource('https://example.org/model.onnx', context);
 *  ``` */
export async function httpSource(
  url: string | URL,
  context: RunContext = new RunContext(),
  options: HttpOptions = {},
): Promise<Source> {
  const client = new RangeClient(String(url), options);
  const { signal } = context;
  const first = await client.get('bytes=0-0', signal);
  if (first.status === 200) return client.collect(first, context);
  const range = contentRange(first);
  // An empty file has no first byte: 416 with "bytes */0".
  if (first.status === 416 && range?.size === 0) {
    drop(first);
    return bytesSource(new Uint8Array(0), client.url);
  }
  drop(first);
  if (first.status !== 206) throw client.failed(`the server answered ${first.status}`);
  if (range === undefined) return client.collect(await client.get(undefined, signal), context);

  const identity: Identity = { size: range.size, version: version(first) };
  return rangeSource({
    size: range.size,
    name: client.url,
    signal,
    readRange: (offset, length, readSignal) => client.readRange(identity, offset, length, readSignal),
  });
}

class RangeClient {
  readonly url: string;
  readonly #fetch: FetchLike;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, options: HttpOptions) {
    this.url = url;
    // A bare reference to fetch loses its `this` in browsers.
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#headers = options.headers ?? {};
  }

  get(range: string | undefined, signal: AbortSignal | undefined): Promise<Response> {
    const headers = range === undefined ? { ...this.#headers } : { ...this.#headers, range };
    const init: RequestInit = { headers, ...(signal === undefined ? {} : { signal }) };
    return ioWait('the request', () => this.#fetch(this.url, init), {
      signal,
      place: filePlace(this.url),
      discard: drop,
    });
  }

  async collect(response: Response, context: RunContext): Promise<Source> {
    if (response.status !== 200) {
      drop(response);
      throw this.failed(`the server answered ${response.status}`);
    }
    if (response.body === null) return bytesSource(new Uint8Array(0), this.url);
    return streamSource(response.body, context, this.url);
  }

  async readRange(
    identity: Identity,
    offset: number,
    length: number,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const response = await this.get(`bytes=${offset}-${offset + length - 1}`, signal);
    const problem = this.#problem(response, identity, offset, length);
    if (problem !== undefined) {
      drop(response);
      throw problem;
    }
    return readBody(response, length, signal, this.url);
  }

  /** Why `response` is not the range asked for, or undefined. */
  #problem(response: Response, identity: Identity, offset: number, length: number): OctavoError | undefined {
    const { status } = response;
    if (status === 412 || status === 416) return this.#changed(`the server answered ${status}`);
    if (version(response) !== identity.version) {
      return this.#changed(`its version was ${identity.version}, now it is ${version(response)}`);
    }
    if (status !== 206) return this.failed(`the server answered ${status} to a range`);
    const encoding = response.headers.get('content-encoding') ?? 'identity';
    if (encoding !== 'identity') return this.failed(`the range came encoded as ${encoding}`);
    const range = contentRange(response);
    if (range === undefined) return this.failed('the server answered 206 without a Content-Range');
    if (range.size !== identity.size) {
      return this.#changed(`its size was ${identity.size}, now it is ${range.size}`);
    }
    if (range.first !== offset || range.last !== offset + length - 1) {
      return this.failed(
        `asked for bytes ${offset}-${offset + length - 1}, got ${range.first}-${range.last}`,
      );
    }
    return undefined;
  }

  failed(why: string): OctavoError {
    return new OctavoError('IO_FAILED', why, filePlace(this.url));
  }

  #changed(why: string): OctavoError {
    return new OctavoError('SOURCE_CHANGED', `the file changed on the server: ${why}`, filePlace(this.url));
  }
}

/** Reads a body announced as `length` bytes. Reads at most that many, whatever the server sends. */
async function readBody(
  response: Response,
  length: number,
  signal: AbortSignal | undefined,
  url: string,
): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array(await response.arrayBuffer());
  const reader = response.body.getReader();
  const bytes = new Uint8Array(length);
  try {
    for (let done = 0; ; ) {
      const next = await abortable(reader.read(), signal);
      if (next.done) return bytes.subarray(0, done);
      const chunk = checkChunk(next.value, url);
      if (done + chunk.byteLength > length) {
        throw new OctavoError('SOURCE_CHANGED', `more than the ${length} bytes asked for came`, {
          file: url,
        });
      }
      bytes.set(chunk, done);
      done += chunk.byteLength;
    }
  } catch (error) {
    cleanUpBehind(() => reader.cancel(error));
    throw error;
  }
}

/** Ends a response whose body is not wanted, so that its connection is free again. */
function drop(response: Response): void {
  cleanUpBehind(async () => response.body?.cancel());
}

function version(response: Response): string | undefined {
  return response.headers.get('etag') ?? response.headers.get('last-modified') ?? undefined;
}

/** Content-Range (RFC 9110 §14.4): "bytes 0-0/1234", "bytes *\/1234"; undefined where absent, of unknown
 *  size, or larger than a number holds exactly. */
function contentRange(response: Response): { first: number; last: number; size: number } | undefined {
  const match = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/i.exec(response.headers.get('content-range') ?? '');
  if (match === null) return undefined;
  const [first, last, size] = [Number(match[1] ?? -1), Number(match[2] ?? -1), Number(match[3])];
  return Number.isSafeInteger(size) ? { first, last, size } : undefined;
}
