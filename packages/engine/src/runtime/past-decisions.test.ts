// What was decided for somebody tells of what they did: it goes with the purpose and with the time of what it rests on.
import { describe, expect, it } from 'vitest';
import { must } from '../base/assert.js';
import type { ChoicePoint } from '../model/choice.js';
import type { DecisionRecord } from '../model/decision.js';
import { decodeEvent } from '../model/event-codec.js';
import type { BehaviourEvent } from '../model/event.js';
import { SeededRandom } from '../sim/seeded-random.js';
import { worldDefinitions } from '../sim/world-definitions.js';
import { worldLists, worldPoints } from '../sim/world-points.js';
import { personLines } from './archive.js';
import { retentionDaysOf } from './retention-days.js';
import { Rig } from './rig.suite.js';
import { shopTypes } from './shop-types.js';

const dayMs = 86_400_000;
const week = 7 * dayMs;
const nudge = must(worldPoints[0], 'the world has a point');
const caps = [{ channels: ['page', 'push'], withinMs: week, max: 2 }] as const;
const point: ChoicePoint = { ...nudge, holdoutPpm: 50_000, guardrails: { caps, zones: ['UTC'], deny: [], vulnerable: [] } };

class PointRig extends Rig {
  override start(): Promise<void> {
    this.definitions = worldDefinitions;
    this.choicePoints = [point];
    return super.start(worldLists);
  }
}

async function opened(): Promise<PointRig> {
  const rig = new PointRig();
  await rig.start();
  return rig;
}

async function visited(rig: Rig, subject = 'ann'): Promise<void> {
  await rig.say(subject, 'granted', 'personalise', 'train', 'analytics');
  await rig.visit(subject, 'hiv-test', 'kettle');
}

function ranked(rig: Rig, name = 'home', subject = 'ann'): DecisionRecord {
  const done = rig.engine.rank({ point: name, subject });
  if (!done.ok) throw new Error(done.code);
  return done.value;
}

function entries(rig: Rig): BehaviourEvent[] {
  return [...rig.engine.log.read(0)].flatMap(({ bytes, mask }) => (bytes === null ? [] : [decodeEvent(bytes, mask)]));
}

const naming = (rig: Rig, text: string): string[] =>
  entries(rig).flatMap((event) => (JSON.stringify(event).includes(text) ? [event.type] : []));

const ofType = (rig: Rig, name: string): string[] => entries(rig).flatMap(({ type }) => (type === name ? [type] : []));

async function expectSameAnew(rig: Rig): Promise<void> {
  const live = await rig.dump();
  await rig.restart(true);
  expect(await rig.dump()).toEqual(live);
}

