// The pages of the evidence in a real browser: no finding of axe in light and dark, nothing wider than 320 px, every link reached by Tab.
// Needs Chromium: /usr/bin/chromium, or where ETHOGRAM_CHROMIUM says. Pictures go to ETHOGRAM_SCREENSHOTS, if that is set.
import axe from 'axe-core';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Rig } from '../../runtime/rig.suite.js';
import { evidenceFacts } from '../../runtime/evidence-facts.js';
import { evidenceOf } from './evidence.js';
import { evidencePages, type Page as EvidencePage } from './evidence-pages.js';

const executablePath = process.env['ETHOGRAM_CHROMIUM'] ?? '/usr/bin/chromium';
const pictures = process.env['ETHOGRAM_SCREENSHOTS'];

describe('the pages of the evidence', () => {
  let browser: Browser;
  let pages: readonly EvidencePage[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-gpu'] });
    const rig = await Rig.open();
    await rig.say('ann', 'granted', 'personalise', 'train');
    await rig.visit('ann', 'tea', 'cup');
    await rig.engine.answers.act({ what: 'breach.recorded', by: 'operator', why: 'a text & some <b>marks</b>', about: '' });
    await rig.engine.erase(['ann']);
    const signed = rig.engine.ledger.checkpoint();
    if (!signed.ok) throw new Error(signed.code);
    pages = evidencePages(evidenceOf(evidenceFacts(rig.engine, rig.clock.now(), signed.value.size)));
  });
  afterAll(() => browser.close());

  async function open(html: string, colorScheme: 'light' | 'dark', width: number): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, javaScriptEnabled: true });
    const page = await context.newPage();
    await page.setContent(html);
    return page;
  }

  test('axe finds nothing, in light and dark, and nothing is wider than 320 px', async () => {
    // The others are made like `retention`.
    const kinds = pages.filter(({ name }) => ['index.html', 'retention.html', 'registry.html'].includes(name));
    expect(kinds).toHaveLength(3);
    for (const { name, html } of kinds) {
      for (const [scheme, width] of [
        ['light', 1280],
        ['dark', 320],
      ] as const) {
        const page = await open(html, scheme, width);
        const runOnly = JSON.stringify(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']);
        const { violations } = await page.evaluate<axe.AxeResults>(`${axe.source}; axe.run(document, { runOnly: ${runOnly} })`);
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
        expect(found, `${name} ${scheme} ${width}`).toEqual([]);
        expect(await page.evaluate<number>('document.documentElement.scrollWidth'), `${name} ${width}`).toBeLessThanOrEqual(width);
        if (pictures !== undefined)
          await page.screenshot({ path: join(pictures, `evidence-${name}-${scheme}-${width}.png`), fullPage: true });
        await page.context().close();
      }
    }
  }, 240_000);

  test('every link is reached by Tab, and shows that it is', async () => {
    const { html = '' } = pages.find(({ name }) => name === 'retention.html') ?? {};
    const page = await open(html, 'light', 800);
    const links = await page.evaluate<number>('document.links.length');
    expect(links).toBeGreaterThan(3);
    for (let at = 0; at < links; at += 1) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate<number>('[...document.links].indexOf(document.activeElement)')).toBe(at);
    }
    expect(await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  });
});
