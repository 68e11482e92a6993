// The panel in Chromium, under the same strict policy: without a finding of axe in light and dark, in each language, small; refusing as
// easy as accepting; worked by keyboard alone. ETHOGRAM_SCREENSHOTS=DIR keeps pictures of it.
import axe from 'axe-core';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PageWorld, personOf, stored, until } from '../pages.suite.js';
import { languages } from './words.js';

const pictures = process.env['ETHOGRAM_SCREENSHOTS'];

describe('the panel', () => {
  let world: PageWorld;
  beforeAll(async () => {
    world = await PageWorld.open();
    if (pictures !== undefined) mkdirSync(pictures, { recursive: true });
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  async function opened(lang: string, how: BrowserContextOptions & { gpc?: boolean } = {}, options = ''): Promise<Page> {
    const script = `import { openPanel } from '/panel.js';
      connected();
      window.again = (options) => { window.chosen = 'waits'; openPanel(ethogram, options).then((each) => { window.chosen = each; }); };
      again({ purposes: ['analytics', 'personalise', 'train', 'share'], policy: '/privacy', ${options} });`;
    const page = await world.page(await world.somebody(how), {
      script,
      lang,
      body: '<button id="foot" data-ethogram-ask>Privacy</button>',
    });
    await page.locator('dialog').waitFor();
    return page;
  }

  async function findings(page: Page): Promise<string[]> {
    const run = `${axe.source}; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`;
    const result = await page.evaluate<axe.AxeResults>(run);
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  }

  async function picture(page: Page, name: string): Promise<void> {
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `panel-${name}.png`) });
  }

  /** What has the focus in the panel; '' when that is elsewhere. */
  const focused = (page: Page): Promise<string> =>
    page.evaluate(`(() => {
      const at = document.querySelector('ethogram-panel')?.shadowRoot.activeElement;
      return at ? at.name || at.id || at.textContent : '';
    })()`);

  for (const [lang, words] of Object.entries(languages)) {
    test.each(['light', 'dark'] as const)(
      `${lang}, %s, wide and at 320 pixels: no finding of axe, nothing cut off`,
      async (colorScheme) => {
        const page = await opened(`${lang}-XX`, { colorScheme });
        expect(await page.textContent('dialog h2')).toBe(words.title);
        expect(
          await page.evaluate("getComputedStyle(document.querySelector('ethogram-panel').shadowRoot.querySelector('dialog')).direction"),
        ).toBe(words.dir);
        expect(await findings(page)).toEqual([]);
        await picture(page, `${lang}-${colorScheme}`);
        await page.setViewportSize({ width: 320, height: 640 });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
        expect(await page.locator('dialog').evaluate((dialog) => dialog.scrollWidth <= dialog.clientWidth)).toBe(true);
        expect(await findings(page)).toEqual([]);
        await picture(page, `${lang}-${colorScheme}-small`);
      },
    );
  }

  test('axe would find it: a fault planted in the panel', async () => {
    const page = await opened('en');
    await page.locator('dialog').evaluate((dialog) => dialog.querySelector('label span')?.remove());
    expect((await findings(page)).join()).toContain('label');
  });

  test('a language that it does not speak: English, and marked as such', async () => {
    const page = await opened('eo');
    expect([await page.textContent('dialog h2'), await page.getAttribute('ethogram-panel', 'lang')]).toEqual([languages.en.title, 'en']);
  });

  test('refusing is as easy as accepting: same layer, same size, same look; nothing is ticked', async () => {
    for (const viewport of [
      { width: 800, height: 600 },
      { width: 320, height: 900 },
    ]) {
      const page = await opened('de', { viewport });
      const looks = await Promise.all(
        [languages.de.refuse, languages.de.accept].map((name) =>
          page.getByRole('button', { name, exact: true }).evaluate((button) => {
            const { color, backgroundColor, borderColor, fontSize, fontWeight, opacity } = getComputedStyle(button);
            const { width, height } = button.getBoundingClientRect();
            return { color, backgroundColor, borderColor, fontSize, fontWeight, opacity, width, height };
          }),
        ),
      );
      expect(looks[0]).toEqual(looks[1]);
      expect(looks[0]).toMatchObject({ height: expect.toSatisfy((height: number) => height >= 44) });
      const switches = page.getByRole('switch');
      expect(await switches.count()).toBe(4);
      for (const each of await switches.all()) expect(await each.isChecked()).toBe(false);
    }
  });

  test.each([
    ['refuse', {}],
    ['accept', { id: true }],
  ] as const)('one press: %s', async (which, { id = false }: { readonly id?: boolean }) => {
    const page = await opened('en');
    expect(await stored(page)).toEqual({});
    await page.getByRole('button', { name: languages.en[which], exact: true }).click();
    await until(async () => (await page.locator('dialog').count()) === 0, 'closed');
    const yes = which === 'accept';
    const person = await personOf(page);
    expect([person.choices, person.id !== undefined]).toEqual([{ analytics: yes, personalise: yes, train: yes, share: yes }, id]);
    expect(await page.evaluate('[chosen.share, ethogram.mustAsk()]')).toEqual([yes, false]);
  });

  test('by keyboard alone: to it, one switch on, save; open again and take it back', async () => {
    const page = await opened('en', { reducedMotion: 'reduce' });
    expect(await focused(page)).toBe('title');
    const order: string[] = [];
    for (let step = 0; step < 8; step += 1) {
      await page.keyboard.press('Tab');
      order.push(await focused(page));
      const outline = "getComputedStyle(document.querySelector('ethogram-panel').shadowRoot.activeElement).outlineStyle";
      expect(await page.evaluate(outline), order.at(-1)).toBe('solid');
      if (order.at(-1) === 'analytics') await page.keyboard.press('Space');
      if (order.at(-1) === languages.en.save) break;
    }
    const { refuse, accept, save } = languages.en;
    expect(order).toEqual(['analytics', 'personalise', 'train', 'share', refuse, accept, save]);
    await page.keyboard.press('Enter');
    expect((await personOf(page)).choices).toEqual({ analytics: true, personalise: false, train: false, share: false });
    const { id } = await personOf(page);
    await until(() => world.events(id) >= 2, 'the choice and the page have arrived');
    await page.focus('#foot');
    await page.evaluate("again({ purposes: ['analytics', 'personalise'], modal: true })");
    expect(await page.getByRole('switch', { name: languages.en.purposes.analytics[0] }).isChecked()).toBe(true);
    // Over the page: the keyboard does not leave it for what lies beneath.
    for (let step = 0; step < 8; step += 1) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate("document.activeElement.id === 'foot'")).toBe(false);
      if ((await focused(page)) === refuse) break;
    }
    await page.keyboard.press('Space');
    expect((await personOf(page)).choices).toEqual({ analytics: false, personalise: false });
    expect(await personOf(page)).not.toHaveProperty('id');
    expect(await page.evaluate('document.activeElement.id')).toBe('foot');
    await until(() => {
      const profile = world.engine.profile(id);
      return profile.ok && profile.value.consent?.stands.analytics?.choice === 'withdrawn';
    }, 'the server knows');
  });

  test.each([false, true])('Escape says nothing: closed without a choice, asked again (modal: %s)', async (modal) => {
    const page = await opened('en', {}, `modal: ${modal}`);
    await page.keyboard.press('Escape');
    await until(async () => (await page.evaluate('chosen')) === null, 'closed');
    expect([await stored(page), await page.evaluate('ethogram.mustAsk()'), await page.locator('dialog').count()]).toEqual([{}, true, 0]);
    expect(await page.evaluate('document.documentElement.style.scrollPaddingBottom')).toBe('');
  });

  test('with Global Privacy Control it says so, and a yes given here counts', async () => {
    const page = await opened('fr', { gpc: true });
    expect(await page.textContent('#intro')).toContain(languages.fr.signal);
    await page.getByRole('button', { name: languages.fr.accept }).click();
    expect((await personOf(page)).choices['personalise']).toBe(true);
  });

  test('by the snippet: asked when nobody was, not again, and again by a press of the page\u2019s own button', async () => {
    const snippet = `src="/ethogram.iife.js" data-url="${world.url}" data-write-key="${world.writeKey}" data-panel="/panel.js"
      data-purposes="analytics personalise misspelt" data-policy="/privacy"`;
    const context = await world.somebody();
    const sheet = { snippet, lang: 'ar', body: '<button data-ethogram-ask><b>Privacy</b></button>' };
    const page = await world.page(context, sheet);
    await page.getByRole('button', { name: languages.ar.accept }).click();
    const { id } = await personOf(page);
    await until(() => world.events(id) >= 2, 'the choice and the page have arrived');
    await page.reload();
    await page.waitForFunction('window.ethogram !== undefined');
    await page.waitForTimeout(200);
    expect(await page.locator('dialog').count()).toBe(0);
    await page.click('b');
    await page.getByRole('button', { name: languages.ar.refuse }).click();
    expect(await personOf(page)).not.toHaveProperty('id');
  });
});
