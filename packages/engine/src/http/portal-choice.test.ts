// The why of a choice, for the person: what the page says is what the record says, and its buttons do what they say.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChoiceRecord, GuardrailRule } from '../model/choice.js';
import { chanceSentence } from './portal-choice.js';
import type { Doorway } from './doorway.suite.js';
import { annVisits, enterAs, offers, portalDoor, unmarked, type Visit } from './portal.suite.js';
import { portalLanguages } from './portal-words.js';

const words = portalLanguages.en;
let doorway: Doorway;
beforeEach(async () => {
  doorway = await portalDoor();
});
afterEach(() => doorway.close());

const page = async (path: string, { cookie }: Visit): Promise<string> =>
  unmarked(await (await fetch(doorway.url + path, { headers: { cookie } })).text());

async function choiceFor(subject: string, more: object = {}): Promise<ChoiceRecord> {
  const done = await doorway.rig.engine.chooseAction({ point: 'offer', subject, ...more });
  if (!done.ok) throw new Error(done.code);
  await doorway.rig.engine.drain();
  return done.value;
}

/** Somebody who is in the holdout, or is not. */
async function somebody(held: boolean): Promise<{ who: string; record: ChoiceRecord }> {
  for (let n = 0; n < 200; n += 1) {
    const who = `person-${n}`;
    await doorway.rig.say(who, 'granted', 'personalise', 'train');
    const record = await choiceFor(who, { segment: 'morning' });
    if ((record.held === 'holdout') === held) return { who, record };
  }
  throw new Error('nobody is so');
}

test('what was done, what part chance had, what was used with a button against each, what was not, what could not be chosen', async () => {
  const { who, record } = await somebody(false);
  const visit = await enterAs(doorway, who);
  expect(await page('/me', visit)).toContain(`href="/me/decisions/${record.id}?lang=en"`);
  const why = await page(`/me/decisions/${record.id}`, visit);
  const [, first, second] = /<h1>[^]*?<p>([^<]+)<\/p>\s*<p>([^<]+)<\/p>/.exec(why) ?? [];
  expect(first).toBe(words.chose(words.quote(record.action ?? '')));
  expect(second).toBe(words.choiceEven('3')); // nothing is learned yet
  const learned = { ...record, propensity: 0.4567, candidates: record.candidates.map((each, n) => ({ ...each, probability: n / 10 })) };
  expect(chanceSentence('en', learned)).toBe(words.choiceChance('45.7'));
  // What was drawn had more than no lot, and what others might have been drawn for had not all.
  expect(chanceSentence('en', { ...learned, propensity: 0.00016 })).toBe(words.choiceChance('0.016'));
  expect(chanceSentence('en', { ...learned, propensity: 0.99984 })).toBe(words.choiceChance('99.984'));
  expect(chanceSentence('en', { ...record, candidates: record.candidates.slice(0, 1) })).toBe(words.choiceOnly);
  expect(record.excluded.map(({ action, rule }) => [action, rule])).toEqual([['night-cap', 'denied_category']]);
  for (const part of [
    words.usedPerson,
    words.usedOutcomes,
    words.usedMoment,
    words.usedTrial('wording'),
    words.unusedBefore,
    words.unusedPeople,
  ])
    expect(why).toContain(part);
  expect(why).toContain(`${words.quote('night-cap')}: ${words.rules.denied_category}.`);
  expect(why).not.toContain(who);
  // Each use has the button that ends it: two by personalise, one by train.
  expect(why.match(/name="purpose" value="personalise"/g)).toHaveLength(2);
  expect(why.match(/name="purpose" value="train"/g)).toHaveLength(1);
  const refused = new URLSearchParams({ token: visit.token, purpose: 'personalise', choice: 'refused' });
  await fetch(`${doorway.url}/me/choices`, { method: 'POST', body: refused, headers: { cookie: visit.cookie }, redirect: 'manual' });
  const after = await choiceFor(who, { segment: 'morning' });
  expect([after.mode, after.subject, after.experiment]).toEqual(['contextual', null, null]);
});

test('whom the lot leaves alone is told so; a human can be asked about a choice', async () => {
  const { who, record } = await somebody(true);
  const visit = await enterAs(doorway, who);
  const why = await page(`/me/decisions/${record.id}`, visit);
  expect(why).toContain(words.choiceHeld.holdout);
  expect(why).not.toContain(words.usedOutcomes);
  const asked = new URLSearchParams({ token: visit.token, decision: record.id, wish: 'Why nothing?' });
  await fetch(`${doorway.url}/me/review`, { method: 'POST', body: asked, headers: { cookie: visit.cookie }, redirect: 'manual' });
  expect(doorway.rig.engine.desk.list()).toMatchObject([{ subject: who, wish: { text: 'Why nothing?', decision: record.id } }]);
});

test('nobody sees the choice of somebody else', async () => {
  const { record } = await somebody(false);
  await annVisits(doorway);
  const { cookie } = await enterAs(doorway, 'ann');
  const reply = await fetch(`${doorway.url}/me/decisions/${record.id}`, { headers: { cookie }, redirect: 'manual' });
  expect([reply.status, reply.headers.get('location')]).toEqual([303, '/me?lang=en']);
});

test('every rule that can stop an action, and every reason why nothing is done, has its sentence in every language', async () => {
  const rules: Record<GuardrailRule, true> = {
    not_asked: true,
    denied_category: true,
    age: true,
    vulnerability: true,
    person_unknown: true,
    quiet_hours: true,
    frequency: true,
    fatigue: true,
    budget: true,
    claim_untrue: true,
    language_missing: true,
  };
  const { record } = await somebody(false);
  for (const [lang, { rules: told, choiceHeld, choiceOnly }] of Object.entries(portalLanguages)) {
    expect(Object.keys(told).sort(), lang).toEqual(Object.keys(rules).sort());
    const tag = lang === 'de' ? 'de' : 'ar';
    for (const held of ['holdout', 'harm_stop', 'nothing_left'] as const)
      expect(chanceSentence(tag, { ...record, held })).toBe(portalLanguages[tag].choiceHeld[held]);
    expect(
      Object.values(choiceHeld).every((each) => each.length > 10),
      lang,
    ).toBe(true);
    expect(choiceOnly.length, lang).toBeGreaterThan(5);
  }
  expect(offers.actions).toHaveLength(4);
});