describe('what was decided for somebody', () => {
  it('is told no more once personalising is withdrawn, and no entry of the log names what they did when that is completed', async () => {
    const rig = await opened();
    await visited(rig);
    const { id, inputs } = ranked(rig);
    expect(inputs).toContain('hiv-test');
    expect(rig.engine.why(id)).toMatchObject({ ok: true });
    const withdrawing = rig.say('ann', 'withdrawn', 'personalise', 'train', 'analytics');
    while (rig.engine.core.gate.standingAhead('ann')?.stands.personalise?.choice === 'granted') await rig.clock.yield();
    // On its way to the disk, as is the decision.
    expect(rig.engine.why(id)).toMatchObject({ ok: false, code: 'decision_withdrawn' });
    await withdrawing;
    expect(rig.engine.why(id)).toMatchObject({ ok: false, code: 'decision_withdrawn' });
    expect(await rig.engine.whyInFull(id)).toMatchObject({ ok: false, code: 'decision_withdrawn' });
    // It is the person's own as long as it is there.
    expect(rig.engine.decided.event(id)).toMatchObject({ subject: 'ann' });
    // A new grant does not bring it back.
    rig.clock.advance(1000);
    await rig.say('ann', 'granted', 'personalise');
    expect(rig.engine.why(id)).toMatchObject({ ok: false, code: 'decision_withdrawn' });
    const { id: later } = ranked(rig);
    await rig.engine.completeErasures();
    expect(naming(rig, 'hiv-test')).toEqual([]);
    expect(rig.engine.why(id)).toMatchObject({ ok: false, code: 'decision_unknown' });
    expect(rig.engine.why(later)).toMatchObject({ ok: true });
    await expectSameAnew(rig);
    await rig.engine.close();
  });

  it('stays when something else is withdrawn, and while the person is frozen', async () => {
    const rig = await opened();
    await visited(rig);
    const { id } = ranked(rig);
    await rig.say('ann', 'withdrawn', 'train');
    await rig.engine.completeErasures();
    expect(rig.engine.why(id)).toMatchObject({ ok: true });
    await rig.engine.restrict('ann', true, 'test');
    await rig.engine.completeErasures();
    expect(rig.engine.why(id)).toMatchObject({ ok: true });
    await rig.engine.close();
  });

  it('goes when the period of what it names is over, and nothing else', async () => {
    const rig = await opened();
    await visited(rig);
    ranked(rig);
    await rig.engine.chooseAction({ point: 'nudge', subject: 'ann' });
    rig.clock.advance(390 * dayMs);
    expect(await rig.engine.cutRetention()).toBe(0);
    await rig.visit('ann', 'pot');
    const { id } = ranked(rig);
    rig.clock.advance(10 * dayMs);
    await rig.engine.cutRetention();
    expect(naming(rig, 'hiv-test')).toEqual([]);
    expect(ofType(rig, 'choice.made')).toEqual([]);
    expect(rig.engine.why(id)).toMatchObject({ ok: true });
    await expectSameAnew(rig);
    await rig.engine.close();
  });

  it('waits for whoever is to look at it at the wish of the person, and goes when they have', async () => {
    const rig = await opened();
    await visited(rig);
    const { id } = ranked(rig);
    const { id: other } = ranked(rig);
    const asked = await rig.engine.desk.open('ann', 'human_review', { kind: 'account' }, { decision: id });
    await rig.say('ann', 'withdrawn', 'personalise', 'train', 'analytics');
    await rig.engine.completeErasures();
    expect(rig.engine.why(id)).toMatchObject({ ok: true });
    expect(rig.engine.why(other)).toMatchObject({ ok: false, code: 'decision_unknown' });
    await rig.restart(true);
    if (!asked.ok) throw new Error(asked.code);
    await rig.engine.desk.answer(asked.value.request, 'it was the kettle');
    expect(rig.engine.why(id)).toMatchObject({ ok: false, code: 'decision_withdrawn' });
    await rig.engine.completeErasures();
    expect(naming(rig, 'hiv-test')).toEqual([]);
    await expectSameAnew(rig);
    await rig.engine.close();
  });

  it('leaves of an address that it was one, and against caps that goes on to count', async () => {
    const rig = await opened();
    await visited(rig);
    const { id: list } = ranked(rig, 'offers');
    const choice = await rig.engine.chooseAction({ point: 'nudge', subject: 'ann', segment: 'ward' });
    if (!choice.ok || choice.value.action === null) throw new Error('Ann is addressed');
    await rig.engine.drain();
    const { done } = rig.engine.core.choices.person(['ann']);
    await rig.say('ann', 'withdrawn', 'personalise', 'train', 'analytics');
    await rig.engine.completeErasures();
    expect(entries(rig).flatMap(({ type, properties }) => (type === 'person.addressed' ? [properties] : []))).toEqual([
      { addressed: { decision: list, channel: 'page' } },
      { addressed: { decision: choice.value.id, channel: choice.value.channel } },
    ]);
    expect([...naming(rig, 'ward'), ...naming(rig, 'hiv-test'), ...ofType(rig, 'choice.made')]).toEqual([]);
    expect(rig.engine.core.choices.person(['ann']).done).toEqual(done.map((each) => ({ ...each, shown: false, won: false })));
    rig.clock.advance(1000);
    await rig.say('ann', 'granted', 'personalise');
    const again = await rig.engine.chooseAction({ point: 'nudge', subject: 'ann' });
    expect(again).toMatchObject({ value: { excluded: expect.arrayContaining([{ action: 'tea', rule: 'frequency' }]) } });
    await expectSameAnew(rig);
    // It is said once, and goes with its time.
    await rig.say('ann', 'withdrawn', 'personalise');
    await rig.engine.completeErasures();
    expect(ofType(rig, 'person.addressed')).toHaveLength(2);
    rig.clock.advance(400 * dayMs);
    await rig.engine.cutRetention();
    expect(ofType(rig, 'person.addressed')).toEqual([]);
    await expectSameAnew(rig);
    await rig.engine.close();
  });

  it('is in the archive of the person until it goes', async () => {
    const rig = await opened();
    await visited(rig);
    const { id } = ranked(rig);
    await rig.engine.drain();
    const isThere = (): boolean => [...personLines('ann', rig.engine.archiveParts)].some((line) => line.includes(id));
    await rig.say('ann', 'withdrawn', 'personalise');
    expect(isThere()).toBe(true);
    await rig.engine.completeErasures();
    expect(isThere()).toBe(false);
    await rig.engine.close();
  });
});

