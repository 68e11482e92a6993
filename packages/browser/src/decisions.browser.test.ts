// Pages, decisions, and what counts as seen: in Chromium, against the real engine.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { all, none, PageWorld, personOf, stored, until, viewed } from './pages.suite.js';

describe('pages and decisions in Chromium', () => {
  let world: PageWorld;
  beforeAll(async () => {
    world = await PageWorld.open();
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  test('a single-page application: a view for each path, none for query and fragment', async () => {
    const page = await world.page(await world.somebody());
    const bodies: string[] = [];
    page.on('request', (request) => bodies.push(request.postData() ?? ''));
    await page.evaluate(`ethogram.choose(${all})`);
    // After the timer in which the SDK looks at where the page is: timers of the same delay run in their order.
    const looked = (): Promise<void> => page.evaluate('new Promise((resolve) => { setTimeout(resolve); })');
    await page.evaluate("history.pushState(null, '', '/a?q=secret'); setTimeout(() => { document.title = 'A'; })");
    await looked();
    await page.evaluate("history.replaceState(null, '', '/a?q=other#there')");
    await looked();
    await page.evaluate("history.replaceState(null, '', '/b')");
    await looked();
    await page.goBack();
    const { id } = await personOf(page);
    await until(() => world.events(id) === 5, 'a choice and four pages');
    const seen = [...bodies.join('').matchAll(/"url":"http:\/\/[^/]*(\/[^"]*)","path":"[^"]*","title":"[^"]*","referrer":"([^"]*)"/g)];
    expect(seen.map(([, path, from]) => [path, from?.replace(world.origin, '')])).toEqual([
      ['/', ''],
      ['/a', '/'],
      ['/b', '/a'],
      ['/', '/b'],
    ]);
    expect(bodies.join('')).not.toContain('secret');
  });

  test('decisions: contextual and nameless before a grant, personal after; kept for a while; explained', async () => {
    const page = await world.page(await world.somebody());
    const bodies: string[] = [];
    page.on('request', (request) => request.url().includes('/decide/') && bodies.push(request.postData() ?? ''));
    const ask = "ethogram.decide('home', { limit: 2 })";
    const first: { mode: string; items: unknown[] } = await page.evaluate(ask);
    expect([first.mode, first.items.length, await stored(page)]).toEqual(['contextual', 2, {}]);
    expect(bodies.join('')).not.toContain('anonymousId');
    expect(await page.evaluate(`Promise.all([${ask}, ${ask}]).then(([a, b]) => a.decisionId === b.decisionId)`)).toBe(true);
    expect(bodies).toHaveLength(1);
    await page.evaluate(`ethogram.choose(${all}); ${viewed('tea')}; ethogram.flush()`);
    const { id } = await personOf(page);
    await until(() => world.events(id) === 3, 'all arrived');
    const second: { mode: string; decisionId: string } = await page.evaluate(ask);
    expect([second.mode, bodies.length, bodies[1]?.includes(id)]).toEqual(['personal', 2, true]);
    const why: { summary: string; decision: { id: string } } = await page.evaluate(`ethogram.why('${second.decisionId}')`);
    expect([why.decision.id, why.summary.length > 0]).toEqual([second.decisionId, true]);
    expect(await page.evaluate("ethogram.why('d_none')")).toBeUndefined();
    // Held answers serve on when the server is gone, but not across a withdrawal.
    await world.stopDoor();
    expect(await page.evaluate(`${ask}.then(({ mode }) => mode)`)).toBe('personal');
    await page.evaluate(`ethogram.choose(${none})`);
    expect(await page.evaluate(ask)).toBeUndefined();
  });

  test('an exposure is half of the element, in the window, painted, for a second, and counts once', async () => {
    const body = '<div id="far">far</div>';
    const page = await world.page(await world.somebody(), { body });
    await page.evaluate(`ethogram.choose(${all})`);
    const { id } = await personOf(page);
    await until(() => world.events(id) === 2, 'a choice and a page');
    const decided: { decisionId: string } = await page.evaluate("ethogram.decide('home', { limit: 2 })");
    const watch = `ethogram.seen(window.far, '${decided.decisionId}', 'tea')`;
    const exposures = (): number => {
      const why = world.engine.why(decided.decisionId);
      return why.ok ? why.value.exposures.length : 0;
    };
    const settle = async (): Promise<void> => {
      await page.waitForTimeout(1_250);
      await page.evaluate('ethogram.flush()');
    };
    await page.evaluate("Object.assign(far.style, { position: 'absolute', top: '2000px', height: '200px', width: '200px' })");
    await page.evaluate(`${watch}; ${watch}`);
    await settle();
    expect(exposures(), 'out of the window').toBe(0);
    await page.evaluate('scrollTo(0, 2000 - innerHeight + 80)');
    await settle();
    expect(exposures(), 'less than half').toBe(0);
    await page.evaluate("far.style.opacity = '0'; scrollTo(0, 2000 - innerHeight + 150)");
    await settle();
    expect(exposures(), 'not painted').toBe(0);
    await page.evaluate("scrollTo(0, 0); far.style.opacity = '1'");
    await page.waitForTimeout(100);
    await page.evaluate('scrollTo(0, 2000 - innerHeight + 150)');
    await page.waitForTimeout(200);
    await page.evaluate('scrollTo(0, 0)');
    await settle();
    expect(exposures(), 'for less than a second').toBe(0);
    await page.evaluate('scrollTo(0, 2000 - innerHeight + 150)');
    await settle();
    await until(() => exposures() === 1, 'seen');
    await page.evaluate(watch);
    await settle();
    expect(exposures(), 'once').toBe(1);
    // An item may be called as long as a message.
    const held = world.events(id);
    await page.evaluate(`ethogram.seen(window.far, '${decided.decisionId}', 'x'.repeat(256))`);
    await settle();
    await until(() => world.events(id) === held + 1, 'the exposure of a long id');
  });
});
