// Takes a picture of a page in a real Chromium. Usage: node scripts/take-picture.ts URL FILE.png   (--help)
import { parseArgs } from 'node:util';

import { chromium } from 'playwright-core';

import { readVariable } from '../tools/environment.mjs';

const usage = `Usage: node scripts/take-picture.ts URL FILE.png [--width 1440] [--height 1000] [--click TEXT] [--wait MS]

Opens the page in Chromium (CHROMIUM_PATH, else /usr/bin/chromium) and writes what it shows. --click follows a link or
button with that text first.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h' },
    width: { type: 'string', default: '1440' },
    height: { type: 'string', default: '1000' },
    wait: { type: 'string', default: '4000' },
    click: { type: 'string' },
  },
});

// No request of the browser's own: it would look up addresses at every start.
const quietArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

async function takePicture(url: string, file: string): Promise<void> {
  const browser = await chromium.launch({
    executablePath: readVariable('CHROMIUM_PATH') ?? '/usr/bin/chromium',
    args: quietArguments,
  });
  try {
    const viewport = { width: Number(values.width), height: Number(values.height) };
    const page = await browser.newPage({ viewport });
    await page.goto(url, { waitUntil: 'load' });
    await page.waitForTimeout(Number(values.wait));
    if (values.click !== undefined) {
      await page.getByText(values.click, { exact: true }).first().click();
      await page.waitForTimeout(Number(values.wait));
    }
    await page.screenshot({ path: file });
  } finally {
    await browser.close();
  }
}

const [url, file] = positionals;
if (values.help === true || url === undefined || file === undefined) console.log(usage);
else await takePicture(url, file);
