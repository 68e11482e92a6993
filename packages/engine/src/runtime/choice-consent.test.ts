// Consent where one action is chosen: what may be learned, told and counted, and what goes. Each test shows an invariant of
// docs/consent.spec.md.
import { describe, expect, it } from 'vitest';
import { must } from '../base/assert.js';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { noDefinitions, type Definitions } from '../model/definitions.js';
import type { ChoicePoint, ChoiceRecord } from '../model/choice.js';
import { decodeEvent } from '../model/event-codec.js';
import { ownChoices } from './own-choices.js';
import { Rig } from './rig.suite.js';

const point: ChoicePoint = {
  name: 'nudge',
  kind: 'choose',
  actions: ['a', 'b'].map((id) => ({ id, kind: 'nudge', channel: 'page', category: 'tea' })),
  learner: 'thompson',
  features: [],
  halfLifeDays: null,
  floorPpm: 20_000,
  uniformPpm: 500_000,
  holdoutPpm: 50_000,
  objective: { outcome: 'order', welfare: { outcome: 'opt_out', allowedPpm: 10_000 } },
  guardrails: { caps: [], deny: [], vulnerable: [] },
  experiment: {
    name: 'learned',
    arms: [
      { name: 'learned', weight: 1, use: 'policy' },
      { name: 'uniform', weight: 1, use: 'uniform' },
    ],
    covariate: { trait: 'taught', of: ['item.viewed'], days: 30 },
    groups: ['evening'],
  },
};
const definitions: Definitions = {
  ...noDefinitions,
  traits: [
    { name: 'taught', kind: 'counter', purpose: 'train' },
    { name: 'acts', kind: 'counter', purpose: 'personalise' },
  ],
};
const dayMs = 86_400_000;

async function opened(changed: Partial<ChoicePoint> = {}): Promise<Rig> {
  const rig = new Rig();
  rig.definitions = definitions;
  rig.choicePoints = [{ ...point, ...changed }];
  await rig.start([
    { name: 'home', kind: 'rank', limit: 5, uniformPpm: 0 },
    { name: 'offers', kind: 'rank', limit: 5, uniformPpm: 0, countsAs: 'page' },
  ]);
  return rig;
}

async function choose(rig: Rig, subject: string, segment = 'evening'): Promise<ChoiceRecord> {
  const done = await rig.engine.chooseAction({ point: 'nudge', subject, segment });
  if (!done.ok) throw new Error(done.code);
  return done.value;
}

/** Somebody who is not in the holdout, and has granted all of it. */
async function treated(rig: Rig, name: string): Promise<string> {
  for (let each = 0; ; each += 1) {
    const subject = `${name}${each}`;
    await rig.say(subject, 'granted', 'personalise', 'train');
    if ((await choose(rig, subject)).held === null) return subject;
  }
}

let ids = 0;
async function follow(rig: Rig, subject: string, decisionId: string, ...kinds: ('shown' | 'order' | 'opt_out')[]): Promise<void> {
  for (const kind of kinds) {
    ids += 1;
    const event =
      kind === 'shown' ? { type: 'exposure', properties: { decisionId } } : { type: 'outcome', properties: { decisionId, kind } };
    await rig.send({ id: `f${ids}`, subject, occurredAt: rig.clock.now(), source: 'test', ...event });
  }
}

/** Lines of what was learned across people. */
const sums = async (rig: Rig): Promise<string[]> => (await rig.dump()).filter((line) => line.startsWith('choice\tsums'));
const rowOf = async (rig: Rig, subject: string): Promise<string> =>
  (await rig.dump()).find((line) => line.startsWith(`choice\trow\t"${subject}"`)) ?? '';

