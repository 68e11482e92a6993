// A consent platform in Chromium, with Global Privacy Control on, against the real engine: what was said in the hearing of the signal holds
// on the pages after it.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connected, PageWorld, personOf, stored, until } from '../pages.suite.js';

describe('a consent platform under Global Privacy Control', () => {
  let world: PageWorld;
  beforeAll(async () => {
    world = await PageWorld.open();
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  const stand = (id: string): unknown => {
    const profile = world.engine.profile(id);
    return profile.ok ? profile.value.consent?.stands.personalise?.choice : null;
  };

  /** Pages on which the platform says what stands in its string; on the first the person has just said it. */
  const tcf = `import { followTcf } from '/tcf.js';
    const consents = Object.fromEntries([1, 5, 6, 8, 9, 10].map((each) => [each, true]));
    const eventStatus = sessionStorage.said ? 'tcloaded' : 'useractioncomplete';
    sessionStorage.said = 'yes';
    window.__tcfapi = (command, version, listen) =>
      listen({ eventStatus, listenerId: 1, gdprApplies: true, publisher: { consents } }, true);
    connected();
    followTcf(ethogram);`;
  const gpp = `import { followGpp } from '/gpp.js';
    const parsedSections = { tcfeuv2: { PublisherConsents: Array(10).fill(true) } };
    window.__gpp = (command, listen) =>
      listen({ eventName: 'signalStatus', listenerId: 1, pingData: { signalStatus: 'ready', parsedSections } }, true);
    connected();
    if (sessionStorage.said) followGpp(ethogram);
    else ethogram.choose({ analytics: true, personalise: true, train: true });
    sessionStorage.said = 'yes';`;

  async function nextPage(page: Page): Promise<void> {
    await page.reload();
    await connected(page);
    await page.evaluate('ethogram.flush()');
  }

  test.each([
    ['TCF', tcf],
    ['GPP', gpp],
  ])('%s: a yes given while it is on stays, and is not told again', async (_name, script) => {
    const page = await world.page(await world.somebody({ gpc: true }), { script });
    const { id, choices } = await personOf(page);
    expect(choices['personalise']).toBe(true);
    await until(() => stand(id) === 'granted', 'the server knows');
    await page.evaluate('ethogram.flush()');
    const before = (await stored(page))['ethogram'];
    world.asked.length = 0;
    await nextPage(page);
    await nextPage(page);
    expect((await stored(page))['ethogram']).toBe(before);
    expect(world.asked.filter((line) => line.endsWith('/consents'))).toEqual([]);
    expect(stand(id)).toBe('granted');
  });
});