describe('a log of before decisions went', () => {
  it('is looked through again for who withdrew', async () => {
    const rig = await opened();
    await visited(rig);
    ranked(rig);
    await rig.say('ann', 'withdrawn', 'personalise', 'train', 'analytics');
    const [through] = must(rig.engine.core.withdrawals.owed()[0], 'Ann is owed').slice(1);
    const old = { type: 'purpose.forgotten', id: 'old', subject: 'ann', source: 'engine', properties: { through } };
    const event = { ...old, occurredAt: rig.clock.now(), receivedAt: rig.clock.now(), mask: 0xffff };
    rig.engine.core.withdrawals.apply(event);
    expect(rig.engine.core.withdrawals.owes('ann')).toBe(true);
    await rig.engine.completeErasures();
    expect(naming(rig, 'hiv-test')).toEqual([]);
    expect(rig.engine.core.withdrawals.owes('ann')).toBe(false);
    await rig.engine.close();
  });
});

describe('the period of what was decided', () => {
  it('is of lists and plans the shortest of what they could name, of the rest the longest of what they could rest on', () => {
    const at = (types = shopTypes): (number | undefined)[] => {
      const days = retentionDaysOf(types);
      return ['decision.made', 'plan.made', 'plan.joined', 'choice.made', 'person.addressed'].map((type) => days.get(type));
    };
    const type = must(
      shopTypes.find(({ name }) => name === 'item.viewed'),
      'the shop has it',
    );
    expect(at([type, { ...type, name: 'a', retentionDays: 7 }, { ...type, name: 'b', counts: false, retentionDays: 900 }])).toEqual([
      7, 7, 7, 900, 900,
    ]);
    expect(at([type, { ...type, name: 'a', purposes: { analytics: 'consent' }, retentionDays: 7 }])).toEqual(Array(5).fill(395));
    expect(at([{ ...type, purposes: { analytics: 'consent' } }])).toEqual(Array(5).fill(undefined));
  });
});

describe('random histories of decisions', () => {
  it.each([1, 2, 3, 4])(
    'with seed %i fold to what their log says, and keep nothing of who withdrew',
    async (seed) => {
      const random = new SeededRandom(seed);
      const rig = await opened();
      const people = ['ann', 'ben', 'kim'];
      const made: { subject: string; id: string }[] = [];
      const note = (subject: string | null, id: string): void => {
        if (subject !== null) made.push({ subject, id });
      };
      const acts: readonly (() => unknown)[] = [
        () => rig.send(rig.view(random.pick(people), `item-${random.int(5)}`)),
        () => {
          const { subject, id } = ranked(rig, random.pick(['home', 'offers']), random.pick(people));
          note(subject, id);
        },
        async () => {
          const done = await rig.engine.chooseAction({ point: 'nudge', subject: random.pick(people), segment: 'x' });
          if (done.ok) note(done.value.subject, done.value.id);
        },
        async () => {
          if (made.length === 0) return;
          const { subject, id } = random.pick(made);
          const type = random.pick(['exposure', 'outcome']);
          await rig.send({ ...rig.view(subject, ''), type, properties: { decisionId: id, kind: random.pick(['order', 'opt_out']) } });
        },
        () => rig.say(random.pick(people), random.pick(['granted', 'withdrawn']), random.pick(['personalise', 'train'] as const)),
        () => rig.engine.completeErasures(),
        () => rig.engine.cutRetention(),
        () => rig.engine.moveTime(),
        () => rig.engine.restrict(random.pick(people), random.chance(0.4), 'test'),
        () => (random.chance(0.2) ? rig.engine.erase([random.pick(people)]) : null),
      ];
      for (const who of people) await rig.say(who, 'granted', 'train', 'personalise', 'analytics');
      for (let step = 0; step < 120; step += 1) {
        rig.clock.advance(random.pick([1000, 60_000, 3_600_000, dayMs, 20 * dayMs]));
        await must(random.chance(0.6) ? acts[random.int(4)] : random.pick(acts), 'an act')();
      }
      await rig.say('ann', 'withdrawn', 'personalise', 'train', 'analytics');
      await rig.engine.completeErasures();
      const left = entries(rig).filter(({ subject }) => subject === 'ann');
      expect(left.filter((event) => JSON.stringify(event).includes('item-'))).toEqual([]);
      expect(left.filter(({ type }) => type === 'choice.made' || type === 'decision.made')).toEqual([]);
      await expectSameAnew(rig);
      await rig.engine.close();
    },
    60_000,
  );
});
