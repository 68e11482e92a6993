// The why of a plan, for the person: what the page says is what the record says, and its buttons do what they say.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { travel } from '../packs/travel.js';
import type { Doorway } from './doorway.suite.js';
import { annPlans, annTravels, enterAs, portalDoor, unmarked, type Visit } from './portal.suite.js';
import { isPortalLanguage, portalLanguages } from './portal-words.js';

const words = portalLanguages.en;
let doorway: Doorway;
beforeEach(async () => {
  doorway = await portalDoor({ packs: [travel] });
  await annTravels(doorway);
});
afterEach(() => doorway.close());

const page = async (path: string, { cookie }: Visit): Promise<string> =>
  unmarked(await (await fetch(doorway.url + path, { headers: { cookie } })).text());
const send = (path: string, fields: Record<string, string>, { cookie, token }: Visit): Promise<Response> =>
  fetch(doorway.url + path, { method: 'POST', body: new URLSearchParams({ token, ...fields }), headers: { cookie }, redirect: 'manual' });
const part = (text: string, heading: string): string => text.split(`<h2>${heading}</h2>`)[1]?.split('<h2>')[0] ?? '';

test('what was planned, each stop with its time and what spoke for it, what was used, what was not, what is not in it', async () => {
  const plan = await annPlans(doorway);
  const stops = plan.stops.map(({ item }) => item);
  expect([stops.sort(), plan.members]).toEqual([['castle', 'museum'], 1]);
  const visit = await enterAs(doorway, 'ann');
  const named = plan.stops.map(({ item }) => `\u201cThe ${item}\u201d`).join(' and ');
  const me = await page('/me', visit);
  expect(me).toContain(`<p>${words.plan.planned(named)}</p>`);
  expect(me).toContain(`href="/me/decisions/${plan.id}?lang=en"`);

  const why = await page(`/me/decisions/${plan.id}`, visit);
  expect(why).toContain(`<p>${words.plan.planned(named)}</p>`);
  expect(why).not.toContain(words.plan.changed);
  const told = part(why, words.plan.stops);
  expect([...told.matchAll(/<h3>(.*?)<\/h3>/g)].map(([, name]) => name)).toEqual(
    plan.stops.map(({ item }, at) => `${at + 1}. The ${item}`),
  );
  // The first begins when its house opens: at nine by the clocks of the place, at eight in UTC.
  expect(told).toMatch(/March 2, 2026, 9:00\W+10:15\sAM/);
  expect(told.match(new RegExp(words.plan.mustSee, 'g'))).toHaveLength(1);
  expect(told).toContain(words.plan.reasons.own_interest);
  const used = part(why, words.used);
  for (const each of ['usedWishes', 'usedLately', 'usedPlaces', 'usedAsked', 'stopWishes'] as const)
    expect(used).toContain(words.plan[each]);
  expect(used).toContain(words.plan.usedGroup('1'));
  expect(part(why, words.notUsed)).not.toContain(words.categories.preference);
  const left = part(why, words.plan.leftOut);
  expect(left).toContain(`<li>\u201cThe opera\u201d: ${words.plan.rules.over_budget}.</li>`);
  expect(left).toContain(`<li>\u201cThe park\u201d: ${words.plan.rules.avoided}.</li>`);
  expect(why).not.toMatch(/\bbob\b/i);
});

test('its buttons act, a human can be asked about it, and it is shown to nobody else', async () => {
  const plan = await annPlans(doorway);
  const [ann, bob] = [await enterAs(doorway, 'ann'), await enterAs(doorway, 'bob')];
  const foreign = await fetch(`${doorway.url}/me/decisions/${plan.id}`, { headers: { cookie: bob.cookie }, redirect: 'manual' });
  expect(foreign.headers.get('location')).toBe('/me?lang=en');
  expect(await page('/me', bob)).not.toContain(plan.id);
  const asked = await send('/me/review', { wish: 'Why no park?', decision: plan.id }, ann);
  expect(asked.headers.get('location')).toContain('done=asked');
  expect(JSON.stringify(doorway.rig.engine.desk.ofPerson('ann'))).toContain(plan.id);
  const used = part(await page(`/me/decisions/${plan.id}`, ann), words.used);
  const [, purpose = ''] = /name="purpose" value="(\w+)"[^]*?Stop using my wishes/.exec(used) ?? [];
  expect((await send('/me/choices', { purpose, choice: 'refused' }, ann)).headers.get('location')).toContain('done=chosen');
  const again = await annPlans(doorway);
  expect([purpose, again.mode, again.own]).toEqual(['personalise', 'contextual', null]);
});

test('a request links to the decision that it is about, as long as that is told', async () => {
  const { engine } = doorway.rig;
  await doorway.rig.say('tablet', 'granted', 'personalise');
  await engine.link('ann', 'tablet', true, 'log-in');
  const { id } = await annPlans(doorway);
  const ann = await enterAs(doorway, 'ann');
  await send('/me/review', { wish: 'Why no park?', decision: id }, ann);
  const [asked] = engine.desk.ofPerson('ann');
  const linked = async (): Promise<boolean> => (await page(`/me/requests/${asked?.request}`, ann)).includes(words.requestAbout);
  expect(await linked()).toBe(true);
  await engine.link('ann', 'tablet', false, '');
  expect(await page(`/me/requests/${asked?.request}`, ann)).toContain('Why no park?');
  expect(await linked()).toBe(false);
});

