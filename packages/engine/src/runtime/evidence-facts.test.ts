// What the evidence counts: decisions of every kind, and people as every count of them is told.
import { expect, it } from 'vitest';
import { evidenceOf } from '../answer/evidence/evidence.js';
import type { ChoicePoint } from '../model/choice.js';
import { combine } from '../pack/combined.js';
import { travel } from '../packs/travel.js';
import { evidenceFacts } from './evidence-facts.js';
import { Rig } from './rig.suite.js';
import { shopTypes } from './shop-types.js';
import { surroundings } from './surroundings.js';

const point: ChoicePoint = {
  name: 'nudge',
  kind: 'choose',
  actions: [{ id: 'a', kind: 'nudge', channel: 'page', category: 'tea' }],
  learner: 'thompson',
  features: [],
  halfLifeDays: null,
  floorPpm: 0,
  uniformPpm: 1_000,
  holdoutPpm: 50_000,
  objective: { outcome: 'order' },
  guardrails: { caps: [], deny: [], vulnerable: [] },
};

it('the decisions of the log are lists and choices, of somebody and of nobody', async () => {
  const rig = new Rig();
  rig.choicePoints = [point];
  await rig.start();
  await rig.say('ann', 'granted', 'personalise');
  await rig.visit('ann', 'tea');
  for (const subject of ['ann', undefined]) {
    const whose = subject === undefined ? {} : { subject };
    expect(await rig.engine.chooseAction({ point: 'nudge', ...whose })).toMatchObject({ ok: true });
    expect(rig.engine.rank({ point: 'home', ...whose })).toMatchObject({ ok: true });
  }
  expect(evidenceFacts(rig.engine, rig.clock.now(), 0)).toMatchObject({ decisions: 4, events: 1 });
  await rig.engine.close();
});

it('of people from whom a model learns it tells no number below five, and else steps of five', async () => {
  const { eventTypes, definitions, points, planPoints } = combine([travel], { ...surroundings, eventTypes: shopTypes, decisionPoints: [] });
  const rig = new Rig();
  rig.definitions = definitions;
  await rig.start(points, { eventTypes, planPoints });
  const says = `${planPoints[0]?.model ?? ''}: people whom it learns from`;
  const told = (): unknown =>
    evidenceOf(evidenceFacts(rig.engine, rig.clock.now(), 0))
      .sections.flatMap(({ statements }) => statements)
      .find((statement) => statement.says === says)?.value;
  expect(told()).toBe('fewer than 5');
  for (let person = 1; person <= 7; person += 1) {
    await rig.say(`p${person}`, 'granted', 'personalise', 'train');
    await rig.send({ ...rig.view(`p${person}`, 'x'), type: 'place.checked_in', properties: { place_id: 'zoo' } });
    expect(told(), `${person}`).toBe(person < 5 ? 'fewer than 5' : 'at least 5');
  }
  await rig.engine.close();
});
