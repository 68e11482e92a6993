// The first screen in a real browser: from waiting to live by one pasted line, without and with scripts, light and dark, small and by
// keyboard, and without a finding of axe. Needs curl and Chromium: /usr/bin/chromium, or where ETHOGRAM_CHROMIUM says.
// It takes pictures too, to be looked at: into ETHOGRAM_SCREENSHOTS, or a temporary folder; it says where.
import axe from 'axe-core';
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { KeyRing } from '../access/key-ring.js';
import { KeyStore } from '../access/key-store.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import { SystemClock } from '../adapters/system-clock.js';
import { Doorway } from './doorway.suite.js';
import { addFirstScreen, type DemoSwitch } from './first-screen-routes.js';
import { SmallDoor } from './first-screen-door.suite.js';

const executablePath = process.env['ETHOGRAM_CHROMIUM'] ?? '/usr/bin/chromium';
const pictures = process.env['ETHOGRAM_SCREENSHOTS'] ?? join(tmpdir(), 'ethogram-first-screen');
const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];

describe('the first screen', () => {
  let browser: Browser;
  let door: SmallDoor;
  let hasKeys = false;
  const demo = { state: 'idle' as DemoSwitch['state'], start: () => undefined, stop: () => Promise.resolve() };
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-sync', ...quiet] });
    mkdirSync(pictures, { recursive: true });
  });
  afterAll(async () => {
    await browser.close();
    process.stdout.write(`pictures of the first screen: ${pictures}\n`);
  });
  beforeEach(async () => {
    hasKeys = false;
    problems.length = 0;
    door = await SmallDoor.open(({ rig, metrics, table }) => {
      rig.clock.set(Date.parse('2026-03-01T09:30:00Z'));
      addFirstScreen(table, { engine: rig.engine, clock: new SystemClock(), metrics, hasKeys: () => hasKeys, demo });
    });
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await door.close();
    if (problems.length > 0) throw new Error(problems.join('\n'));
  });

  async function open(options: BrowserContextOptions = {}, url = door.url): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => (message.type() === 'error' ? problems.push(message.text()) : undefined));
    await page.goto(url);
    return page;
  }

  async function picture(page: Page, name: string): Promise<void> {
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  }

  /** Runs axe in the page. The policy of the page forbids scripts from elsewhere, so it is run by the debugger, not added as one. */
  async function findings(page: Page): Promise<string[]> {
    const run = `${axe.source}; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`;
    const result = await page.evaluate<axe.AxeResults>(run);
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  }

  const overflow = (page: Page): Promise<number> =>
    page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

  async function aVisit(): Promise<void> {
    const items = ['tea', 'cup', 'pot', 'jam'].map((id) => ({ id, title: `The ${id}` }));
    await door.rig.engine.upsertItems(items);
    await door.rig.say('ann', 'granted', 'personalise', 'train');
    await door.rig.visit('ann', 'tea', 'cup');
  }

  test('waits, then shows the event, the profile, the decision and why, with no reload', async () => {
    const page = await open();
    expect(await page.textContent('h1')).toBe('Waiting for your first event');
    expect(await findings(page)).toEqual([]);
    await picture(page, 'empty');
    await aVisit();
    await page.waitForSelector('.is-live');
    // Who it was comes a moment later: when it stands in the log that it is shown.
    await page.locator('h1', { hasText: /^ann viewed The cup$/ }).waitFor();
    const text = (await page.textContent('#now')) ?? '';
    for (const part of ['personalise granted', 'item.viewed', 'The jam', 'permission to personalise', 'nobody was answered'])
      expect(text).toContain(part);
    expect(await page.textContent('.change ins')).not.toBe('');
    expect(await page.textContent('#say')).toMatch(/is in, and changed the profile\.$/);
    expect(await findings(page)).toEqual([]);
    await picture(page, 'live');
  });

  test('over the real door, by the very lines that the page shows', async () => {
    const doorway = await Doorway.open((rig) => {
      rig.clock.set(new SystemClock().now());
      return { clock: new SystemClock() };
    });
    try {
      const page = await open({}, doorway.url);
      for (const line of ['#line-items', '#line-event']) {
        const { stdout } = await promisify(execFile)('sh', ['-c', (await page.textContent(line)) ?? '']);
        expect(JSON.parse(stdout)).toMatchObject({ success: true });
      }
      await page.locator('h1', { hasText: 'ada viewed Green tea' }).waitFor();
      expect(await page.textContent('.chips')).toContain('personalise granted');
      expect(await page.locator('.ranked li').count()).toBe(3);
      await picture(page, 'pasted');
      await doorway.post('/v1/batch', {
        type: 'track',
        event: 'Product Viewed',
        userId: 'bob',
        messageId: 'm',
        properties: { product_id: 'cup' },
      });
      await page.locator('.note').waitFor();
      await page.close();
    } finally {
      await doorway.close();
    }
  });

  test('says kindly that an event without a yes was turned away', async () => {
    const page = await open();
    door.metrics.batch(1, 0, [{ index: 0, code: 'no_grant' }]);
    await page.waitForSelector('.note');
    expect(await page.textContent('.note')).toContain('nobody had said yes');
    expect(await page.textContent('#line-event')).toContain('"personalise": true');
    expect(await findings(page)).toEqual([]);
    await picture(page, 'turned-away');
  });

  test('in the dark', async () => {
    await aVisit();
    const page = await open({ colorScheme: 'dark' });
    await page.waitForSelector('.is-live');
    expect(await findings(page)).toEqual([]);
    await picture(page, 'dark');
  });

  test('at 320 pixels nothing is cut off, empty or live', async () => {
    const page = await open({ viewport: { width: 320, height: 640 } });
    expect(await overflow(page)).toBe(0);
    await picture(page, 'narrow-empty');
    await aVisit();
    await page.waitForSelector('.is-live');
    expect(await overflow(page)).toBe(0);
    expect(await findings(page)).toEqual([]);
    await picture(page, 'narrow');
  });

  test('without scripts everything is there, and the link looks again', async () => {
    const page = await open({ javaScriptEnabled: false });
    expect(await page.textContent('h1')).toBe('Waiting for your first event');
    expect(await page.locator('[data-copy]').first().isVisible()).toBe(false);
    await aVisit();
    await page.click('#again');
    expect(await page.textContent('h1')).toBe('ann viewed The cup');
  });

  test('by keyboard: each target in turn, seen, big enough, and Pause holds', async () => {
    await aVisit();
    const page = await open();
    await page.waitForSelector('#pause:visible');
    const seen: string[] = [];
    for (let step = 0; step < 14; step += 1) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate<{ name: string; outlined: boolean; height: number }>(`(() => {
        const e = document.activeElement;
        const name = e === document.body ? '' : e.id || e.textContent.trim().slice(0, 60);
        return { name, outlined: getComputedStyle(e).outlineStyle !== 'none', height: e.getBoundingClientRect().height };
      })()`);
      if (at.name === '' || seen.includes(at.name)) break;
      expect(at, at.name).toMatchObject({ outlined: true });
      if (!at.name.startsWith('{') && !/metrics|health|OpenAPI/.test(at.name)) expect(at.height, at.name).toBeGreaterThanOrEqual(24);
      seen.push(at.name);
    }
    expect(seen.some((name) => name.startsWith('Start the synthetic'))).toBe(true);
    expect(seen.slice(1, 3)).toEqual(['again', 'pause']);
    await page.focus('#pause');
    await page.keyboard.press('Enter');
    expect(await page.getAttribute('#pause', 'aria-pressed')).toBe('true');
    await door.rig.visit('ann', 'jam');
    await page.waitForTimeout(900);
    expect(await page.textContent('h1')).toBe('ann viewed The cup');
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'The jam' }).waitFor();
  });

  test('a copy button copies its line', async () => {
    const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    await page.click('[data-copy=line-event]');
    await page.locator('#say', { hasText: 'Copied.' }).waitFor({ state: 'attached' });
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await page.textContent('#line-event'));
  });

  test('a secret key opens the page of a server with keys, and ids are masked there', async () => {
    const made: Record<string, string> = {};
    const doorway = await Doorway.open(async ({ disk, clock }) => {
      const store = new KeyStore(disk, new SeededEntropy(3));
      for (const kind of ['write', 'secret'] as const) {
        const key = await store.add(kind, clock.now());
        if (key.ok) made[kind] = key.value.text;
      }
      const keys = new KeyRing({ store, clock });
      keys.watch();
      return { keys };
    });
    try {
      await doorway.rig.say('customer-7', 'granted', 'personalise');
      await doorway.rig.visit('customer-7', 'tea');
      const page = await open({}, doorway.url);
      expect(await page.textContent('h1')).toBe('This server has keys');
      await page.fill('#key', made['write'] ?? '');
      await page.keyboard.press('Enter');
      await page.locator('#say', { hasText: 'does not open this page' }).waitFor();
      await page.fill('#key', made['secret'] ?? '');
      await page.keyboard.press('Enter');
      await page.locator('h1', { hasText: 'cu\u2026 viewed tea' }).waitFor();
      expect(await page.content()).not.toContain('customer-7');
      problems.length = 0; // the browser notes the 403 of the write key
      await page.close();
    } finally {
      await doorway.close();
    }
  });

  test('a server with keys shows nothing of anybody', async () => {
    hasKeys = true;
    await aVisit();
    const page = await open();
    expect(await page.textContent('h1')).toBe('This server has keys');
    expect(await page.textContent('body')).not.toContain('ann');
    expect(await findings(page)).toEqual([]);
    await picture(page, 'locked');
  });
});