describe('choices', () => {
  it('forget what a reward taught whose purpose was withdrawn, and learn it no more', async () => {
    const rig = await opened();
    const ann = await treated(rig, 'ann');
    const { id } = await choose(rig, ann);
    await follow(rig, ann, id, 'shown', 'order', 'opt_out');
    expect(await rowOf(rig, ann)).toContain('"won":2');
    await rig.say(ann, 'withdrawn', 'train');
    expect(await sums(rig)).toEqual([]);
    expect(await rowOf(rig, ann)).not.toMatch(/"(?:shown|won|harmed)":2/u);
    await rig.say(ann, 'granted', 'train');
    await follow(rig, ann, id, 'order'); // of a choice from before
    expect(await sums(rig)).toEqual([]);
    await rig.engine.close();
  });

  it('of an erased person leave every count, as if they had never been', async () => {
    const rig = await opened();
    const bob = await treated(rig, 'bob');
    await follow(rig, bob, (await choose(rig, bob)).id, 'shown', 'order');
    const before = await sums(rig);
    const ann = await treated(rig, 'ann');
    await follow(rig, ann, (await choose(rig, ann)).id, 'shown', 'order', 'opt_out');
    expect(await sums(rig)).not.toEqual(before);
    const anns = Array.from(rig.engine.core.trace.subjects()).filter((each) => each.startsWith('ann'));
    for (const each of anns) await rig.engine.erase([each]);
    expect(await sums(rig)).toEqual(before);
    await rig.engine.close();
  });

  it('teach only under the own grant of the person: a basis declared for events teaches nothing of choices', async () => {
    const rig = await opened();
    await rig.engine.declareBasis({ eventType: 'item.imported', purpose: 'train', basis: 'legitimate_interests', reason: 'test' });
    await rig.say('eve', 'granted', 'personalise');
    expect(await choose(rig, 'eve')).toMatchObject({ mode: 'personal' });
    expect(await sums(rig)).toEqual([]);
    await rig.engine.close();
  });

  it('that were drafted before a withdrawal become contextual before they are placed', async () => {
    const rig = await opened();
    await rig.say('ann', 'granted', 'personalise', 'train');
    const draft = rig.engine.choosing.prepare({ point: 'nudge', subject: 'ann' });
    if (!draft.ok) throw new Error(draft.code);
    expect(draft.value.record.mode).toBe('personal');
    await rig.say('ann', 'withdrawn', 'personalise');
    const done = await rig.engine.choosing.emit(draft.value);
    expect(done).toMatchObject({ ok: true, value: { mode: 'contextual', contextualBecause: 'superseded', subject: null } });
    const texts = [...rig.engine.log.read(0)].map(({ bytes }) => Buffer.from(bytes ?? []).toString());
    expect(texts.filter((text) => text.includes('choice.made')).join()).not.toContain('"ann"');
    await rig.engine.close();
  });

  it('are not told when consent went while their record was on its way to the disk', async () => {
    const rig = await opened();
    await rig.say('ann', 'granted', 'personalise', 'train');
    const asked = rig.engine.chooseAction({ point: 'nudge', subject: 'ann' });
    const withdrawn = rig.engine.choose('ann', { choices: { personalise: 'withdrawn' }, origin: 'test' });
    expect(await asked).toMatchObject({ ok: true, value: { mode: 'contextual', contextualBecause: 'superseded', subject: null } });
    await withdrawn;
    await rig.engine.close();
  });

  it('that start from another id’s data are compared with that id’s consent, too', async () => {
    const rig = await opened();
    for (const each of ['ann', 'phone']) await rig.say(each, 'granted', 'personalise', 'train');
    await rig.visit('phone', 'tea', 'cup');
    await rig.engine.link('ann', 'phone', true, 'log-in');
    const draft = rig.engine.choosing.prepare({ point: 'nudge', subject: 'ann' });
    if (!draft.ok) throw new Error(draft.code);
    expect(draft.value.record.segment).toBe('|looking');
    await rig.engine.link('ann', 'phone', false, '');
    await rig.say('phone', 'withdrawn', 'personalise');
    const done = await rig.engine.choosing.emit(draft.value);
    expect(done).toMatchObject({ ok: true, value: { mode: 'contextual', contextualBecause: 'superseded' } });
    await rig.engine.close();
  });

  it('without a grant are contextual: they hold no subject, join no experiment and leave nobody a row', async () => {
    const rig = await opened();
    const record = await choose(rig, 'eve');
    expect(record).toMatchObject({ mode: 'contextual', subject: null, epoch: null, experiment: null, segment: 'evening' });
    await follow(rig, 'eve', record.id, 'shown', 'order');
    expect((await rig.dump()).filter((line) => line.startsWith('choice\trow') || line.startsWith('choice\tsums'))).toEqual([]);
    expect((await rig.dump()).join('\n')).not.toContain('"eve"');
    await rig.engine.close();
  });

  it('count against caps by whatever id somebody was addressed, though they allow nothing for it any more', async () => {
    const rig = await opened({ guardrails: { ...point.guardrails, caps: [{ channels: ['page'], withinMs: 10 * dayMs, max: 1 }] } });
    const phone = await treated(rig, 'phone');
    rig.clock.advance(1_000);
    const ann = await treated(rig, 'ann');
    rig.clock.advance(11 * dayMs);
    expect((await choose(rig, phone)).action).not.toBeNull();
    await rig.engine.link(ann, phone, true, 'log-in');
    expect((await choose(rig, ann)).excluded).toContainEqual({ action: 'a', rule: 'frequency' });
    await rig.engine.link(ann, phone, false, '');
    await rig.say(phone, 'withdrawn', 'personalise', 'train');
    await rig.engine.link(ann, phone, true, 'log-in');
    await rig.say(ann, 'granted', 'personalise');
    expect(await choose(rig, ann)).toMatchObject({ action: null, mode: 'personal' });
    await rig.engine.close();
  });

  it('go with an id they were made for together with, once parted, and still count against caps', async () => {
    const rig = await opened({ guardrails: { ...point.guardrails, caps: [{ channels: ['page'], withinMs: 10 * dayMs, max: 1 }] } });
    const ann = await treated(rig, 'ann');
    rig.clock.advance(11 * dayMs);
    await rig.say('phone', 'granted', 'personalise', 'train');
    await rig.visit('phone', 'tea', 'cup');
    await rig.engine.link(ann, 'phone', true, 'log-in');
    const shared = await choose(rig, ann);
    expect(shared).toMatchObject({ segment: expect.stringContaining('looking') });
    expect(shared.action).not.toBeNull();
    await rig.engine.link(ann, 'phone', false, '');
    await rig.engine.erase(['phone']);
    const choices = [...rig.engine.log.read(0)].flatMap(({ bytes, mask }) => (bytes === null ? [] : [decodeEvent(bytes, mask)]));
    expect(choices.filter(({ type }) => type === 'choice.made').map(({ id }) => id)).not.toContain(shared.id);
    expect((await choose(rig, ann)).excluded).toContainEqual({ action: 'a', rule: 'frequency' });
    const live = await rig.dump();
    await rig.restart(true);
    expect(await rig.dump()).toEqual(live);
    await rig.engine.close();
  });

  it('know what people declare only while a purpose holds for which they said it', async () => {
    const rig = await opened();
    await rig.say('ann', 'granted', 'personalise');
    const declared = { id: 'says', type: 'person.declared', source: 'test', properties: { zone: 'UTC', bornYear: 1980 } };
    await rig.send({ ...declared, subject: 'ann', occurredAt: rig.clock.now() });
    await rig.say('ann', 'granted', 'wellbeing'); // later: not for that
    expect(rig.engine.core.choices.person(['ann']).declared).toEqual([{ zone: 'UTC', bornYear: 1980 }]);
    await rig.say('ann', 'withdrawn', 'personalise');
    expect(rig.engine.core.choices.person(['ann']).declared).toEqual([]);
    await rig.engine.close();
  });

  it('take a covariate only from what was kept for training', async () => {
    const rig = await opened();
    await rig.say('ann', 'granted', 'personalise');
    await rig.visit('ann', 'tea', 'cup', 'pot');
    await rig.say('ann', 'granted', 'train');
    await rig.visit('ann', 'tea', 'cup');
    expect((await choose(rig, 'ann')).experiment).toMatchObject({ name: 'learned', before: 2 });
    await rig.engine.close();
    const covariate = { trait: 'acts', of: ['item.viewed'], days: 30 };
    const refused = opened({ experiment: { ...must(point.experiment, 'it is there'), covariate } });
    await expect(refused).rejects.toThrow(CodedError);
    await expect(refused).rejects.toThrow('/experiment/covariate');
  });

  it('that started from a wrong event are named by its correction, lists and choices alike', async () => {
    const rig = await opened();
    await rig.say('ann', 'granted', 'personalise', 'train');
    const first = await choose(rig, 'ann');
    const said = { type: 'person.declared', source: 'test', subject: 'ann' };
    await rig.send({ ...said, id: 'wrong', occurredAt: rig.clock.now(), properties: { bornYear: 1980 } });
    const second = await choose(rig, 'ann');
    await rig.send({ ...said, id: 'newer', occurredAt: rig.clock.now(), properties: { bornYear: 1981 } });
    const third = await choose(rig, 'ann');
    await follow(rig, 'ann', third.id, 'order');
    const outcome = `f${ids}`;
    const fourth = await choose(rig, 'ann');
    const touched = async (id: string, properties: object): Promise<readonly string[]> => {
      const done = await rig.engine.correct('ann', id, { ...properties });
      return done.ok ? done.value.touched : [done.code];
    };
    expect(await touched('wrong', { bornYear: 2015 })).toEqual([second.id]);
    expect(await touched(outcome, { decisionId: third.id, kind: 'opt_out' })).toEqual([fourth.id]);
    expect(await touched('newer', { bornYear: 1981 })).toEqual([]);
    // A view less in the visit: from `looking` to `arrived`, and another list.
    rig.clock.advance(dayMs);
    await rig.send(rig.view('ann', 'tea', rig.clock.now(), 'view'));
    const fifth = await choose(rig, 'ann');
    const list = rig.engine.rank({ point: 'home', subject: 'ann' });
    await rig.engine.drain();
    expect(first.segment).toBe('evening|arrived');
    expect(fifth.segment).toBe('evening|looking');
    expect(await touched('view', { product_id: 'pot' })).toEqual([list.ok ? list.value.id : '']);
    await rig.engine.close();
  });

  it('teach nothing while their person has restricted it', async () => {
    const rig = await opened();
    const ann = await treated(rig, 'ann');
    await follow(rig, ann, (await choose(rig, ann)).id, 'shown', 'order');
    const before = await sums(rig);
    await rig.engine.restrict(ann, true, 'test');
    expect(await sums(rig)).toEqual([]);
    await rig.engine.restrict(ann, false, 'test');
    expect(await sums(rig)).toEqual(before);
    await rig.engine.close();
  });

  it('of a withdrawn person are in no experiment any more', async () => {
    const rig = await opened();
    for (const each of ['ann', 'bob']) {
      await rig.say(each, 'granted', 'personalise', 'train');
      await choose(rig, each);
    }
    const people = (): number => Object.values(rig.engine.choosing.report('nudge')?.people ?? {}).reduce((sum, each) => sum + each, 0);
    expect(people()).toBe(2);
    await rig.say('ann', 'withdrawn', 'train');
    expect(people()).toBe(1);
    await rig.engine.close();
  });

  it('are judged by another policy only where their person lets it', async () => {
    const rig = await opened();
    const ann = await treated(rig, 'ann');
    await rig.engine.declareBasis({ eventType: 'item.imported', purpose: 'train', basis: 'legitimate_interests', reason: 'test' });
    await rig.say('mute', 'granted', 'personalise');
    await choose(rig, 'mute');
    const whose = (): unknown[] => [...new Set(ownChoices(rig.engine, 'nudge').map(({ record }) => record.subject))];
    expect(whose()).toEqual([ann]);
    await rig.say(ann, 'withdrawn', 'train');
    expect(whose()).toEqual([]);
    await rig.engine.close();
  });

  it('of before a grant of training are judged by no other policy, whatever followed them', async () => {
    const rig = await opened();
    await rig.say('bob', 'granted', 'personalise');
    for (const sayMore of [['granted'], ['withdrawn', 'granted']] as const) {
      const { id } = await choose(rig, 'bob');
      await follow(rig, 'bob', id, 'order');
      for (const choice of sayMore) await rig.say('bob', choice, 'train');
      // What followed could not be learned from, or not any more: it would be taken for lost, or for what it may no longer say.
      expect(ownChoices(rig.engine, 'nudge')).toEqual([]);
    }
    const { id } = await choose(rig, 'bob');
    await follow(rig, 'bob', id, 'order');
    expect(ownChoices(rig.engine, 'nudge')).toMatchObject([{ record: { id }, won: true }]);
    await rig.engine.close();
  });
});

