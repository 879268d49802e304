// The page in Chromium, on a phone and on a desk: nothing complained of, nothing asked for, nothing beside the screen.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { reportToHtml } from '../../ts-host/report/html/index.js';
import { findBrowsers } from '../runtimes/setup/locate.js';
import { ChromiumPage } from '../support/chromium.js';
import { hostileReport, netReport } from './reports.js';

const { chromium } = findBrowsers();
const WIDTHS = [390, 1280];
const PARTS = ['#main', '#errors .bars li', '#graph svg', '#layers details', 'svg.histogram', '#settings'];

describe('a report in Chromium', { skip: chromium === undefined && 'chromium is not installed' }, () => {
  let page: ChromiumPage;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'octavo-report-'));
    page = await ChromiumPage.open(chromium!);
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await page.call(`${domain}.enable`);
  });
  after(async () => {
    await page?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a page and gives what it told of meanwhile. */
  async function opened(url: string, width: number): Promise<ChromiumPage['events']> {
    const mobile = width < 600;
    await page.call('Emulation.setDeviceMetricsOverride', {
      width,
      height: 800,
      deviceScaleFactor: 1,
      mobile,
    });
    const from = page.events.length;
    await page.call('Page.navigate', { url });
    await page.told('Page.loadEventFired', from);
    // Everything unfolded, as wide as it gets.
    await page.evaluate(`for (const each of document.querySelectorAll('details')) each.open = true`);
    await page.evaluate('document.documentElement.getBoundingClientRect().width');
    return page.events.slice(from);
  }

  for (const [name, make] of [
    ['of a net', netReport],
    ['of names that are markup', hostileReport],
  ] as const) {
    for (const width of WIDTHS) {
      it(`${name}, ${width} pixels wide -> whole, within the screen, no complaint, no request`, async () => {
        const file = join(folder, 'report.html');
        writeFileSync(file, reportToHtml(await make()));
        const url = pathToFileURL(file).href;
        const events = await opened(url, width);
        const of = (method: string) => events.filter((event) => event.method === method);
        assert.deepEqual(of('Runtime.exceptionThrown'), []);
        assert.deepEqual(of('Runtime.consoleAPICalled'), []);
        assert.deepEqual(of('Log.entryAdded'), []);
        assert.deepEqual(of('Page.javascriptDialogOpening'), []);
        const asked = of('Network.requestWillBeSent').map(
          ({ params }) => (params.request as { readonly url: string }).url,
        );
        assert.deepEqual(asked, [url]);
        assert.equal(await page.evaluate('innerWidth'), width);
        const whole = (await page.evaluate('document.documentElement.scrollWidth')) as number;
        assert.ok(whole <= width, `${whole} pixels wide`);
        for (const part of PARTS) {
          const count = await page.evaluate(`document.querySelectorAll(${JSON.stringify(part)}).length`);
          assert.ok((count as number) > 0, part);
        }
      });
    }
  }

  it('the search and the order -> bars hidden and sorted by the script', async () => {
    const file = join(folder, 'report.html');
    writeFileSync(file, reportToHtml(await netReport()));
    await opened(pathToFileURL(file).href, 390);
    const shown = `[...document.querySelectorAll('#errors .bars li')].filter((each) => !each.hidden).length`;
    const all = await page.evaluate(shown);
    const none = `{ const box = document.getElementById('search'); box.value = 'no such layer'; box.dispatchEvent(new Event('input')); }`;
    await page.evaluate(none);
    assert.ok((all as number) > 1);
    assert.equal(await page.evaluate(shown), 0);
    assert.equal(await page.evaluate(`document.getElementById('none').hidden`), false);
  });
});
