// What is stored and sent before, under and after a grant: in Chromium, against the real engine.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { all, connected, none, PageWorld, personOf, stored, until, viewed, waiting } from './pages.suite.js';

describe('consent in Chromium', () => {
  let world: PageWorld;
  beforeAll(async () => {
    world = await PageWorld.open();
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  test('before a choice nothing is stored and nothing is sent; a refusal is kept without an id', async () => {
    const context = await world.somebody();
    const page = await world.page(context);
    await page.evaluate(`${viewed('tea')}; ethogram.page(); ethogram.identify('carl', { plan: 'gold' }); ethogram.flush()`);
    await page.evaluate("history.pushState(null, '', '/other')");
    await page.waitForTimeout(1_300);
    expect(await stored(page)).toEqual({});
    expect(await page.evaluate('sessionStorage.length + document.cookie.length')).toBe(0);
    expect(await page.evaluate('indexedDB.databases().then((all) => all.length)')).toBe(0);
    expect([world.asked, await page.evaluate('ethogram.mustAsk()')]).toEqual([[], true]);
    await page.evaluate(`ethogram.choose(${none}); ${viewed('tea')}; ethogram.flush()`);
    await page.reload();
    await page.waitForTimeout(1_300);
    expect(Object.keys(await stored(page))).toEqual(['ethogram']);
    expect(Object.keys(await personOf(page)).toSorted()).toEqual(['at', 'choices', 'gpc']);
    expect([world.asked, await page.evaluate('ethogram.mustAsk()')]).toEqual([[], false]);
    expect(world.engine.profile('carl').ok).toBe(false);
  });

  test('after a grant everything arrives at once, the page view of the grant itself too; nothing is dropped', async () => {
    const page = await world.page(await world.somebody());
    await page.evaluate(`ethogram.choose(${all}); ${viewed('tea')}; ${viewed('cup')}`);
    const { id } = await personOf(page);
    await until(() => world.events(id) >= 4, 'a choice, a page and two views');
    const profile = world.engine.profile(id);
    expect(profile).toMatchObject({ value: { consent: { stands: { personalise: { choice: 'granted' } } }, events: 4 } });
    await until(async () => (await waiting(page)).length === 0, 'the queue is empty');
    expect(await page.evaluate('dropped')).toEqual([]);
    expect(world.asked.slice(0, 2)).toEqual(['POST /v1/consents', 'POST /v1/batch']);
    expect(world.asked.every((line) => line.startsWith('POST'))).toBe(true); // no preflight
  });

  test('a clock that is set back between a grant and its withdrawal, while neither is delivered, does not turn them around', async () => {
    const page = await world.page(await world.somebody());
    await world.stopDoor();
    await page.evaluate(`{ const now = Date.now; Date.now = () => now() + 3_600_000; ethogram.choose(${all}); Date.now = now; }`);
    const { id } = await personOf(page);
    await page.evaluate(`ethogram.choose(${none})`);
    await world.startDoor();
    await page.evaluate('ethogram.flush()');
    await until(async () => (await waiting(page)).length === 0, 'both are delivered', 15_000);
    const stands = { personalise: { choice: 'withdrawn' }, train: { choice: 'withdrawn' } };
    expect(world.engine.profile(id)).toMatchObject({ value: { consent: { stands } } });
  });

  test('taking the last grant back empties queue and id, tells the server, and forgets there', async () => {
    const page = await world.page(await world.somebody());
    await page.evaluate(`ethogram.choose(${all}); ${viewed('tea')}`);
    const { id } = await personOf(page);
    await until(() => world.events(id) === 3, 'all arrived');
    await world.stopDoor();
    await page.evaluate(`${viewed('cup')}; ${viewed('pot')}; ethogram.choose(${none})`);
    expect(await personOf(page)).not.toHaveProperty('id');
    expect(await waiting(page)).toEqual([expect.stringMatching(/^ethogram\.choice\./)]);
    await page.reload();
    await world.startDoor();
    await until(async () => (await waiting(page)).length === 0, 'the withdrawal is delivered', 15_000);
    const profile = world.engine.profile(id);
    expect(profile).toMatchObject({
      value: { traits: {}, consent: { stands: { personalise: { choice: 'withdrawn' }, train: { choice: 'withdrawn' } } } },
    });
    expect(JSON.stringify(await stored(page))).not.toContain(id);
    await page.evaluate(`ethogram.choose(${all}); ${viewed('jam')}`);
    const again = await personOf(page);
    expect(again.id).not.toBe(id);
    await until(() => world.events(again.id) >= 3, 'a new id, with what came since alone');
  });

  test('a purpose taken back narrows at the server; what remains goes on under the same id', async () => {
    const page = await world.page(await world.somebody());
    await page.evaluate(`ethogram.choose(${all})`);
    const { id } = await personOf(page);
    await until(() => world.events(id) === 2, 'all arrived');
    await page.evaluate('ethogram.choose({ analytics: true })');
    await until(() => world.events(id) === 3, 'the change');
    const stands = { analytics: { choice: 'granted' }, personalise: { choice: 'withdrawn' }, train: { choice: 'withdrawn' } };
    expect(world.engine.profile(id)).toMatchObject({ value: { consent: { stands } } });
    expect((await personOf(page)).id).toBe(id);
  });

  test('with Global Privacy Control nobody is asked, and older grants of what it refuses are taken back', async () => {
    const objecting = await world.page(await world.somebody({ gpc: true }));
    expect(await objecting.evaluate('[ethogram.mustAsk(), localStorage.length]')).toEqual([false, 0]);
    const context = await world.somebody();
    const page = await world.page(context);
    await page.evaluate(`ethogram.choose({ ...${all}, share: true })`);
    const { id } = await personOf(page);
    await until(() => world.events(id) === 2, 'granted');
    await context.addInitScript("Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })");
    await page.reload();
    await connected(page);
    expect(await page.evaluate('ethogram.choices()')).toEqual({ analytics: true, personalise: false, train: true, share: false });
    const said = (): unknown => {
      const profile = world.engine.profile(id);
      return profile.ok ? profile.value.consent?.stands.personalise?.choice : null;
    };
    await until(() => said() === 'withdrawn', 'the server knows');
    // What is chosen here, now, outweighs the general signal, and stays.
    await page.evaluate(`ethogram.choose(${all})`);
    await page.reload();
    await connected(page);
    expect(await page.evaluate('ethogram.choices().personalise')).toBe(true);
  });

  test('signing in tells the choices for the account; another person on the same browser starts afresh', async () => {
    const page = await world.page(await world.somebody());
    await page.evaluate(`ethogram.choose(${all}); ethogram.identify('ada', { plan: 'gold' }); ${viewed('tea')}`);
    await until(() => world.events('ada') === 3, 'a choice, the traits and a view');
    await page.evaluate("ethogram.identify('bob')");
    expect(await page.evaluate('[ethogram.mustAsk(), ethogram.choices()]')).toEqual([true, {}]);
    await page.evaluate(`${viewed('cup')}; ethogram.flush()`);
    expect(world.engine.profile('bob').ok).toBe(false);
    await page.evaluate('ethogram.choose({ analytics: true })');
    await until(() => world.events('bob') >= 2, 'bob said yes himself');
  });
});
