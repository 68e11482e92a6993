// The script of the first screen on a server with keys, in Chromium: only a refusal is about the key; what cannot be sent is said; whatever
// else goes wrong is tried again. Needs Chromium: /usr/bin/chromium, or where ETHOGRAM_CHROMIUM says.
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { KeyRing } from '../access/key-ring.js';
import { KeyStore } from '../access/key-store.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import { Doorway } from './doorway.suite.js';

const executablePath = process.env['ETHOGRAM_CHROMIUM'] ?? '/usr/bin/chromium';
const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];

describe('the key of the first screen', () => {
  let browser: Browser;
  let doorway: Doorway;
  let secret = '';
  let page: Page;
  /** What stands between page and server answers with these, one after the other, and then lets through; 0: nothing. */
  let statuses: number[] = [];
  let asked = 0;
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-sync', ...quiet] });
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    doorway = await Doorway.open(async ({ disk, clock }) => {
      const store = new KeyStore(disk, new SeededEntropy(3));
      const key = await store.add('secret', clock.now());
      if (!key.ok) throw new Error(key.code);
      secret = key.value.text;
      const keys = new KeyRing({ store, clock });
      keys.watch();
      return { keys };
    });
    await doorway.rig.say('customer-7', 'granted', 'personalise');
    await doorway.rig.visit('customer-7', 'tea');
    statuses = [];
    asked = 0;
    page = await browser.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    await page.route('**/first-screen/now', async (route) => {
      asked += 1;
      const status = statuses.shift();
      if (status === undefined) return route.continue();
      return status === 0 ? route.abort() : route.fulfill({ status, body: '{}' });
    });
    await page.goto(doorway.url);
  });
  afterEach(async () => {
    await page.close();
    await doorway.close();
    const found = problems.splice(0);
    if (found.length > 0) throw new Error(found.join('\n'));
  });

  const enter = async (key: string): Promise<void> => {
    await page.fill('#key', key);
    await page.keyboard.press('Enter');
  };
  const shown = (title: string): Promise<void> => page.locator('h1', { hasText: title }).waitFor();
  const said = (text: string): Promise<void> => page.locator('#say:not(.sr)', { hasText: text }).waitFor({ timeout: 5_000 });
  /** What is said to the eyes, too; '' when nothing is. */
  const visible = (): Promise<string> => page.evaluate("document.querySelector('#say:not(.sr)')?.textContent ?? ''");

  test.each([
    [503, 503],
    [429, 404],
    [500, 0],
  ])('%d, %d in between is not about the key: it is said, tried again, and shown', async (...given) => {
    statuses = given;
    await enter(secret);
    await said('did not answer');
    expect(await visible()).not.toContain('key');
    await shown('cu\u2026 viewed tea');
    // Told once, and no longer, when it is over.
    expect([asked, await visible()]).toEqual([3, '']);
  });

  test('an outage while it shows: nothing is said of the key, and it goes on', async () => {
    await enter(secret);
    await shown('cu\u2026 viewed tea');
    statuses = [503];
    await said('did not answer');
    await doorway.rig.visit('customer-7', 'cup');
    await shown('cu\u2026 viewed cup');
    expect(await visible()).toBe('');
  });

  test.each([401, 403])('%d is about the key: it is said, and not asked again', async (status) => {
    statuses = [status];
    await enter('eth_s_wrong');
    await said('That key does not open this page.');
    await page.waitForTimeout(2_500);
    expect(asked).toBe(1);
    // Typed again, it is said again: to the ears as well.
    statuses = [status];
    const spoken = page.evaluate(`new Promise((resolve) => {
      const texts = [];
      new MutationObserver(() => texts.push(say.textContent) > 1 && resolve(texts)).observe(say, { childList: true });
    })`);
    await enter('eth_s_wrong');
    expect(await spoken).toEqual(['', 'That key does not open this page.']);
    await enter(secret);
    await shown('cu\u2026 viewed tea');
    expect(await visible()).toBe('');
  });

  test('a key that no request can carry is said so, and asked for again', async () => {
    await enter(`${secret}\u200B`);
    await said('cannot be part of a key');
    expect(asked).toBe(0);
    await enter(secret);
    await shown('cu\u2026 viewed tea');
    expect(await visible()).toBe('');
  });

  test('a refusal that comes late is not about the key that was typed since', async () => {
    const late: (() => void)[] = [];
    await page.route('**/first-screen/now', async (route) => {
      if (route.request().headers()['authorization'] === `Bearer ${secret}`) return route.fallback();
      await new Promise<void>((resolve) => late.push(resolve));
      return route.fulfill({ status: 401, body: '{}' });
    });
    await enter('eth_s_wrong');
    await enter(secret);
    await shown('cu\u2026 viewed tea');
    const answered = page.waitForResponse((response) => response.status() === 401);
    late.forEach((go) => go());
    await answered;
    await page.waitForTimeout(200);
    expect(await visible()).toBe('');
  });
});
