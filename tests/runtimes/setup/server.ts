// The local server behind the browsers: the page, the models by range, and a place to post results to.
// Every answer carries the strictest content security policy a page with WebAssembly can have.

import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, extname, join, normalize } from 'node:path';

/** `wasm` is what Octavo needs: 'wasm-unsafe-eval' and nothing more, in particular no 'unsafe-eval' and nothing
 *  inline. Under `no-wasm` a page may not compile WebAssembly at all. */
export type Policy = 'wasm' | 'no-wasm';

function contentSecurityPolicy(policy: string | null, path: string): string {
  const wasm = policy === 'no-wasm' ? [] : ["'wasm-unsafe-eval'"];
  return [
    "default-src 'none'",
    ["script-src 'self'", ...wasm, ...importMapHashes(path)].join(' '),
    "connect-src 'self'",
    "style-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** A page may have an import map, which can only be inline: it is allowed by its hash. */
function importMapHashes(path: string): string[] {
  if (extname(path) !== '.html') return [];
  const maps = readFileSync(path, 'utf8').matchAll(/<script type="importmap">(.*?)<\/script>/gs);
  return [...maps].map(
    ([, map]) =>
      `'sha256-${createHash('sha256')
        .update(map ?? '')
        .digest('base64')}'`,
  );
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
};

export interface MatrixServer {
  readonly origin: string;
  /** Resolves with the body that `name` posts. */
  result(name: string): Promise<string>;
  close(): Promise<void>;
}

/** Serves `folder` on a free port of the loopback address. */
export async function startServer(folder: string): Promise<MatrixServer> {
  const waiting = new Map<string, (body: string) => void>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const path = join(folder, normalize(pathname));
    response.setHeader('Cache-Control', 'no-store');
    if (request.method === 'POST') {
      takeResult(request, response, waiting.get(basename(path)));
    } else if (statSync(path, { throwIfNoEntry: false })?.isFile()) {
      const policy = contentSecurityPolicy(searchParams.get('policy'), path);
      response.setHeader('Content-Security-Policy', policy);
      if (extname(path) !== '.html' || searchParams.get('threads') === '2') isolate(response);
      sendFile(request, response, path);
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    result: (name) => new Promise((resolve) => waiting.set(name, resolve)),
    close: () => closeServer(server),
  };
}

/** A page with these headers is cross-origin isolated, if its scripts have them too. */
function isolate(response: ServerResponse): void {
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
}

function takeResult(
  request: IncomingMessage,
  response: ServerResponse,
  resolve: ((body: string) => void) | undefined,
): void {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.on('end', () => {
    resolve?.(body);
    response.writeHead(resolve === undefined ? 404 : 204).end();
  });
}

function sendFile(request: IncomingMessage, response: ServerResponse, path: string): void {
  const { size } = statSync(path);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = range === null ? 0 : Number(range[1]);
  const end = Math.min(range?.[2] ? Number(range[2]) : size - 1, size - 1);
  response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('Content-Length', Math.max(0, end - start + 1));
  if (range !== null) response.setHeader('Content-Range', `bytes ${start}-${end}/${size}`);
  response.writeHead(range === null ? 200 : 206);
  if (request.method === 'HEAD' || size === 0) response.end();
  else createReadStream(path, { start, end }).pipe(response);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
