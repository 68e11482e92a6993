// What outlives reloads, dead servers, lost answers and pages that are left: in Chromium, against the real engine.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { all, none, PageWorld, personOf, stored, until, viewed, waiting } from './pages.suite.js';

describe('delivery in Chromium', () => {
  let world: PageWorld;
  beforeAll(async () => {
    world = await PageWorld.open();
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  test('offline: the queue outlives a reload, and all of it arrives, once', async () => {
    const context = await world.somebody();
    const page = await world.page(context);
    await page.evaluate(`ethogram.choose(${all})`);
    const { id } = await personOf(page);
    await until(() => world.events(id) === 2, 'a choice and a page');
    await until(async () => (await waiting(page)).length === 0, 'the queue is empty');
    await world.stopDoor();
    await page.evaluate(`for (let i = 0; i < 5; i += 1) ${viewed('tea')}; ethogram.flush()`);
    await page.reload();
    await page.evaluate('ethogram.flush()');
    expect(await waiting(page)).toHaveLength(6); // and the page view of the reload
    await world.startDoor();
    await until(() => world.events(id) === 8, 'five views and a page more', 15_000);
    await until(async () => (await waiting(page)).length === 0, 'the queue is empty');
    expect(await page.evaluate('dropped')).toEqual([]);
  });

  test('an answer that was lost: what is sent twice is kept once', async () => {
    const page = await world.page(await world.somebody());
    await page.evaluate(`ethogram.choose(${all})`);
    const { id } = await personOf(page);
    await until(() => world.events(id) === 2, 'a choice and a page');
    let lost = 0;
    await page.route('**/v1/batch*', async (route) => {
      lost += 1;
      if (lost > 1) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await page.evaluate(`${viewed('tea')}; ethogram.flush()`);
    await until(async () => lost > 1 && (await waiting(page)).length === 0, 'sent again');
    expect(world.events(id)).toBe(3);
    expect(await page.evaluate('dropped')).toEqual([]);
  });

  test('a server that says later is left in peace for as long as it says', async () => {
    const page = await world.page(await world.somebody());
    await page.evaluate(`ethogram.choose(${all})`);
    const times: number[] = [];
    await page.route('**/v1/batch*', (route) => {
      times.push(performance.now());
      const headers = { 'Retry-After': '2', 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Retry-After' };
      return times.length > 1 ? route.continue() : route.fulfill({ status: 503, headers, body: '{}' });
    });
    await until(() => times.length === 1, 'asked');
    await page.evaluate(viewed('tea'));
    await until(() => times.length === 2, 'asked again');
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(2_400);
  });

  test.each(['the page is left', 'the tab is closed'])('%s: what waits goes out with it', async (how) => {
    const context = await world.somebody();
    const page = await world.page(context);
    await page.evaluate(`ethogram.choose(${all})`);
    const { id } = await personOf(page);
    await until(() => world.events(id) === 2, 'a choice and a page');
    await until(async () => (await waiting(page)).length === 0, 'the queue is empty');
    await page.evaluate(`${viewed('tea')}; ${viewed('cup')}`);
    if (how === 'the page is left') await page.goto('about:blank');
    else await page.close({ runBeforeUnload: true });
    await until(() => world.events(id) === 4, 'both views'); // nothing of the page is there any more to send them later
  });

  // A tab learns of what another one wrote some time later: the tests wait for that, as whoever changes tabs does.
  test('two tabs, one person: a withdrawal in one ends the other', async () => {
    const context = await world.somebody();
    const [one, two] = [await world.page(context), await world.page(context)];
    await one.evaluate(`ethogram.choose(${all}); for (let i = 0; i < 20; i += 1) ${viewed('tea')}`);
    await until(() => two.evaluate<boolean>('ethogram.choices().personalise === true'), 'the other tab knows');
    await two.evaluate(`for (let i = 0; i < 20; i += 1) ${viewed('cup')}`);
    const { id } = await personOf(two);
    await until(() => world.events(id) === 42, 'what both sent, once');
    await until(async () => (await waiting(one)).length === 0, 'the queue is empty');
    await one.evaluate(`ethogram.choose(${none})`);
    await until(() => two.evaluate<boolean>('ethogram.choices().personalise === false'), 'the other tab knows');
    await two.evaluate(`${viewed('pot')}; ethogram.flush()`);
    await until(async () => (await waiting(one)).length === 0, 'the withdrawal is delivered');
    expect(await two.evaluate('Object.keys(localStorage)')).toEqual(['ethogram']);
  });

  test('a tab that has not heard of a withdrawal yet does not bring back what was granted', async () => {
    const context = await world.somebody();
    const [one, two] = [await world.page(context), await world.page(context)];
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    let asked = 0;
    await one.route('**/v1/consents*', async (route) => {
      asked += 1;
      if (asked === 1) await answered;
      return route.continue();
    });
    await one.evaluate(`ethogram.choose(${all})`);
    await until(() => asked === 1, 'the grant is on its way');
    await one.evaluate(`(() => {
      const before = localStorage.getItem('ethogram');
      const { getItem } = Storage.prototype;
      Storage.prototype.getItem = function (key) { return key === 'ethogram' ? before : getItem.call(this, key); };
    })()`);
    await until(() => two.evaluate<boolean>('ethogram.choices().personalise === true'), 'the other tab knows');
    await two.evaluate(`ethogram.choose(${none})`);
    answer();
    await until(async () => (await waiting(two)).length === 0, 'both choices are delivered');
    expect(await personOf(two)).toEqual({ at: expect.any(Number), choices: JSON.parse(none.replace(/\w+(?=:)/g, '"$&"')), gpc: false });
  });

  test('when the server heard of a choice by a clock that has been set back since, is forgotten with the next choice', async () => {
    const page = await world.page(await world.somebody());
    await page.evaluate('ethogram.choose({ analytics: true })');
    const { id } = await personOf(page);
    await until(async () => (await stored(page))['ethogram.heard'] !== undefined, 'answered');
    await page.evaluate("localStorage.setItem('ethogram.heard', Date.now() + 86_400_000)");
    await page.evaluate(`ethogram.choose(${all}); ${viewed('tea')}; ethogram.flush()`);
    await until(() => world.events(id) === 4, 'two choices, a page and a view');
    expect(await page.evaluate('dropped')).toEqual([]);
  });
});
