import {existsSync} from 'node:fs';
import {type Browser, type BrowserContextOptions, chromium, type Page} from 'playwright-core';

/** Debian's package, which .ci/run installs; or what the environment names. */
const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of a Chromium, if this machine has one. */
export const chromiumPath: string | undefined = candidates.find((file) => file !== undefined && existsSync(file));

/** For the options of a test: where there is no Chromium it is skipped and says so, but in CI, where it has to be there. */
export const needsChromium: {readonly skip?: string} =
  chromiumPath === undefined && !process.env.CI ? {skip: 'there is no Chromium (apt-get install chromium)'} : {};

/** Chromium without a window. */
export async function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('CI needs Chromium: apt-get install chromium');
  return chromium.launch({executablePath: chromiumPath, args: ['--no-sandbox', '--disable-dev-shm-usage']});
}

/** A page and what it must not do. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of the console, exceptions, dialogs, and requests that go elsewhere. */
  readonly complaints: readonly string[];
}

/** Opens a page once it has drawn itself, and listens to what it complains about. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, ...options});
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  const origin = url.startsWith('http') ? new URL(url).origin : 'file:';
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error.stack)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const target = request.url();
    const isOwn = origin === 'file:' ? target === url : target.startsWith(`${origin}/`);
    if (!isOwn && !target.startsWith('data:')) complaints.push(`request of ${target}`);
  });
  await page.goto(url);
  await page.waitForSelector('html[data-ready]');
  return {page, complaints};
}

/** Runs an expression in the page; its types are the browser's, which tests do not know. */
export const ask = async <Answer>(page: Page, expression: string): Promise<Answer> =>
  (await page.evaluate(expression)) as Answer;

/** Waits until an expression holds in the page, whose policy lets nobody evaluate text from inside. */
export async function until(page: Page, expression: string): Promise<void> {
  for (let rounds = 0; rounds < 400; rounds++) {
    if (await ask<boolean>(page, `Boolean(${expression})`)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`for 20 s it was not so: ${expression}`);
}

/** Colours that a chart has drawn with: one where it is blank. */
export const colorsOf = (page: Page, selector: string): Promise<number> =>
  ask(
    page,
    `(() => {
      const colors = new Set();
      for (const canvas of document.querySelectorAll(${JSON.stringify(`${selector} canvas`)})) {
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', {willReadFrequently: true});
        copy.drawImage(canvas, 0, 0);
        const {data} = copy.getImageData(0, 0, canvas.width, canvas.height);
        for (let i = 0; i < data.length; i += 4) colors.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
      }
      return colors.size;
    })()`,
  );
