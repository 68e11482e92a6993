// The key of a device in Chromium: made in memory, kept with the first grant, told with it, unreadable; the portal opens by it.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { all, none, PageWorld, personOf, until, viewed } from './pages.suite.js';

describe('the key of a device', () => {
  let world: PageWorld;
  beforeAll(async () => {
    world = await PageWorld.open();
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  const opened = (context: BrowserContext): Promise<Page> =>
    world.page(context, {
      script: `import { openDevice } from '/device.js';
        window.device = await openDevice(options);
        Object.assign(options, { device: device.publicKey, onChoice: device.onChoice });
        connected();`,
    });
  const databases = (page: Page): Promise<number> => page.evaluate('indexedDB.databases().then((each) => each.length)');
  const registered = (id: string): readonly string[] => world.engine.core.devices.of(id);

  test('before a grant nothing of it is stored or sent; with it the key is kept, told, and opens the portal of that id', async () => {
    const context = await world.somebody();
    const page = await opened(context);
    expect([await databases(page), await page.evaluate('device.enter()')]).toEqual([0, undefined]);
    expect(world.asked).toEqual([]);
    const key = await page.evaluate<string>('device.publicKey()');
    expect(key).toMatch(/^[\w-]{43}$/);

    await page.evaluate(`ethogram.choose(${all}); ${viewed('tea')}`);
    const { id } = await personOf(page);
    await until(() => world.events(id) >= 4, 'the choice, the key, a page and a view');
    expect(registered(id)).toEqual([key]);

    // Another page of the site, later.
    const later = await opened(context);
    expect(await later.evaluate('device.publicKey()')).toBe(key);
    const address = await later.evaluate<string>('device.enter()');
    expect(address.startsWith(`${world.url}/me/enter?ticket=`)).toBe(true);
    await later.goto(address);
    await later.click('main button');
    await later.waitForSelector('#purposes');
    expect(await later.textContent('main')).toContain(id);
    // The address opened once.
    expect((await later.goto(address))?.status()).toBe(403);
  });

  test('no script can take the private half out of the browser', async () => {
    const page = await opened(await world.somebody());
    await page.evaluate(`ethogram.choose(${all})`);
    await until(() => page.evaluate<boolean>('indexedDB.databases().then((each) => each.length === 1)'), 'the key is kept');
    const seen = await page.evaluate(`new Promise((resolve) => {
      const opening = indexedDB.open('ethogram', 1);
      opening.onsuccess = () => {
        const asked = opening.result.transaction('keys').objectStore('keys').get('device');
        asked.onsuccess = async () => {
          opening.result.close();
          const { privateKey } = asked.result;
          const taken = await crypto.subtle.exportKey('pkcs8', privateKey).then(() => 'taken', (error) => error.name);
          resolve([privateKey.extractable, privateKey.algorithm.name, taken]);
        };
      };
    })`);
    expect(seen).toEqual([false, 'Ed25519', 'InvalidAccessError']);
  });

  test('with the last grant the key goes, and the next id gets another one', async () => {
    const page = await opened(await world.somebody());
    await page.evaluate(`ethogram.choose(${all})`);
    const first = await personOf(page);
    await until(() => registered(first.id).length === 1, 'the first key is registered');
    await page.evaluate(`ethogram.choose(${none})`);
    await until(() => page.evaluate<boolean>('indexedDB.databases().then((each) => each.length === 0)'), 'the key is gone');
    await until(() => page.evaluate<boolean>('device.publicKey() !== undefined'), 'another key is there');
    expect(await page.evaluate('device.enter()')).toBeUndefined();
    await page.evaluate(`ethogram.choose(${all})`);
    const second = await personOf(page);
    await until(() => registered(second.id).length === 1, 'the second key is registered');
    expect(second.id).not.toBe(first.id);
    expect(registered(second.id)).not.toEqual(registered(first.id));
  });

  describe('no key ties two ids together', () => {
    /** A browser, and the keys that went out with an id. */
    async function somebody(): Promise<{ readonly context: BrowserContext; readonly told: (id: string) => readonly unknown[] }> {
      const context = await world.somebody();
      const bodies: { readonly subject: string; readonly device?: string }[] = [];
      context.on('request', (request) => {
        if (request.url().includes('/v1/consents')) bodies.push(request.postDataJSON());
      });
      return { context, told: (id) => bodies.filter(({ subject }) => subject === id).map(({ device }) => device) };
    }
    /** Everything is granted in the page, and the key is kept. */
    async function grantedIn(page: Page): Promise<readonly [id: string, key: string]> {
      await page.evaluate(`ethogram.choose(${all})`);
      const { id } = await personOf(page);
      await until(async () => registered(id).length === 1 && (await databases(page)) === 1, 'the key is registered and kept');
      return [id, registered(id)[0] ?? ''];
    }
    const keyOf = (page: Page): Promise<string | undefined> => page.evaluate('device.publicKey()');

    test('another tab takes everything back, this one grants: the new id gets a new key, which opens its portal', async () => {
      const { context, told } = await somebody();
      const there = await opened(context);
      const [first, key] = await grantedIn(there);
      const here = await opened(context);
      expect(await keyOf(here)).toBe(key);
      await there.evaluate(`ethogram.choose(${none})`);
      await until(async () => ![undefined, key].includes(await keyOf(here)), 'another key is there');
      await here.evaluate(`ethogram.choose(${all})`);
      const { id } = await personOf(here);
      await until(() => registered(id).length === 1, 'the second key is registered');
      expect(id).not.toBe(first);
      expect([told(first), told(id)]).toEqual([[key, undefined], registered(id)]);
      expect(registered(id)).not.toContain(key);
      expect(await here.evaluate('device.enter()')).toContain('/me/enter?ticket=');
      expect(await there.evaluate('device.enter()')).toContain('/me/enter?ticket=');
    });

    test('even before it has heard of that', async () => {
      const { context, told } = await somebody();
      const there = await opened(context);
      const [first, key] = await grantedIn(there);
      await context.addInitScript("addEventListener('storage', (event) => event.stopImmediatePropagation(), true)");
      const here = await opened(context);
      expect(await keyOf(here)).toBe(key);
      await there.evaluate(`ethogram.choose(${none})`);
      await until(async () => (await personOf(here)).id === undefined, 'taken back');
      await here.evaluate(`ethogram.choose(${all})`);
      const { id } = await personOf(here);
      await until(() => told(id).length === 1, 'the choice is told');
      expect([id === first, told(id)]).toEqual([false, [undefined]]);
    });

    test('a page without the key takes everything back and grants: the key of before goes, and is not told again', async () => {
      const { context, told } = await somebody();
      const [, key] = await grantedIn(await opened(context));
      const without = await world.page(context);
      await without.evaluate(`ethogram.choose(${none}); ethogram.choose(${all})`);
      const { id } = await personOf(without);
      const later = await opened(context);
      await until(async () => (await databases(later)) === 0, 'the key is gone');
      const another = await keyOf(later);
      await later.evaluate('ethogram.choose({ analytics: true })');
      await until(() => told(id).length === 2, 'both choices are told');
      expect([told(id), another === key]).toEqual([[undefined, another], false]);
    });

    test('a page with the key that stays open meanwhile drops it, and tells another one', async () => {
      const { context, told } = await somebody();
      const there = await opened(context);
      const [, key] = await grantedIn(there);
      const without = await world.page(context);
      await without.evaluate(`ethogram.choose(${none}); ethogram.choose(${all})`);
      const { id } = await personOf(without);
      await until(async () => ![undefined, key].includes(await keyOf(there)), 'another key is there');
      await until(async () => (await databases(there)) === 0, 'the key is gone');
      const another = await keyOf(there);
      await there.evaluate('ethogram.choose({ analytics: true })');
      await until(() => told(id).length === 2, 'both choices are told');
      expect(told(id)).toEqual([undefined, another]);
    });

    test('and where such a page takes everything back, the next with the key leaves none to be found', async () => {
      const { context } = await somebody();
      const [, key] = await grantedIn(await opened(context));
      const without = await world.page(context);
      for (const each of context.pages()) if (each !== without) await each.close();
      await without.evaluate(`ethogram.choose(${none})`);
      const later = await opened(context);
      expect(await keyOf(later)).not.toBe(key);
      await until(async () => (await databases(later)) === 0, 'the key is gone');
    });
  });

  test('a browser without such keys has none, and everything else works', async () => {
    const context = await world.somebody();
    await context.addInitScript("SubtleCrypto.prototype.generateKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))");
    const page = await opened(context);
    await page.evaluate(`ethogram.choose(${all}); ${viewed('tea')}`);
    const { id } = await personOf(page);
    await until(() => world.events(id) >= 3, 'a choice, a page and a view');
    expect([registered(id), await page.evaluate('device.publicKey()'), await page.evaluate('device.enter()')]).toEqual([
      [],
      undefined,
      undefined,
    ]);
  });

  test('of an account only the id of the browser gets the key', async () => {
    const page = await opened(await world.somebody());
    await page.evaluate(`ethogram.identify('account-9'); ethogram.choose(${all})`);
    const { id } = await personOf(page);
    await until(() => world.engine.profile('account-9').ok && registered(id).length === 1, 'both are told');
    expect(registered('account-9')).toEqual([]);
  });
});
