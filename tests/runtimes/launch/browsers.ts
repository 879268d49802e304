// The workload in browsers. A page is opened, and posts its answer to the local server.

import { join } from 'node:path';
import { type Answer, NotHere } from '../outcome.js';
import { findBrowsers, findToolNode } from '../setup/locate.js';
import type { Policy } from '../setup/server.js';
import { launchFolder, type Stage, TASK_LIMIT_MS } from '../stage.js';
import { type Running, start, tail } from './command.js';
import { missingFromNpm, versionOf } from './processes.js';
import { openInWebKit } from './webdriver.js';

/** How long a browser may take to close by itself before it is killed. */
const CLOSE_LIMIT_MS = 3_000;

export function missingBrowser(stage: Stage): NotHere {
  return new NotHere(stage.browserProblem === '' ? 'not installed' : stage.browserProblem);
}

/** Address of the workload's page; its answer is posted under `name`. With two threads it is isolated. */
function pageUrl(stage: Stage, name: string, policy: Policy, threads = 1): string {
  return `${stage.server.origin}/page.html?name=${name}&policy=${policy}&threads=${threads}`;
}

/** What the page posts under `name`, or a complaint after the time limit or when the browser has ended. */
async function posted(stage: Stage, name: string, browser?: Running): Promise<Answer['answer']> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const body = await Promise.race([
    stage.server.result(name),
    new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), TASK_LIMIT_MS);
      browser?.child.on('close', () => resolve(undefined));
    }),
  ]);
  clearTimeout(timer);
  return body === undefined
    ? `no result: ${tail(browser?.output().stderr ?? 'time limit')}`
    : JSON.parse(body);
}

/** Chromium or Firefox, by puppeteer-core. */
export async function answerOfPuppeteer(
  stage: Stage,
  kind: 'chromium' | 'firefox',
  policy: Policy = 'wasm',
): Promise<Answer> {
  const executable = findBrowsers()[kind];
  const node = findToolNode();
  if (executable === undefined) throw missingBrowser(stage);
  if (node === undefined || stage.npmProblem !== '') throw missingFromNpm(stage);
  const name = `${kind}-${policy}`;
  const script = join(launchFolder, 'open-page.mjs');
  const browser = start(node, [
    script,
    kind,
    executable,
    pageUrl(stage, name, policy, kind === 'chromium' ? 2 : 1),
  ]);
  const answer = await posted(stage, name, browser);
  await closeGently(browser);
  const version = /^OCTAVO_VERSION \D*([\d.]+)/m.exec(browser.output().stdout)?.[1] ?? 'unknown';
  return { version, answer };
}

/** Ends stdin, which asks for closing, and kills what is left after a moment. */
async function closeGently(browser: Running): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, CLOSE_LIMIT_MS);
    browser.child.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
    browser.child.stdin?.end();
  });
  await browser.stop();
}

/** WebKitGTK, by its WebDriver. */
export async function answerOfWebKit(stage: Stage): Promise<Answer> {
  const { webkitDriver, webkitBrowser, xvfb } = findBrowsers();
  if (webkitDriver === undefined || webkitBrowser === undefined || xvfb === undefined)
    throw missingBrowser(stage);
  const answer = posted(stage, 'webkitgtk');
  const page = await openInWebKit({ webkitDriver, webkitBrowser, xvfb }, pageUrl(stage, 'webkitgtk', 'wasm'));
  try {
    return { version: page.version, answer: await answer };
  } finally {
    await page.close();
  }
}

/** WPE WebKit behind cog, which needs no driver: it opens the page given and stays. */
export async function answerOfCog(stage: Stage): Promise<Answer> {
  const executable = findBrowsers().cog;
  if (executable === undefined) throw missingBrowser(stage);
  const version = await versionOf(executable);
  const browser = start(executable, ['--platform=headless', pageUrl(stage, 'cog', 'wasm')]);
  const answer = await posted(stage, 'cog', browser);
  await browser.stop();
  return { version, answer };
}
