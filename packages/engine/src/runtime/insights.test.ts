// Insights in the whole engine: what is kept for them bounds what they may say.
import { describe, expect, it } from 'vitest';
import { noDefinitions } from '../model/definitions.js';
import { SeededRandom } from '../sim/seeded-random.js';
import { Rig } from './rig.suite.js';
import { shopTypes } from './shop-types.js';

const dayMs = 86_400_000;

/** People who do the same each day of ten weeks, on half of the days, by chance. `days`: that the trait keeps. */
async function steady(days: number, retentionDays = 395): Promise<Rig> {
  const rig = new Rig();
  rig.definitions = { ...noDefinitions, traits: [{ name: 'active', kind: 'hours', purpose: 'analytics', days }] };
  const eventTypes = shopTypes.map((type) => (type.name === 'item.viewed' ? { ...type, retentionDays } : type));
  await rig.start(undefined, { eventTypes });
  const random = new SeededRandom(days);
  const people = Array.from({ length: 40 }, (_, at) => `p${at}`);
  for (const subject of people) await rig.say(subject, 'granted', 'analytics', 'personalise');
  for (let day = 0; day < 70; day += 1) {
    const active = people.filter(() => random.uint32() % 2 === 0);
    await rig.send(...active.map((subject) => rig.view(subject, 'tea')));
    rig.clock.advance(dayMs);
  }
  await rig.engine.cutRetention();
  return rig;
}

describe('insights', () => {
  it('tell no number of people below five, of whom they find nothing', async () => {
    const rig = new Rig();
    rig.definitions = { ...noDefinitions, traits: [{ name: 'active', kind: 'hours', purpose: 'analytics', days: 60 }] };
    await rig.start();
    for (let person = 0; person <= 5; person += 1) {
      expect(await rig.engine.insights.trends()).toMatchObject({ ok: true, value: { people: person < 5 ? null : 5, findings: [] } });
      await rig.say(`p${person}`, 'granted', 'analytics');
      await rig.send(rig.view(`p${person}`, 'tea'));
    }
    await rig.engine.close();
  });
});

describe('trends', () => {
  it.each([57, 30, 16, 10, 1])('of people who do the same all along find no change, when %i days are kept of them', async (days) => {
    const rig = await steady(days);
    const told = await rig.engine.insights.trends('active');
    expect(told.ok && told.value.findings.filter(({ kind }) => kind === 'change')).toEqual([]);
    expect(JSON.stringify(told)).not.toContain('null');
    await rig.engine.close();
  });

  it('nor when the log keeps the events for less long than the trait', async () => {
    const rig = await steady(60, 30);
    expect(await rig.engine.insights.trends('active')).toMatchObject({ ok: true, value: { tests: 3, findings: [] } });
    await rig.engine.close();
  });
});
