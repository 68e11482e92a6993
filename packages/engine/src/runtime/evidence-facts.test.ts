// What the evidence counts, of decisions of every kind.
import { expect, it } from 'vitest';
import type { ChoicePoint } from '../model/choice.js';
import { evidenceFacts } from './evidence-facts.js';
import { Rig } from './rig.suite.js';

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