test('that there is no plan is told with its rule; a plan that changes another says so', async () => {
  const first = await annPlans(doorway);
  const refused = await annPlans(doorway, { budget: { amount: 5, currency: 'EUR' } });
  const changed = await annPlans(doorway, { group: [], disruption: { plan: first.id, done: [], closed: ['museum'] } });
  const visit = await enterAs(doorway, 'ann');
  const none = await page(`/me/decisions/${refused.id}`, visit);
  expect(none).toContain(words.plan.plannedNone('\u201cThe castle\u201d', words.plan.rules.over_budget));
  expect(part(none, words.plan.stops)).toBe('');
  // Several: what is true of all of them together, or of each.
  const told = (mustSee: readonly string[], budget: number): Promise<string> =>
    annPlans(doorway, { mustSee, budget: { amount: budget, currency: 'EUR' } }).then(({ id }) => page(`/me/decisions/${id}`, visit));
  expect(await told(['castle', 'museum'], 5)).toContain(
    words.plan.plannedNone('\u201cThe castle\u201d and \u201cThe museum\u201d', words.plan.together.over_budget ?? ''),
  );
  const each = ['castle', 'opera'].map((item) => words.plan.plannedNone(`\u201cThe ${item}\u201d`, words.plan.rules.avoided));
  const avoided = await annPlans(doorway, { mustSee: ['castle', 'opera'], avoid: ['opera', 'castle'] });
  expect(avoided.refused?.items).toHaveLength(2);
  expect(await page(`/me/decisions/${avoided.id}`, visit)).toContain(each.join(' '));
  const why = doorway.rig.engine.planning.why(avoided.id);
  expect(why.ok && why.value.summary).toContain('There is no such plan. The castle: it was to be avoided. The opera: ');
  const after = await page(`/me/decisions/${changed.id}`, visit);
  expect(after).toContain(words.plan.changed);
  expect(part(after, words.plan.leftOut)).toContain(`The museum\u201d: ${words.plan.rules.closed}`);
});

test('in every language, within 30 kB', async () => {
  const plan = await annPlans(doorway);
  const visit = await enterAs(doorway, 'ann');
  const style = (await (await fetch(`${doorway.url}/me.css`)).arrayBuffer()).byteLength;
  for (const lang of Object.keys(portalLanguages)) {
    if (!isPortalLanguage(lang)) continue;
    const text = await page(`/me/decisions/${plan.id}?lang=${lang}`, visit);
    const own = portalLanguages[lang].plan;
    for (const each of [own.stops, own.mustSee, own.usedWishes, own.leftOut, own.rules.over_budget])
      expect([lang, text]).toEqual([lang, expect.stringContaining(each)]);
    expect(Buffer.byteLength(text) + style).toBeLessThan(30_000);
  }
});

test('who comes along sees what of theirs a plan for somebody else went by, not whose, and can end it', async () => {
  await annPlans(doorway);
  const [ann, bob] = [await enterAs(doorway, 'ann'), await enterAs(doorway, 'bob')];
  const told = (await page('/me', bob)).split(`<h3>${words.plan.joined}</h3>`)[1]?.split('</section>')[0] ?? '';
  expect([...told.matchAll(/<li>(.*?)<\/li>/g)].map(([, sentence]) => sentence)).toEqual([words.plan.joinedAvoid('\u201cThe park\u201d')]);
  expect(told).not.toMatch(/\bann\b|castle/i);
  expect(await page('/me', ann)).not.toContain(words.plan.joined);
  const [, purpose = ''] = /name="purpose" value="(\w+)"/.exec(told) ?? [];
  expect((await send('/me/choices', { purpose, choice: 'refused' }, bob)).headers.get('location')).toContain('done=chosen');
  expect(await annPlans(doorway)).toMatchObject({ members: 0, membersLeftOut: 1 });
});

test('what somebody put into a plan while linked to an id that is parted since is not on the page: it may be of that one', async () => {
  const { engine } = doorway.rig;
  const tells = async (): Promise<boolean> => (await page('/me', await enterAs(doorway, 'tablet'))).includes(words.plan.joined);
  await doorway.rig.say('tablet', 'granted', 'personalise');
  await engine.link('tablet', 'bob', true, 'log-in');
  await annPlans(doorway, { group: ['tablet'] });
  expect(await tells()).toBe(true);
  await engine.link('tablet', 'bob', false, '');
  expect(await tells()).toBe(false);
});

test('each kind of wish is told in each language, money as the language writes it', async () => {
  const { rig } = doorway;
  const properties = { trip_id: 'u', budget: 123_450, currency: 'EUR', pace: 'slow', must_see: ['museum'], avoid: ['park'] };
  await rig.send({ occurredAt: rig.clock.now() + 1, source: 'app', id: 'tb2', subject: 'bob', type: 'trip.planned', properties });
  await rig.send({
    occurredAt: rig.clock.now() + 1,
    source: 'app',
    id: 'bv',
    subject: 'bob',
    type: 'place.viewed',
    properties: { place_id: 'opera' },
  });
  await annPlans(doorway);
  const bob = await enterAs(doorway, 'bob');
  for (const [lang, money] of [
    ['en', '€1,234.50'],
    ['de', '1.234,50\u00a0€'],
    ['fr', '1\u202f234,50\u00a0€'],
  ] as const) {
    const text = await page(`/me?lang=${lang}`, bob);
    const { plan, quote } = portalLanguages[lang];
    for (const sentence of [
      plan.joinedBudget(money),
      plan.joinedPace.slow,
      plan.joinedMustSee(quote('The museum')),
      plan.joinedAvoid(quote('The park')),
      plan.joinedLately(quote('The opera')),
    ])
      expect(text).toContain(`<li>${sentence}</li>`);
  }
  expect(await page('/me?lang=ar', bob)).toContain(portalLanguages.ar.plan.joinedPace.slow);
});
