import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { httpSource } from '../../ts-host/io/http.js';
import { sourceContract } from './source-contract.js';
import { abortsSoon, contextWith, fails, never, sameBytes, seededBytes } from './support.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server of this file; closed with its connections after the tests. */
async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.onnx`;
}

interface RangeServer {
  bytes: Uint8Array;
  etag?: string | undefined;
  /** Overrides headers of a 206. */
  headers?: Record<string, string>;
}

/** Serves ranges as RFC 9110 says. `state` may be changed between requests. */
function ranges(state: RangeServer): Handler {
  return (request, response) => {
    const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (state.etag !== undefined) response.setHeader('etag', state.etag);
    if (match === null) return response.end(state.bytes);
    const size = state.bytes.byteLength;
    const first = Number(match[1]);
    const last = Math.min(Number(match[2]), size - 1);
    if (first >= size) return response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${size}`, ...state.headers });
    return response.end(state.bytes.subarray(first, last + 1));
  };
}

sourceContract('httpSource with ranges', async (bytes, context) =>
  httpSource(await serve(ranges({ bytes, etag: '"1"' })), context),
);
sourceContract('httpSource of a server without ranges', async (bytes, context) =>
  httpSource(await serve((_request, response) => response.end(bytes)), context),
);
sourceContract('httpSource of a 206 whose Content-Range is hidden', async (bytes, context) =>
  httpSource(
    await serve((request, response) => {
      response.statusCode = request.headers.range === undefined ? 200 : 206;
      response.end(request.headers.range === undefined ? bytes : bytes.subarray(0, 1));
    }),
    context,
  ),
);

describe('httpSource', () => {
  const bytes = seededBytes(10_000);

  test('httpSource ranges -> one request each, only the bytes asked for, headers sent', async () => {
    const asked: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      asked.push(`${request.headers.range} ${request.headers['x-key']}`);
      ranges({ bytes })(request, response);
    });
    const source = await httpSource(url, new RunContext(), { headers: { 'x-key': 'k' } });
    sameBytes(await source.read(9000, 1000), bytes.subarray(9000));
    await source.read(7, 0);
    assert.deepEqual(asked, ['bytes=0-0 k', 'bytes=9000-9999 k']);
  });

  test('httpSource without ranges -> counted against memoryLimit', async () => {
    const url = await serve((_request, response) => response.end(new Uint8Array(3_000_000)));
    const context = new RunContext({ memoryLimit: 1_000_000 });
    await fails(() => httpSource(url, context), 'MEMORY_LIMIT');
    assert.equal(context.budget.held, 0);
  });

  test('httpSource file replaced (ETag, Last-Modified or size) -> SOURCE_CHANGED', async () => {
    const changes: ((state: RangeServer) => void)[] = [
      (state) => {
        state.etag = '"2"';
      },
      (state) => {
        state.etag = undefined;
      },
      (state) => {
        state.bytes = seededBytes(9_999);
      },
      (state) => {
        state.bytes = seededBytes(10);
      },
    ];
    for (const change of changes) {
      const state: RangeServer = { bytes, etag: '"1"' };
      const source = await httpSource(await serve(ranges(state)));
      sameBytes(await source.read(100, 5), bytes.subarray(100, 105));
      change(state);
      const error = await fails(() => source.read(100, 5), 'SOURCE_CHANGED');
      assert.match(error.place.file ?? '', /model\.onnx/);
    }
    const dated: RangeServer = { bytes, headers: { 'last-modified': 'Mon, 05 Jan 2026 10:00:00 GMT' } };
    const source = await httpSource(await serve(ranges(dated)));
    dated.headers = { 'last-modified': 'Mon, 05 Jan 2026 10:00:01 GMT' };
    await fails(() => source.read(0, 5), 'SOURCE_CHANGED');
  });

  test('httpSource other answers to a range -> IO_FAILED', async () => {
    const wrong: Handler[] = [
      (_request, response) => response.writeHead(500).end(),
      (_request, response) => response.writeHead(200).end(bytes),
      (_request, response) => response.writeHead(206).end(bytes.subarray(5, 10)),
      (_request, response) => response.writeHead(206, { 'content-range': 'bytes 4-8/10000' }).end('abcde'),
      (_request, response) =>
        response
          .writeHead(206, { 'content-range': 'bytes 5-9/10000', 'content-encoding': 'x-unknown' })
          .end('abcde'),
      (_request, response) => response.destroy(),
    ];
    for (const handler of wrong) {
      let opened = false;
      const url = await serve((request, response) => {
        (opened ? handler : ranges({ bytes }))(request, response);
      });
      const source = await httpSource(url);
      opened = true;
      await fails(() => source.read(5, 5), 'IO_FAILED');
    }
  });

  test('httpSource body shorter or longer than its range -> SOURCE_CHANGED', async () => {
    for (const body of ['abcd', 'abcdef']) {
      let opened = false;
      const url = await serve((request, response) => {
        if (!opened) return ranges({ bytes })(request, response);
        return response.writeHead(206, { 'content-range': 'bytes 5-9/10000' }).end(body);
      });
      const source = await httpSource(url);
      opened = true;
      await fails(() => source.read(5, 5), 'SOURCE_CHANGED');
    }
  });

  test('httpSource status 404, refused connection -> IO_FAILED', async () => {
    const url = await serve((_request, response) => response.writeHead(404).end('not here'));
    assert.match((await fails(() => httpSource(url), 'IO_FAILED')).message, /404/);
    const cause = new TypeError('connection refused');
    const error = await fails(
      () => httpSource('http://x.invalid/', new RunContext(), { fetch: () => Promise.reject(cause) }),
      'IO_FAILED',
    );
    assert.equal(error.cause, cause);
  });

  test('httpSource server that stalls at any point -> ABORTED', async () => {
    const silent = await serve(() => undefined);
    await abortsSoon((signal) => httpSource(silent, contextWith(signal)));

    const halfWhole = await serve((_request, response) => {
      response.write('half');
    });
    await abortsSoon((signal) => httpSource(halfWhole, contextWith(signal)));

    let opened = false;
    const halfRange = await serve((request, response) => {
      if (!opened) return ranges({ bytes })(request, response);
      response.writeHead(206, { 'content-range': 'bytes 5-9/10000', 'content-length': '5' });
      return response.write('ab');
    });
    const source = await httpSource(halfRange);
    opened = true;
    await abortsSoon((signal) => source.read(5, 5, { signal }));
  });

  test('httpSource fetch that ignores its signal -> ABORTED, the late answer is dropped', async () => {
    await abortsSoon((signal) => httpSource('http://x.invalid/', contextWith(signal), { fetch: never }));
    let cancelled = false;
    const late = new ReadableStream({
      cancel: () => {
        cancelled = true;
      },
    });
    await abortsSoon((signal) =>
      httpSource('http://x.invalid/', contextWith(signal), {
        fetch: () => new Promise((resolve) => setTimeout(() => resolve(new Response(late)), 60)),
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 80));
    assert.ok(cancelled);
  });
});
