// What the evidence says of decision points of every kind: what they do to people, how far they go, what stopped them.
import { expect, test } from 'vitest';
import { evidenceOf, type Statement } from '../answer/evidence/evidence.js';
import type { ChoicePoint } from '../model/choice.js';
import { systemTypes } from '../model/system-event.js';
import { smallestChoice } from '../pack/smallest-choice.suite.js';
import { evidenceFacts } from './evidence-facts.js';
import { Rig } from './rig.suite.js';

const hourMs = 3_600_000;
const careful: ChoicePoint = {
  ...smallestChoice,
  name: 'careful',
  actions: [
    { id: 'wine', kind: 'offer', channel: 'email', category: 'wine', ageMin: 18, perDayMax: 40 },
    { id: 'hint', kind: 'message', channel: 'page', category: 'tea' },
  ],
  objective: { outcome: 'order', welfare: { outcome: 'complaint', allowedPpm: 5_000 } },
  guardrails: {
    caps: [{ channels: ['email', 'sms'], withinMs: 24 * hourMs, max: 3 }],
    fatigue: { ignoredMax: 4, pauseMs: 72 * hourMs },
    quiet: { from: 22, until: 7 },
    zones: ['Europe/Vienna'],
    deny: ['gambling'],
    vulnerable: [{ declared: 'gambling', categories: ['wine'] }],
  },
};

const valuesOf = (statements: readonly Statement[] = []): Record<string, string | number> =>
  Object.fromEntries(statements.map(({ says, value }) => [says, value]));

test('choices, plans and rules are in it, with what bounds them', async () => {
  const rig = new Rig();
  rig.choicePoints = [careful, smallestChoice];
  await rig.start(undefined, {
    planPoints: [{ name: 'tour', kind: 'plan', model: 'trips', categories: ['place'] }],
    guardrails: [{ name: 'no_knives', point: 'home', only: { category: ['tea'] }, because: 'children look at this page' }],
  });
  const { engine } = rig;
  for (let person = 0; person < 9; person += 1) {
    const subject = `p${person}`;
    await rig.say(subject, 'granted', 'personalise', 'train');
    const chosen = await engine.chooseAction({ point: 'careful', subject });
    if (!chosen.ok || chosen.value.action === null) continue;
    const about = { subject, occurredAt: rig.clock.now(), source: 'test', properties: { decisionId: chosen.value.id } };
    await rig.send({ ...about, id: 'seen', type: systemTypes.exposure });
  }
  const { sections, registry } = evidenceOf(evidenceFacts(engine, rig.clock.now(), 0));
  const [dpia, bounds] = ['dpia', 'guardrails'].map((id) => sections.find((section) => section.id === id)?.statements);
  const chosen =
    'choose: one of 2 actions (offer, message, by email, page), or none, so that order follows; what others get may be withheld by it';
  expect(valuesOf(dpia)).toMatchObject({ 'Decision point careful': chosen, 'Decision point tour': expect.stringContaining('plan: ') });
  const of = valuesOf(bounds);
  expect(of).toMatchObject({
    'Point careful: share left uninfluenced (holdout), ppm': 50_000,
    'Point careful: stops by itself': 'when complaint is proven to be more frequent than in the holdout by over 5000 ppm',
    'Point careful: addresses somebody at most': '3 in 24 h by email, sms',
    'Point careful: quiet hours': '22 to 7 h in Europe/Vienna',
    'Point careful: leaves somebody alone': 'for 72 h after 4 in a row that led to nothing',
    'Point careful: categories that are never chosen': 'gambling',
    'Point careful: not for whoever declared "gambling"': 'wine',
    'Point careful: wine: only from an age that was said, years': 18,
    'Point careful: wine: on one day at most, to everybody together': 40,
    'Point offer: stops by itself': 'never: no harm is watched',
    'Point offer: addresses somebody at most': 'without a bound',
    'Point home: rule no_knives': 'children look at this page',
  });
  expect(registry.find(({ id }) => id === 'point-careful')?.fields).toMatchObject({
    actions: 'wine (offer by email, about wine); hint (message by page, about tea)',
    'aims at the outcome': 'order',
    'uninfluenced, ppm': 50_000,
  });
  const cards = valuesOf(sections.find((section) => section.id === 'models')?.statements);
  expect(cards).toMatchObject({
    'choice careful: answers': 'which action brings order about, by the segment of the request',
    'choice careful: choices shown that it learns from': 'at least 5',
    'choice offer: choices shown that it learns from': 'fewer than 5',
    'choice careful: erasure class': 'exact',
  });
  const ids = new Set(registry.map(({ id }) => id));
  expect(ids.size).toBe(registry.length);
  for (const { says, source } of sections.flatMap(({ statements }) => statements))
    if ('registry' in source) expect(ids.has(source.registry), says).toBe(true);
  await engine.close();
});

test('that harm stopped a point, and who started it again, are in it; how many it was seen in is not', async () => {
  const rig = new Rig();
  rig.choicePoints = [careful];
  await rig.start();
  const { engine } = rig;
  const at = rig.clock.now();
  const event = { subject: null, occurredAt: at, receivedAt: at, source: 'engine', mask: 0 };
  const stop = { point: 'careful', group: 'evening', low: 0.01, n: 12_347 };
  const restart = { point: 'careful', by: 'Kim Adams', reason: 'the text was changed' };
  const facts = {
    ...evidenceFacts(engine, at, 0),
    facts: [
      { position: 7, event: { ...event, id: 'stop', type: systemTypes.pointStopped, properties: { stop } } },
      { position: 9, event: { ...event, id: 'start', type: systemTypes.pointRestarted, properties: { restart } } },
    ],
  };
  const evidence = evidenceOf(facts);
  const told = evidence.sections.find(({ id }) => id === 'guardrails')?.statements.slice(-2);
  expect(told).toMatchObject([
    { says: expect.stringMatching(/^Point careful: stopped on \d{4}-/u), value: 'harm in the group evening' },
    { value: 'the text was changed; by Kim Adams', source: { proof: 9 } },
  ]);
  expect(JSON.stringify(evidence)).not.toContain('12347');
  await engine.close();
});
