// Uses examples/browser as a person does, in Chromium. Needs Node 22 or newer.
//   node drive-example.mjs EXECUTABLE URL MODEL DOWNLOAD_FOLDER
// Prints OCTAVO_VERSION and OCTAVO_DOWNLOAD path. Leaves a screenshot, page.png, in DOWNLOAD_FOLDER.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch } from './puppeteer.mjs';

const LIMIT_MS = 30_000;

const [executable, url, model, folder] = process.argv.slice(2);
const browser = await launch('chromium', executable);
try {
  console.log(`OCTAVO_VERSION ${await browser.version()}`);
  const page = await browser.newPage();
  page.on('console', (message) => console.error(`console: ${message.text()}`));
  page.on('pageerror', (error) => console.error(`page error: ${error}`));
  const devtools = await browser.target().createCDPSession();
  await devtools.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
  await page.goto(url);
  const input = await page.$('#file');
  await input.uploadFile(model);
  await page.click('#start');
  const link = await page.waitForSelector('#downloads a', { timeout: LIMIT_MS }).catch(async () => {
    throw new Error(`no download: ${await page.$eval('#status', (status) => status.textContent)}`);
  });
  await page.screenshot({ path: join(folder, 'page.png') });
  const name = await link.evaluate((anchor) => anchor.download);
  await link.click();
  const file = join(folder, name);
  for (const end = performance.now() + LIMIT_MS; !existsSync(file); await sleep(50)) {
    if (performance.now() > end) throw new Error('the download did not arrive');
  }
  console.log(`OCTAVO_DOWNLOAD ${file}`);
} finally {
  await browser.close();
}
