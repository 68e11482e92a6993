// The portal in a real browser with scripts off: every right from the link to its effect in the engine, by mouse and by keyboard alone; how
// many clicks each takes; what each page weighs; axe (which needs scripts, so in a context of its own); 320 pixels, dark, right to left.
// Needs Chromium: /usr/bin/chromium, or where ETHOGRAM_CHROMIUM says. Pictures go to ETHOGRAM_SCREENSHOTS, or a temporary folder.
import axe from 'axe-core';
import { mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkReceipt } from '../answer/receipt/check-receipt.js';
import { unzipped } from '../answer/zip.suite.js';
import type { Doorway } from './doorway.suite.js';
import { annVisits, linkFor, portalDoor } from './portal.suite.js';
import { portalLanguages, type PortalLanguage } from './portal-words.js';

const executablePath = process.env['ETHOGRAM_CHROMIUM'] ?? '/usr/bin/chromium';
const pictures = process.env['ETHOGRAM_SCREENSHOTS'] ?? join(tmpdir(), 'ethogram-portal');
const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
const words = portalLanguages.en;
const bytesMax = 30_000;

describe('the portal', () => {
  let browser: Browser;
  let doorway: Doorway;
  let decision: string;
  const problems: string[] = [];
  const weights = new Map<string, number>();

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-sync', ...quiet] });
    mkdirSync(pictures, { recursive: true });
  });
  afterAll(async () => {
    await browser.close();
    const heaviest = [...weights].sort(([, a], [, b]) => b - a).map(([name, bytes]) => `${name} ${bytes}`);
    process.stdout.write(`pictures of the portal: ${pictures}\nbytes of each page with its style: ${heaviest.join(', ')}\n`);
  });
  beforeEach(async () => {
    problems.length = 0;
    doorway = await portalDoor();
    decision = await annVisits(doorway);
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await doorway.close();
    if (problems.length > 0) throw new Error(problems.join('\n'));
  });

  function visitor(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    return browser.newContext({ viewport: { width: 1024, height: 900 }, locale: 'en-GB', javaScriptEnabled: false, ...options });
  }

  /** Through a fresh link and its one button. Weighs every page that comes. */
  async function enter(options: BrowserContextOptions = {}, subject = 'ann'): Promise<Page> {
    const page = await (await visitor(options)).newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (response.status() >= 400) problems.push(`${response.status()} ${pathname}`);
      if (response.status() !== 200 || !pathname.startsWith('/me') || pathname === '/me.css' || pathname === '/me/download') return;
      void weigh(pathname, () => response.body());
    });
    await page.goto(await linkFor(doorway, subject));
    await page.click('main button');
    await page.waitForSelector('#purposes, .said');
    return page;
  }

  let styleBytes = 0;
  async function weigh(pathname: string, body: () => Promise<Buffer>): Promise<void> {
    try {
      styleBytes ||= (await (await fetch(`${doorway.url}/me.css`)).arrayBuffer()).byteLength;
      const name = pathname.replace(/\/(decisions|receipts|requests)\/.*/, '/$1/ID');
      weights.set(name, Math.max(weights.get(name) ?? 0, (await body()).length + styleBytes));
    } catch {
      // the page was left before its body was read
    }
  }

  const stands = (subject = 'ann'): Record<string, string> =>
    Object.fromEntries(
      Object.entries(doorway.rig.engine.core.gate.standing(subject)?.stands ?? {}).map(([name, { choice }]) => [name, choice]),
    );

  /** Presses what is named, and counts it. */
  class Clicks {
    count = 0;
    readonly #page: Page;

    constructor(page: Page) {
      this.#page = page;
    }

    async press(selector: string): Promise<void> {
      this.count += 1;
      await this.#page.click(selector);
    }
  }

  const said = (page: Page): Promise<string | null> => page.textContent('.said[role=status]');

  test('a purpose: refusing takes as many clicks as allowing, on buttons of the same size', async () => {
    const page = await enter();
    const counts: number[] = [];
    for (const [value, choice] of [
      ['refused', 'withdrawn'],
      ['granted', 'granted'],
    ] as const) {
      await page.goto(`${doorway.url}/me`);
      doorway.rig.clock.advance(1000);
      const clicks = new Clicks(page);
      await clicks.press(`#purpose-personalise button[value=${value}]`);
      expect([await said(page), stands()['personalise']]).toEqual([words.done.chosen, choice]);
      counts.push(clicks.count);
    }
    expect(counts).toEqual([1, 1]);
    for (const purpose of ['personalise', 'train', 'analytics']) {
      const boxes = await Promise.all(
        ['granted', 'refused'].map((value) => page.locator(`#purpose-${purpose} button[value=${value}]`).boundingBox()),
      );
      expect(boxes[0]?.width).toBe(boxes[1]?.width);
      expect(boxes[0]?.height).toBe(boxes[1]?.height);
      expect(boxes[0]?.height).toBeGreaterThanOrEqual(44);
    }
    const all = new Clicks(page);
    await all.press('form:has([value=all]) button[value=refused]');
    expect([all.count, new Set(Object.values(stands()))]).toEqual([1, new Set(['withdrawn', 'denied'])]);
  });

  test('why: two sentences, what was used and what was not, and a button against each use', async () => {
    const page = await enter();
    await page.click(`a[href^="/me/decisions/${decision}"]`);
    const sentences = await page.locator('h1 ~ p').allTextContents();
    expect(sentences[0]).toContain('stood in first place because you looked at');
    expect(sentences[1]).toMatch(/^Had you not looked at .* would stand there\.$/);
    const uses = page.locator('h2 + ul.cards .card');
    expect(await uses.count()).toBe(3); // the visit, the others, what the page left out
    await page.click(`text=${words.stopVisit}`);
    expect([await said(page), stands()['personalise']]).toEqual([words.done.chosen, 'withdrawn']);
  });

  test('correct, download, object, freeze', async () => {
    const page = await enter();
    const correcting = new Clicks(page);
    await correcting.press(`text=${words.seeEach}`);
    await correcting.press('.card a');
    await page.fill('input[name="p.product_id"]', 'mug');
    await correcting.press(`button:text-is("${words.save}")`);
    expect([await said(page), correcting.count]).toEqual([words.done.corrected, 3]);
    const known = doorway.rig.engine.profile('ann');
    expect(known.ok && JSON.stringify(known.value.traits)).toContain('mug');

    const [download] = await Promise.all([page.waitForEvent('download'), page.click('a[href^="/me/download"]')]);
    expect(download.suggestedFilename()).toBe('my-data.zip');
    const files = unzipped(readFileSync(await download.path()));
    expect(JSON.parse(files.get('profile.json') ?? '{}')).toMatchObject({ subject: 'ann' });
    expect(files.get('index.html')).toContain('<html');

    await page.click(`button:text-is("${words.freeze}")`);
    expect([await said(page), doorway.rig.engine.core.gate.standing('ann')?.restricted]).toEqual([words.done.frozen, true]);
    await page.click(`button:text-is("${words.thaw}")`);
    expect(doorway.rig.engine.core.gate.standing('ann')?.restricted).toBeUndefined();

    const objecting = new Clicks(page);
    await objecting.press(`button:text-is("${words.object}")`);
    expect([await said(page), objecting.count, new Set(Object.values(stands()))]).toEqual([words.done.chosen, 1, new Set(['objected'])]);
  });

  test('ask a human about a decision', async () => {
    const page = await enter();
    const clicks = new Clicks(page);
    await clicks.press(`a[href^="/me/decisions/${decision}"]`);
    await page.fill('#wish', 'Why the cup?');
    await clicks.press(`button:text-is("${words.human}")`);
    expect([await said(page), clicks.count]).toEqual([words.done.asked, 2]);
    const [asked] = doorway.rig.engine.desk.list();
    expect(asked).toMatchObject({ subject: 'ann', kind: 'human_review', proof: 'link', wish: { text: 'Why the cup?', decision } });
    expect(await page.textContent('#requests')).toContain('by April 1, 2026');
    await doorway.rig.engine.desk.answer(asked?.request ?? '', 'The cup was right.');
    await page.click('#requests a');
    expect(await page.textContent('main')).toMatch(/Answered on March 1, 2026[^]*The cup was right\./);
  });

  test('why of a choice: two sentences, what was used and what was not, and a button against each use', async () => {
    const chosen = await doorway.rig.engine.chooseAction({ point: 'offer', subject: 'ann', segment: 'morning' });
    await doorway.rig.engine.drain();
    const page = await enter();
    await page.click(`a[href^="/me/decisions/${chosen.ok ? chosen.value.id : ''}"]`);
    const uses = page.locator('h2 + ul.cards .card');
    expect(await uses.count()).toBeGreaterThanOrEqual(3);
    await page.click(`text=${words.stopPerson}`);
    expect([await said(page), stands()['personalise']]).toEqual([words.done.chosen, 'withdrawn']);
  });

  test('forget, with the receipt; afterwards nobody is in, and nothing is known', async () => {
    const page = await enter();
    const clicks = new Clicks(page);
    await clicks.press(`a:text-is("${words.forget}")`);
    await clicks.press(`button:text-is("${words.forgetSure}")`);
    expect([await page.textContent('h1'), clicks.count]).toEqual([words.receipt, 2]);
    expect(await page.textContent('main')).toContain(words.cannotProve);
    const [download] = await Promise.all([page.waitForEvent('download'), clicks.press(`button:text-is("${words.receiptFile}")`)]);
    expect([download.suggestedFilename(), clicks.count]).toEqual(['erasure-receipt.json', 3]);
    const file = readFileSync(await download.path());
    expect(checkReceipt(file, doorway.rig.engine.ledger.keys(), 'ann')).toMatchObject({
      ok: true,
      check: { kind: 'erasure', concerns: true },
    });
    expect(doorway.rig.engine.profile('ann')).toMatchObject({ ok: false, code: 'subject_unknown' });
    await page.goto(`${doorway.url}/me`);
    expect(await page.textContent('h1')).toBe(words.endedTitle);
    expect(problems.splice(0)).toEqual(['403 /me']);
  });

  test('by keyboard alone: in, refuse, allow, correct, forget', async () => {
    const page = await (await visitor()).newPage();
    await page.goto(await linkFor(doorway, 'ann'));
    /** Tabs on to what has this text or label, and presses Enter; every stop on the way is outlined. */
    const go = async (wanted: RegExp, key = 'Enter'): Promise<void> => {
      for (let step = 0; step < 60; step += 1) {
        await page.keyboard.press('Tab');
        const at = await page.evaluate<{ name: string; outline: string }>(`(() => {
          const e = document.activeElement;
          return { name: e.textContent.trim(), outline: getComputedStyle(e).outlineStyle };
        })()`);
        expect(at.outline).not.toBe('none');
        const { name } = at;
        if (!wanted.test(name)) continue;
        if (key !== '') await Promise.all([page.waitForEvent('load'), page.keyboard.press(key)]);
        return;
      }
      throw new Error(`nothing is called ${wanted.source}`);
    };
    await go(/^Open my page$/);
    await go(/^Refuse: To suggest/);
    expect(stands()['personalise']).toBe('withdrawn');
    doorway.rig.clock.advance(1000);
    await go(/^Allow: To suggest/, 'Space');
    expect(stands()['personalise']).toBe('granted');
    await go(/^See each one/);
    await go(/^Correct: looked/);
    await page.keyboard.press('Tab');
    await page.locator('input[name="p.product_id"]').focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('mug');
    await go(/^Save$/);
    expect(await said(page)).toBe(words.done.corrected);
    await go(/^Forget me$/);
    await go(/^Forget me now$/);
    expect(await page.textContent('h1')).toBe(words.receipt);
  });

  /** Every kind of page, of somebody for whom something was chosen and who asked for something. */
  async function pages(): Promise<[name: string, path: string][]> {
    const { engine } = doorway.rig;
    const chosen = await engine.chooseAction({ point: 'offer', subject: 'ann', segment: 'morning' });
    const asked = await engine.desk.open('ann', 'human_review', { kind: 'visit', by: 'link' }, { text: 'Why?', decision });
    if (!chosen.ok || !asked.ok) throw new Error('not made');
    const { request } = asked.value;
    await engine.desk.extend(request, 'Many were asked.');
    await engine.desk.answer(request, 'Because of the tea.');
    await engine.desk.open('ann', 'access', { kind: 'visit', by: 'link' });
    await engine.drain();
    return [
      ['me', '/me'],
      ['events', '/me/events'],
      ['decision', `/me/decisions/${decision}`],
      ['choice', `/me/decisions/${chosen.value.id}`],
      ['request', `/me/requests/${request}`],
      ['forget', '/me/forget'],
    ];
  }

  /** Runs axe in the page; its policy forbids scripts from elsewhere, so it is run by the debugger, not added as one. */
  async function findings(page: Page): Promise<string[]> {
    const run = `${axe.source}; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`;
    const result = await page.evaluate<axe.AxeResults>(run);
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  }

  const overflow = (page: Page): Promise<number> =>
    page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

  test.each([
    ['en', 'light', 1024],
    ['de', 'dark', 1024],
    ['fr', 'light', 320],
    ['ar', 'dark', 320],
    ['ar', 'light', 1024],
  ] as const)('axe finds nothing, and nothing is cut off: %s, %s, %i pixels', async (tag, colorScheme, width) => {
    const lang: PortalLanguage = tag;
    const page = await enter({ javaScriptEnabled: true, colorScheme, viewport: { width, height: 800 } });
    for (const [name, path] of await pages()) {
      await page.goto(`${doorway.url}${path}?lang=${lang}`);
      expect([lang, path, await findings(page)]).toEqual([lang, path, []]);
      expect([lang, path, await overflow(page)]).toEqual([lang, path, 0]);
      expect(await page.getAttribute('html', 'dir')).toBe(portalLanguages[lang].dir);
      await page.screenshot({ path: join(pictures, `${name}-${lang}-${colorScheme}-${width}.png`), fullPage: true });
    }
    await page.goto(`${doorway.url}/me/events?lang=${lang}`);
    await page.click('.card a');
    expect(await findings(page)).toEqual([]);
    await page.goto(`${await linkFor(doorway, 'ann')}&lang=${lang}`);
    expect(await findings(page)).toEqual([]);
    await page.click('main button');
    await page.goto(`${doorway.url}/me/forget?lang=${lang}`);
    await page.click('main form button');
    expect([await page.textContent('h1'), await findings(page)]).toEqual([portalLanguages[lang].receipt, []]);
    expect(await overflow(page)).toBe(0);
    await page.screenshot({ path: join(pictures, `receipt-${lang}-${colorScheme}-${width}.png`), fullPage: true });
  });

  test('with scripts or without, the pages are the same and weigh at most 30 kB', async () => {
    const page = await enter();
    for (const [, path] of await pages()) {
      await page.goto(doorway.url + path);
      await page.waitForLoadState('networkidle');
    }
    expect(weights.size).toBeGreaterThanOrEqual(4);
    for (const [name, bytes] of weights) expect([name, bytes <= bytesMax]).toEqual([name, true]);
    expect(await page.locator('script').count()).toBe(0);
  });
});
