// The panel in Chromium, under the same strict policy: without a finding of axe in light and dark, in each language, small; refusing as
// easy as accepting; worked by keyboard alone. ETHOGRAM_SCREENSHOTS=DIR keeps pictures of it.
import axe from 'axe-core';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connected, PageWorld, personOf, stored, until } from '../pages.suite.js';
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

  async function opened(lang: string, how: BrowserContextOptions & { gpc?: boolean } = {}, options = '', more = ''): Promise<Page> {
    const script = `import { openPanel } from '/panel.js';
      connected();
      window.answers = [];
      window.again = (options) => {
        window.chosen = 'waits';
        openPanel(ethogram, options).then((each) => answers.push(window.chosen = each));
      };
      again({ purposes: ['analytics', 'personalise', 'train', 'share'], policy: '/privacy', ${options} });`;
    const page = await world.page(await world.somebody(how), {
      script,
      lang,
      body: `${more}<button id="foot" data-ethogram-ask>Privacy</button>`,
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
    for (let step = 0; step < 9; step += 1) {
      await page.keyboard.press('Tab');
      order.push(await focused(page));
      const outline = "getComputedStyle(document.querySelector('ethogram-panel').shadowRoot.activeElement).outlineStyle";
      expect(await page.evaluate(outline), order.at(-1)).toBe('solid');
      if (order.at(-1) === 'analytics') await page.keyboard.press('Space');
      if (order.at(-1) === languages.en.save) break;
    }
    const { close, policy, refuse, accept, save } = languages.en;
    expect(order).toEqual([close, 'analytics', 'personalise', 'train', 'share', policy, refuse, accept, save]);
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

  test('Close says nothing, and is as plain as the others', async () => {
    for (const modal of [false, true]) {
      const page = await opened('de', {}, `modal: ${modal}`);
      const { close, refuse, accept, save } = languages.de;
      const looks = await Promise.all(
        [close, refuse, accept, save].map((name) =>
          page.getByRole('button', { name, exact: true }).evaluate((button) => {
            const { color, backgroundColor, borderColor, borderWidth, fontSize, fontWeight, opacity } = getComputedStyle(button);
            const { height } = button.getBoundingClientRect();
            return { color, backgroundColor, borderColor, borderWidth, fontSize, fontWeight, opacity, height };
          }),
        ),
      );
      for (const look of looks) expect(look).toEqual(looks[0]);
      await page.getByRole('button', { name: close, exact: true }).click();
      await until(async () => (await page.evaluate('chosen')) === null, 'closed');
      expect([await stored(page), await page.evaluate('ethogram.mustAsk()'), await page.locator('dialog').count()]).toEqual([{}, true, 0]);
    }
  });

  test('the page replaces its body while the panel is open: closed without a choice, and opened again by a press', async () => {
    const page = await opened('en');
    const swap = `const body = document.createElement('body');
      body.append(Object.assign(document.createElement('button'), { id: 'next', textContent: 'Privacy' }));
      document.body.replaceWith(body);`;
    // At once, so that nothing but the call itself can notice.
    await page.evaluate(`${swap}; again({ purposes: ['analytics'] })`);
    expect(await page.evaluate('answers')).toEqual([null]);
    expect(await page.locator('dialog').count()).toBe(1);
    await page.getByRole('button', { name: languages.en.accept }).click();
    await until(async () => (await page.evaluate('chosen?.analytics')) === true, 'told');
    expect((await personOf(page)).choices).toEqual({ analytics: true });
    // And later: nobody asks, and the page gets back what it had.
    await page.evaluate("again({ purposes: ['analytics'] })");
    await page.evaluate(swap);
    await until(async () => (await page.evaluate('chosen')) === null, 'settled');
    expect(await page.evaluate('document.documentElement.style.scrollPaddingBottom')).toBe('');
    await page.focus('#next');
    await page.evaluate("again({ purposes: ['analytics'], modal: true })");
    expect([await page.locator('dialog').count(), await focused(page)]).toEqual([1, 'title']);
    await page.keyboard.press('Escape');
    expect(await page.evaluate('document.activeElement.id')).toBe('next');
  });

  test('closed, and asked for again before anybody was told: each is answered for itself', async () => {
    const page = await opened('en');
    await page.evaluate(`document.querySelector('ethogram-panel').shadowRoot.querySelector('button').click();
      again({ purposes: ['analytics'] })`);
    await page.waitForTimeout(100);
    expect([await page.locator('dialog').count(), await focused(page), await page.evaluate('answers')]).toEqual([1, 'title', [null]]);
    await page.getByRole('button', { name: languages.en.refuse }).click();
    await until(async () => (await page.locator('dialog').count()) === 0, 'closed');
    expect(await page.evaluate('answers')).toEqual([null, { analytics: false }]);
  });

  test('the person asks for it while it stands at the foot: it comes over the page, and goes back to where they were', async () => {
    const page = await opened('en');
    const isOver = (): Promise<boolean> => page.locator('dialog').evaluate((dialog) => dialog.matches(':modal'));
    await page.evaluate("again({ purposes: ['analytics'] })");
    expect([await isOver(), await page.locator('dialog').count()]).toEqual([false, 1]);
    await page.focus('#foot');
    await page.evaluate("again({ purposes: ['analytics'], modal: true })");
    expect([await isOver(), await page.locator('dialog').count(), await focused(page)]).toEqual([true, 1, 'title']);
    expect(await page.evaluate('[document.body.style.paddingBlockEnd, document.documentElement.style.scrollPaddingBottom]')).toEqual([
      '',
      '',
    ]);
    await page.waitForTimeout(100);
    expect([await isOver(), await page.evaluate('chosen')]).toEqual([true, 'waits']);
    // Asked for once more it stays as it is.
    await page.evaluate("again({ purposes: ['analytics'], modal: true })");
    expect([await isOver(), await focused(page)]).toEqual([true, 'title']);
    await page.keyboard.press('Escape');
    await until(async () => (await page.evaluate('chosen')) === null, 'closed');
    expect([await page.locator('dialog').count(), await page.evaluate('document.activeElement.id')]).toEqual([0, 'foot']);
    expect(await page.evaluate('answers')).toEqual([null, null, null, null]);
  });

  describe('at the foot of the page', () => {
    const links = (count: number): string =>
      Array.from({ length: count }, (_, at) => `<p>Paragraph ${at} <a href="#${at}">link ${at}</a></p>`).join('');
    const small = { width: 320, height: 256 };
    const phone = { width: 390, height: 844 };

    /** Whether any of what has the focus is to be seen, in the page or in the panel. */
    const isSeen = (page: Page): Promise<readonly [name: string, isSeen: boolean]> =>
      page.evaluate(`(() => {
        let root = document;
        while (root.activeElement?.shadowRoot) root = root.activeElement.shadowRoot;
        const at = root.activeElement;
        const { left, right, top, bottom } = at.getBoundingClientRect();
        const points = [[left + 2, top + 2], [right - 2, bottom - 2], [(left + right) / 2, (top + bottom) / 2]];
        const isSeen = at === document.body || points.some((each) => at.contains(root.elementFromPoint(...each)));
        return [at.name || at.id || at.textContent, isSeen];
      })()`);

    async function walked(page: Page, key: string): Promise<{ readonly seen: string[]; readonly hidden: string[] }> {
      const found = { seen: [] as string[], hidden: [] as string[] };
      for (let step = 0; step < 28; step += 1) {
        await page.keyboard.press(key);
        const [name, seen] = await isSeen(page);
        found[seen ? 'seen' : 'hidden'].push(name);
      }
      return found;
    }

    test.each([
      ['en', small, 12],
      ['de', small, 3],
      ['en', { width: 320, height: 568 }, 12],
      ['de', { width: 320, height: 568 }, 3],
      ['en', phone, 12],
      ['ar', phone, 3],
      ['fr', { width: 1280, height: 720 }, 12],
    ])('%s, %o, %d links: whatever has the focus is to be seen, forwards and backwards', async (lang, viewport, count) => {
      const page = await opened(lang, { viewport, reducedMotion: 'reduce' }, '', links(count));
      for (const key of ['Tab', 'Shift+Tab']) {
        const { seen, hidden } = await walked(page, key);
        expect(hidden, key).toEqual([]);
        expect(seen).toEqual(expect.arrayContaining(['link 0', `link ${count - 1}`, 'foot', 'analytics', 'share']));
      }
      await picture(page, `${lang}-foot-${viewport.width}-${viewport.height}`);
      expect(await findings(page)).toEqual([]);
    });

    test('it leaves the page half of the window; the rest of it is reached by scrolling in it', async () => {
      for (const viewport of [small, phone, { width: 800, height: 600 }]) {
        const page = await opened('en', { viewport });
        const { height, canScroll } = await page.locator('dialog').evaluate((dialog) => ({
          height: dialog.getBoundingClientRect().height,
          canScroll: [dialog, ...dialog.children].some(
            (each) => each.scrollHeight > each.clientHeight && getComputedStyle(each).overflowY === 'auto',
          ),
        }));
        expect([height <= viewport.height / 2, canScroll]).toEqual([true, true]);
        const within = (name: string): Promise<boolean> =>
          page.getByRole('button', { name, exact: true }).evaluate((button) => {
            const { left, right, top, bottom } = button.getBoundingClientRect();
            const root = button.getRootNode() as ShadowRoot;
            return root.elementFromPoint((left + right) / 2, top + 2) === button && root.elementFromPoint(left + 9, bottom - 2) === button;
          });
        expect(await within(languages.en.close), 'Close needs no scrolling').toBe(true);
        // Where there is room, neither do the choices; and they need it alike.
        for (const which of ['refuse', 'accept'] as const) expect(await within(languages.en[which]), which).toBe(viewport !== small);
      }
    });

    test('the page has room at its foot while it is open, as much as it is high, and what it had after', async () => {
      const page = await opened('en', { viewport: phone });
      await page.keyboard.press('Escape');
      await until(async () => (await page.evaluate('chosen')) === null, 'closed');
      await page.evaluate("document.body.style.paddingBlockEnd = '7px'; document.documentElement.style.scrollPaddingBottom = '9px'");
      await page.evaluate("again({ purposes: ['analytics', 'personalise', 'train'] })");
      const room = (): Promise<readonly [string, string, string]> =>
        page.evaluate(`[getComputedStyle(document.body).paddingBlockEnd, document.documentElement.style.scrollPaddingBottom,
          document.querySelector('ethogram-panel').shadowRoot.querySelector('dialog').offsetHeight + 'px']`);
      const fits = (): Promise<void> =>
        until(async () => {
          const [padding, scrollPadding, height] = await room();
          return Number.parseFloat(height) > 100 && padding === height && scrollPadding === height;
        }, 'as much room as it is high');
      await fits();
      const [before] = await room();
      // It follows a window that is turned.
      await page.setViewportSize({ width: 844, height: 390 });
      await fits();
      expect((await room())[0]).not.toBe(before);
      await page.getByRole('button', { name: languages.en.close }).click();
      await until(async () => (await page.evaluate('chosen')) === null, 'closed');
      expect(await page.evaluate('[document.body.style.paddingBlockEnd, document.documentElement.style.scrollPaddingBottom]')).toEqual([
        '7px',
        '9px',
      ]);
    });
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
    await page.locator('dialog').waitFor();
    // Another body in its place, as some applications turn a page: the press opens it there.
    await page.evaluate(`const body = document.body.cloneNode(true);
      body.querySelector('ethogram-panel').remove();
      document.body.replaceWith(body);`);
    await page.click('b');
    await page.getByRole('button', { name: languages.ar.accept }).click();
    const { id } = await personOf(page);
    await until(() => world.events(id) >= 2, 'the choice and the page have arrived');
    await page.reload();
    await connected(page);
    await page.waitForTimeout(200);
    expect(await page.locator('dialog').count()).toBe(0);
    await page.click('b');
    await page.getByRole('button', { name: languages.ar.refuse }).click();
    expect(await personOf(page)).not.toHaveProperty('id');
  });
});