describe('an experiment at a point', () => {
  it('takes no covariate over more days than a counter keeps, nor of one event type twice', async () => {
    const taught = { trait: 'taught', of: ['item.viewed'], days: limits.counterDays };
    for (const wrong of [{ days: limits.counterDays + 1 }, { days: NaN }, { of: ['item.viewed', 'item.viewed'] }]) {
      const experiment = { ...must(point.experiment, 'it is there'), covariate: { ...taught, ...wrong } };
      await expect(opened({ experiment }), JSON.stringify(wrong)).rejects.toThrow('/experiment/covariate');
    }
    const rig = await opened({ experiment: { ...must(point.experiment, 'it is there'), covariate: taught } });
    await rig.engine.close();
  });

  it('counts people, not ids, keeps who is linked in one arm, and says what it found by group', async () => {
    const rig = await opened();
    const subjects = Array.from({ length: 8 }, (_, each) => `p${each}`);
    for (const each of subjects) {
      await rig.say(each, 'granted', 'personalise', 'train');
      await choose(rig, each);
      rig.clock.advance(1_000);
    }
    const armOf = (subject: string): string | undefined => rig.engine.core.choices.armOf([subject], 'learned');
    const one = must(subjects[0], 'the first');
    const other = must(
      subjects.find((each) => armOf(each) !== armOf(one)),
      'somebody is in the other arm',
    );
    const total = (): number => Object.values(rig.engine.choosing.report('nudge')?.people ?? {}).reduce((sum, each) => sum + each, 0);
    expect(total()).toBe(8);
    await rig.engine.link(one, other, true, 'log-in');
    expect(total()).toBe(7);
    expect(rig.engine.choosing.report('nudge')).toMatchObject({
      crossed: 1,
      verdict: 'too_early',
      groups: [{ group: 'evening', verdict: 'too_early', p: 1 }],
    });
    // From now on they are in the arm of whichever came first, by both.
    expect((await choose(rig, other)).experiment?.arm).toBe(armOf(one));
    const dump = await rig.dump();
    await rig.restart(true);
    expect(await rig.dump()).toEqual(dump);
    await rig.engine.link(one, other, false, '');
    expect(total()).toBe(8);
    await rig.engine.close();
  });
});

