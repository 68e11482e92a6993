// What stays of somebody who is erased, in a real browser: read without scripts, reached by keyboard, named for a screen reader, nothing
// cut off at 320 pixels, dark, right to left; axe finds nothing. Pictures go to ETHOGRAM_SCREENSHOTS, or a temporary folder.
import axe from 'axe-core';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isolated } from './portal-page.js';
import { annOwes, annVisits, invoice, invoiceLaw, linkFor, portalDoor } from './portal.suite.js';
import { portalLanguages } from './portal-words.js';

const executablePath = process.env['ETHOGRAM_CHROMIUM'] ?? '/usr/bin/chromium';
const pictures = process.env['ETHOGRAM_SCREENSHOTS'] ?? join(tmpdir(), 'ethogram-portal');
const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-sync', ...quiet] });
  mkdirSync(pictures, { recursive: true });
});
afterAll(() => browser.close());

async function findings(page: Page): Promise<string[]> {
  const run = `${axe.source}; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`;
  const { violations } = await page.evaluate<axe.AxeResults>(run);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

test.each([
  ['en', 'light', 1024, false],
  ['de', 'dark', 320, true],
  ['fr', 'light', 320, true],
  ['ar', 'dark', 320, true],
] as const)('what stays is read before the button and after it: %s, %s, %i pixels', async (lang, colorScheme, width, withAxe) => {
  const doorway = await portalDoor({ eventTypes: [invoice] });
  try {
    await annVisits(doorway);
    const hold = await annOwes(doorway);
    const words = portalLanguages[lang];
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 }, javaScriptEnabled: withAxe });
    const page = await context.newPage();
    const look = async (name: string, held = true): Promise<void> => {
      const section = page.getByRole('region', { name: words.kept });
      expect(await section.getByRole('heading', { level: 3 }).allTextContents()).toEqual([...(held ? [words.keptAll] : []), invoice.name]);
      const duty = words.keptDuty(words.quote(isolated(invoiceLaw)));
      expect(await section.getByRole('listitem').filter({ hasText: duty }).count()).toBe(1);
      expect(await section.getByText(words.keptHold(isolated(hold))).count()).toBe(held ? 1 : 0);
      expect(await page.textContent('main')).toContain(words.keptLead.join(' '));
      if (withAxe) {
        expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
        expect(await findings(page)).toEqual([]);
      }
      await page.screenshot({ path: join(pictures, `${name}-${lang}-${colorScheme}-${width}.png`), fullPage: true });
    };
    await page.goto(`${await linkFor(doorway, 'ann')}&lang=${lang}`);
    await page.click('main button');
    await page.goto(`${doorway.url}/me/forget?lang=${lang}`);
    await look('kept-before', false);
    // The button is reached past the section by keyboard.
    await page.locator('main form button').focus();
    await Promise.all([page.waitForURL(/\/me\/forget/), page.keyboard.press('Enter')]);
    await page.waitForSelector('form[action*="/me/receipts/"]');
    await look('kept-receipt');
    const path = (await page.getAttribute('form[action*="/me/receipts/"]', 'action'))?.replace('/file', '') ?? '';
    // Whoever has the number sees the same, without a session.
    await context.clearCookies();
    await page.goto(`${doorway.url}${path}?lang=${lang}`);
    await look('kept-number');
    await context.close();
  } finally {
    await doorway.close();
  }
});
