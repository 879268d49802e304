// Opens one page in Chromium or Firefox and keeps it open until stdin ends. Needs Node 22 or newer.
//   node open-page.mjs chromium|firefox EXECUTABLE URL
// Prints OCTAVO_VERSION on stdout and the page's console and errors on stderr.

import { launch } from './puppeteer.mjs';

const [kind, executable, url] = process.argv.slice(2);
const browser = await launch(kind, executable);
console.log(`OCTAVO_VERSION ${await browser.version()}`);
const page = await browser.newPage();
page.on('console', (message) => console.error(`console: ${message.text()}`));
page.on('pageerror', (error) => console.error(`page error: ${error}`));
await page.goto(url);
process.stdin.on('end', () => browser.close());
process.stdin.resume();
