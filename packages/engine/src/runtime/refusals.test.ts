// A refusal is heard whatever it comes with, and stands against what was said before it.
import { describe, expect, it } from 'vitest';
import type { IncomingEvent } from '../collect/incoming.js';
import type { ConsentChange } from '../model/system-event.js';
import { Rig } from './rig.suite.js';

const minute = 60_000;
const no: ConsentChange = { choices: { personalise: 'withdrawn', train: 'denied' }, origin: 'test' };
const yes: ConsentChange = { choices: { personalise: 'granted', train: 'granted' }, origin: 'test' };

/** Events that are refused, whatever anybody allows. */
const bad: readonly [name: string, code: string, make: (rig: Rig) => IncomingEvent][] = [
  ['a clock that stands at 1970', 'event_time', (rig) => rig.view('ann', 'mug', 1000)],
  ['a clock that is fast', 'event_time', (rig) => rig.view('ann', 'mug', rig.clock.now() + 10 * minute)],
  ['a type that nobody registered', 'event_type_unknown', (rig) => ({ ...rig.view('ann', 'mug'), type: 'Screen Closed' })],
  ['a property that breaks the schema', 'event_property', (rig) => ({ ...rig.view('ann', 'mug'), properties: { product_id: 7 } })],
  [
    'a form that was refused at the edge',
    'event_shape',
    (rig) => ({ ...rig.view('ann', 'mug'), type: '', fault: { ok: false, code: 'event_shape' } }),
  ],
];

async function granted(): Promise<Rig> {
  const rig = await Rig.open();
  await rig.say('ann', 'granted', 'personalise', 'train');
  await rig.visit('ann', 'tea');
  return rig;
}

const stands = (rig: Rig, subject: string): unknown[] => {
  const { personalise, train } = rig.engine.core.gate.standing(subject)?.stands ?? {};
  return [personalise?.choice, train?.choice];
};

describe('a refusal that rides on an event that is refused itself', () => {
  for (const [name, code, make] of bad) {
    it(`is heard: ${name}`, async () => {
      const rig = await granted();
      expect(await rig.send({ ...make(rig), consent: yes })).toEqual({ accepted: 0, codes: [code] });
      const before = rig.engine.core.gate.epoch('ann');
      expect(await rig.send({ ...make(rig), consent: { ...no, choices: { ...no.choices, analytics: 'granted' } } })).toEqual({
        accepted: 0,
        codes: [code],
      });
      expect(stands(rig, 'ann')).toEqual(['withdrawn', 'denied']);
      expect(rig.engine.core.gate.standing('ann')?.stands.analytics).toBeUndefined();
      expect(rig.engine.core.gate.epoch('ann')).toBeGreaterThan(before);
      rig.clock.advance(minute);
      expect(await rig.send(rig.view('ann', 'pot'))).toEqual({ accepted: 0, codes: ['no_grant'] });
      const live = await rig.dump();
      await rig.restart(true);
      expect(await rig.dump()).toEqual(live);
    });

    it(`a grant is not: ${name}`, async () => {
      const rig = await granted();
      await rig.say('ann', 'withdrawn', 'personalise');
      const { head } = rig.engine.log;
      expect(await rig.send({ ...make(rig), consent: yes })).toEqual({ accepted: 0, codes: [code] });
      expect([stands(rig, 'ann'), rig.engine.log.head]).toEqual([['withdrawn', 'granted'], head]);
    });
  }

  it('stores nobody: neither who was never here, nor who was erased', async () => {
    const rig = await granted();
    await rig.engine.erase(['ann']);
    const { head } = rig.engine.log;
    for (const subject of ['ann', 'nobody']) for (const [, , make] of bad) await rig.send({ ...make(rig), subject, consent: no });
    expect(rig.engine.log.head).toBe(head);
    // Whoever begins anew is heard again, but not by what they said before they were erased.
    const before = rig.clock.now();
    rig.clock.advance(minute);
    await rig.say('ann', 'granted', 'personalise', 'train');
    await rig.send({ ...rig.view('ann', 'mug', before), type: 'Screen Closed', consent: no });
    expect(stands(rig, 'ann')).toEqual(['granted', 'granted']);
    await rig.send({ ...rig.view('ann', 'mug', 1000), consent: no });
    expect(stands(rig, 'ann')).toEqual(['withdrawn', 'denied']);
  });

  it('holds for every id of the person', async () => {
    const rig = await granted();
    await rig.say('phone', 'granted', 'personalise', 'train');
    await rig.engine.link('ann', 'phone', true, 'a log-in');
    await rig.send({ ...rig.view('ann', 'mug', 1000), consent: no });
    expect(stands(rig, 'phone')).toEqual(['withdrawn', 'denied']);
  });
});

describe('a refusal by somebody who is known', () => {
  it('stands against a grant that was given before it, though nothing stood for that purpose', async () => {
    const rig = await Rig.open();
    await rig.say('ann', 'granted', 'analytics');
    const offline = rig.clock.now() + minute;
    rig.clock.advance(10 * minute);
    await rig.say('ann', 'denied', 'train', 'personalise');
    rig.clock.advance(10 * minute);
    expect(await rig.engine.choose('ann', { ...yes, origin: 'phone' }, offline)).toMatchObject({ ok: false, code: 'consent_stale' });
    rig.clock.advance(minute);
    await rig.send(rig.view('ann', 'tea'));
    expect([stands(rig, 'ann'), rig.engine.health().visits]).toEqual([['denied', 'denied'], 0]);
    expect(rig.engine.rank({ point: 'home', subject: 'ann' })).toMatchObject({ value: { mode: 'contextual' } });
    const live = await rig.dump();
    await rig.restart(true);
    expect(await rig.dump()).toEqual(live);
  });

  it('stands against a basis that is declared after it', async () => {
    const rig = await Rig.open();
    const declare = async (purpose: 'train' | 'personalise', basis: 'contract' | 'legitimate_interests') =>
      expect(await rig.engine.declareBasis({ eventType: 'item.imported', purpose, basis, reason: 'test' })).toMatchObject({ ok: true });
    // Bob has chosen something; of Carl something is held, though he never chose.
    await rig.say('bob', 'granted', 'analytics');
    await declare('personalise', 'contract');
    expect(await rig.send({ ...rig.view('carl', 'tea'), type: 'item.imported' })).toMatchObject({ accepted: 1 });
    for (const subject of ['bob', 'carl']) await rig.say(subject, 'denied', 'train', 'personalise');
    await declare('train', 'legitimate_interests');
    await declare('personalise', 'legitimate_interests');
    rig.clock.advance(minute);
    for (const subject of ['bob', 'carl']) {
      const sent = await rig.send({ ...rig.view(subject, 'mug'), type: 'item.imported' });
      expect([subject, sent]).toEqual([subject, { accepted: 0, codes: ['no_grant'] }]);
      expect(rig.engine.rank({ point: 'home', subject })).toMatchObject({ value: { mode: 'contextual' } });
    }
  });
});
