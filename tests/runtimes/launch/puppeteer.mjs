// One way to start a browser, for the workload and for the example page.

import puppeteer from 'puppeteer-core';

const CHROMIUM_ARGUMENTS = [
  '--no-sandbox', // CI runs as root
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
];

export function launch(kind, executablePath) {
  if (kind === 'chromium') {
    return puppeteer.launch({ browser: 'chrome', executablePath, args: CHROMIUM_ARGUMENTS });
  }
  return puppeteer.launch({
    browser: 'firefox',
    executablePath,
    extraPrefsFirefox: { 'network.captive-portal-service.enabled': false, 'app.update.enabled': false },
  });
}