describe('the holdout', () => {
  it('is in no arm: it would dilute what is compared', async () => {
    const rig = await opened({ holdoutPpm: 500_000 });
    const made = await Promise.all(
      Array.from({ length: 60 }, async (_, each) => {
        await rig.say(`p${each}`, 'granted', 'personalise', 'train');
        return await choose(rig, `p${each}`);
      }),
    );
    const held = made.filter((record) => record.held === 'holdout');
    expect(held.length).toBeGreaterThan(10);
    expect(held.filter(({ experiment }) => experiment !== null)).toEqual([]);
    const people = (): number => Object.values(rig.engine.choosing.report('nudge')?.people ?? {}).reduce((sum, each) => sum + each, 0);
    expect(people()).toBe(60 - held.length);
    const held0 = must(held[0]?.subject, 'somebody is held out');
    await rig.engine.erase([held0]);
    expect(people()).toBe(60 - held.length);
    await rig.engine.close();
  });

  it('holds for a person, by whichever of their ids', async () => {
    const rig = await opened({ holdoutPpm: 500_000 });
    const heldOf = async (subject: string): Promise<boolean> => (await choose(rig, subject)).held === 'holdout';
    const [held, free]: [string[], string[]] = [[], []];
    for (let each = 0; held.length === 0 || free.length === 0; each += 1) {
      await rig.say(`p${each}`, 'granted', 'personalise', 'train');
      ((await heldOf(`p${each}`)) ? held : free).push(`p${each}`);
    }
    const [one, other] = [must(held[0], 'held'), must(free[0], 'free')];
    await rig.engine.link(one, other, true, 'log-in');
    expect([await heldOf(one), await heldOf(other)]).toEqual([true, true]);
    await rig.engine.link(one, other, false, '');
    expect([await heldOf(one), await heldOf(other)]).toEqual([true, false]);
    await rig.engine.close();
  });
});

