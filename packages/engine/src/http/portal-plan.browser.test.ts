// The page of a plan, and what who came along sees of it, in a real browser: axe finds nothing, and nothing is cut off, at 320 pixels,
// dark, right to left; without scripts its stops are read in order, and a button on it is pressed by keyboard. Pictures go to
// ETHOGRAM_SCREENSHOTS, or a temporary folder.
import axe from 'axe-core';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { travel } from '../packs/travel.js';
import { annPlans, annTravels, linkFor, portalDoor, unmarked } from './portal.suite.js';
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

const looks = [
  ['en', 'light', 1024, false],
  ['de', 'dark', 320, true],
  ['fr', 'light', 320, true],
  ['ar', 'dark', 320, true],
] as const;

/** Takes a picture; with axe, nothing is cut off and nothing found. */
async function look(page: Page, picture: string, withAxe: boolean): Promise<void> {
  await page.screenshot({ path: join(pictures, `${picture}.png`), fullPage: true });
  if (!withAxe) return;
  expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const run = `${axe.source}; axe.run(document, { runOnly: ${JSON.stringify(tags)} })`;
  const { violations } = await page.evaluate<axe.AxeResults>(run);
  expect(violations.map(({ id: rule, nodes }) => [rule, nodes.map(({ html }) => html)])).toEqual([]);
}

test.each(looks)('the why of a plan: %s, %s, %i pixels', async (lang, colorScheme, width, withAxe) => {
  const doorway = await portalDoor({ packs: [travel] });
  try {
    await annTravels(doorway);
    const { id, stops } = await annPlans(doorway);
    const words = portalLanguages[lang];
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 }, javaScriptEnabled: withAxe });
    const page = await context.newPage();
    await page.goto(`${await linkFor(doorway, 'ann')}&lang=${lang}`);
    await page.click('main button');
    await page.click(`a[href^="/me/decisions/${id}"]`);
    expect(await page.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
      words.plan.stops,
      words.used,
      words.notUsed,
      words.plan.leftOut,
    ]);
    const names = (await page.locator('ol > li h3').allTextContents()).map(unmarked);
    expect(names.map((name) => name.replace(/^\S+ /, ''))).toEqual(stops.map(({ item }) => `The ${item}`));
    await look(page, `plan-${lang}-${colorScheme}-${width}`, withAxe);
    await page.getByRole('button', { name: words.plan.stopWishes }).focus();
    await Promise.all([page.waitForURL(/done=chosen/), page.keyboard.press('Enter')]);
    expect(doorway.rig.engine.core.gate.standing('ann')?.stands['personalise']?.choice).toBe('withdrawn');
    await context.close();
  } finally {
    await doorway.close();
  }
});

test.each(looks)('what was put into the plan of another: %s, %s, %i pixels', async (lang, colorScheme, width, withAxe) => {
  const doorway = await portalDoor({ packs: [travel] });
  try {
    await annTravels(doorway);
    await annPlans(doorway);
    const { plan, quote } = portalLanguages[lang];
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 }, javaScriptEnabled: withAxe });
    const page = await context.newPage();
    await page.goto(`${await linkFor(doorway, 'bob')}&lang=${lang}`);
    await page.click('main button');
    expect((await page.locator('#decisions .card li').allTextContents()).map(unmarked)).toEqual([plan.joinedAvoid(quote('The park'))]);
    await look(page, `joined-${lang}-${colorScheme}-${width}`, withAxe);
    await page.getByRole('button', { name: plan.stopWishes }).focus();
    await Promise.all([page.waitForURL(/done=chosen/), page.keyboard.press('Enter')]);
    expect(doorway.rig.engine.core.gate.standing('bob')?.stands['personalise']?.choice).toBe('withdrawn');
    await context.close();
  } finally {
    await doorway.close();
  }
});
