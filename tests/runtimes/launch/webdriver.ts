// WebKitGTK by the W3C WebDriver protocol: WebKitWebDriver on a free port, its MiniBrowser on a virtual screen.

import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Running, start } from './command.js';

export interface WebKitPaths {
  readonly webkitDriver: string;
  readonly webkitBrowser: string;
  readonly xvfb: string;
}

export interface WebKitPage {
  readonly version: string;
  close(): Promise<void>;
}

const START_LIMIT_MS = 20_000;

/** Opens `url`; the page stays open until close(). */
export async function openInWebKit(paths: WebKitPaths, url: string): Promise<WebKitPage> {
  const started: Running[] = [];
  const close = async () => {
    for (const running of started.reverse()) await running.stop();
  };
  try {
    const screen = start(paths.xvfb, ['-displayfd', '1', '-screen', '0', '1024x768x24', '-nolisten', 'tcp']);
    started.push(screen);
    const display = `:${await until(() => /^(\d+)\s/.exec(screen.output().stdout)?.[1], 'Xvfb did not start')}`;
    const port = await freePort();
    const driver = start(paths.webkitDriver, [`--port=${port}`], {
      env: { DISPLAY: display, WEBKIT_DISABLE_COMPOSITING_MODE: '1', GDK_BACKEND: 'x11' },
    });
    started.push(driver);
    const call = webDriver(`http://127.0.0.1:${port}`);
    await until(
      async () => (await call('GET', '/status')) !== undefined || undefined,
      'WebKitWebDriver is mute',
    );
    const session = await call('POST', '/session', newSession(paths.webkitBrowser));
    if (session === undefined) throw new Error(`no WebKit session: ${driver.output().stderr}`);
    const { sessionId, capabilities } = session as SessionReply;
    await call('POST', `/session/${sessionId}/url`, { url });
    return { version: capabilities.browserVersion, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface SessionReply {
  readonly sessionId: string;
  readonly capabilities: { readonly browserVersion: string };
}

function newSession(binary: string): object {
  const browser = { 'webkitgtk:browserOptions': { binary, args: ['--automation'] } };
  return { capabilities: { alwaysMatch: browser } };
}

type Call = (method: string, path: string, body?: object) => Promise<unknown>;

/** One WebDriver command; undefined when the driver does not listen (yet). */
function webDriver(origin: string): Call {
  return async (method, path, body) => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(origin + path, init).catch(() => undefined);
    if (response === undefined) return undefined;
    const { value } = (await response.json()) as { value: { error?: string; message?: string } | null };
    if (value?.error !== undefined) throw new Error(`WebDriver ${path}: ${value.error}: ${value.message}`);
    return value ?? {};
  };
}

/** Asks again and again until `question` has an answer. */
async function until<T>(
  question: () => T | undefined | Promise<T | undefined>,
  complaint: string,
): Promise<T> {
  const deadline = performance.now() + START_LIMIT_MS;
  while (performance.now() < deadline) {
    const answer = await question();
    if (answer !== undefined) return answer;
    await sleep(50);
  }
  throw new Error(`${complaint} within ${START_LIMIT_MS / 1000} s`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