describe('lists that carry offers', () => {
  it('count against caps and fatigue where the point says so, at once and after a restart, and nowhere else', async () => {
    const caps = [{ channels: ['page'], withinMs: dayMs, max: 2 }] as const;
    const rig = await opened({ guardrails: { ...point.guardrails, caps, fatigue: { ignoredMax: 2, pauseMs: 3 * dayMs } } });
    await rig.engine.upsertItems([{ id: 'tea', title: 'Tea', attributes: {} }]);
    const ann = await treated(rig, 'ann');
    rig.clock.advance(4 * dayMs);
    const rank = (name: string): string => {
      const done = rig.engine.rank({ point: name, subject: ann });
      if (!done.ok) throw new Error(done.code);
      return done.value.id;
    };
    rank('home');
    rank('home');
    const draft = rig.engine.choosing.prepare({ point: 'nudge', subject: ann });
    if (!draft.ok) throw new Error(draft.code);
    expect(draft.value.record.action).not.toBeNull();
    const lists = [rank('offers'), rank('offers')]; // not on disk yet, and after the draft
    const done = await rig.engine.choosing.emit(draft.value);
    expect(done.ok && done.value.excluded).toContainEqual({ action: 'a', rule: 'frequency' });
    for (const each of lists) await follow(rig, ann, each, 'shown');
    rig.clock.advance(2 * dayMs);
    await rig.restart(true);
    expect((await choose(rig, ann)).excluded).toContainEqual({ action: 'a', rule: 'fatigue' });
    await follow(rig, ann, must(lists[1], 'two'), 'order');
    expect((await choose(rig, ann)).action).not.toBeNull();
    expect(rig.engine.why(must(lists[0], 'two'))).toMatchObject({ ok: true, value: { decision: { countsAs: 'page' } } });
    const { done: known } = rig.engine.core.choices.person([ann]);
    await rig.say(ann, 'withdrawn', 'personalise');
    const { done: left } = rig.engine.core.choices.person([ann]);
    expect(left).toEqual(known.map((each) => ({ ...each, shown: false, won: false })));
    await rig.engine.erase([ann]);
    const dump = await rig.dump();
    await rig.restart(true);
    expect(await rig.dump()).toEqual(dump);
    await rig.engine.close();
  });
});
