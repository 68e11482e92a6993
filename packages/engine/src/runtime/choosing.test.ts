// Choice points on the whole engine: what is recorded, learned, capped, stopped, and forgotten.
import { describe, expect, it } from 'vitest';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { evaluate } from '../influence/offpolicy/estimate.js';
import { ownLog } from '../influence/offpolicy/own-log.js';
import type { Action, ChoicePoint, ChoiceRecord, ChoiceRequest } from '../model/choice.js';
import { SeededRandom } from '../sim/seeded-random.js';
import { ownChoices } from './own-choices.js';
import { Rig } from './rig.suite.js';
import { must } from '../base/assert.js';

const action = (id: string, more: Partial<Action> = {}): Action => ({ id, kind: 'nudge', channel: 'page', category: 'tea', ...more });
const dayMs = 86_400_000;

const point: ChoicePoint = {
  name: 'nudge',
  kind: 'choose',
  actions: [action('a'), action('b'), action('c', { category: 'gambling' }), action('d', { channel: 'push' })],
  learner: 'thompson',
  features: [],
  halfLifeDays: 7,
  floorPpm: 20_000,
  uniformPpm: 10_000,
  holdoutPpm: 50_000,
  objective: { outcome: 'order', welfare: { outcome: 'opt_out', allowedPpm: 10_000 } },
  guardrails: {
    caps: [{ channels: ['page', 'email', 'push', 'sms'], withinMs: dayMs, max: 3 }],
    quiet: { from: 22, until: 8 },
    deny: ['gambling'],
    vulnerable: [],
  },
  experiment: {
    name: 'learned',
    arms: [
      { name: 'learned', weight: 1, use: 'policy' },
      { name: 'uniform', weight: 1, use: 'uniform' },
    ],
  },
};
const ridge: ChoicePoint = {
  ...point,
  name: 'ridge',
  learner: 'ridge',
  features: ['cart', 'evening'],
  guardrails: { ...point.guardrails, caps: [] },
};
const free: ChoicePoint = { ...point, name: 'free', guardrails: { ...point.guardrails, caps: [] } };

async function opened(points: readonly ChoicePoint[] = [point, ridge, free]): Promise<Rig> {
  const rig = new Rig();
  rig.choicePoints = points;
  await rig.start();
  return rig;
}

async function choose(rig: Rig, request: Partial<ChoiceRequest> & { readonly subject?: string }): Promise<ChoiceRecord> {
  const done = await rig.engine.chooseAction({ point: 'free', ...request });
  if (!done.ok) throw new Error(done.code);
  return done.value;
}

/** Somebody who is not in the holdout, with both grants. */
async function treated(rig: Rig, name: string): Promise<string> {
  for (let each = 0; ; each += 1) {
    const subject = `${name}${each}`;
    await rig.say(subject, 'granted', 'personalise', 'train');
    if ((await choose(rig, { subject })).held !== 'holdout') return subject;
  }
}

let ids = 0;
async function follow(rig: Rig, subject: string, decisionId: string, type: 'exposure' | 'outcome', kind = 'order'): Promise<number> {
  ids += 1;
  const properties = type === 'exposure' ? { decisionId } : { decisionId, kind };
  return (await rig.send({ id: `f${ids}`, subject, type, occurredAt: rig.clock.now(), source: 'test', properties })).accepted;
}

describe('a choice', () => {
  it('is on disk before it is answered, follows from its record, and names each stop', async () => {
    const rig = await opened();
    const ann = await treated(rig, 'ann');
    const asked = rig.engine.chooseAction({ point: 'nudge', subject: ann });
    const record = await asked.then((done) => (done.ok ? done.value : undefined));
    expect(rig.engine.log.durable).toBe(rig.engine.log.head);
    const why = rig.engine.whyChoice(must(record, 'it is there').id);
    expect(why).toMatchObject({ ok: true, value: { reproducible: true } });
    expect(record).toMatchObject({ mode: 'personal', subject: ann, kind: 'choose' });
    expect(must(record, 'it is there').excluded).toEqual([
      { action: 'c', rule: 'denied_category' },
      { action: 'd', rule: 'quiet_hours' },
    ]);
    expect(must(record, 'it is there').candidates.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
    expect(why.ok && why.value.exclusions[1]).toBe('"d" was left out: it is night where the person is, or may be.');
    await rig.engine.close();
  });

  it('for somebody without a grant names nobody and leaves no row', async () => {
    const rig = await opened();
    const record = await choose(rig, { subject: 'eve', segment: 'evening' });
    expect(record).toMatchObject({ mode: 'contextual', contextualBecause: 'no_grant', subject: null, segment: 'evening' });
    // What a request says cannot pass for what the engine tells apart among those it knows.
    expect(await rig.engine.chooseAction({ point: 'nudge', segment: 'evening|arrived' })).toEqual({
      ok: false,
      code: 'body_shape',
      field: '/context/segment',
    });
    expect((await rig.dump()).join('\n')).not.toContain('eve"');
    expect(record.excluded).toContainEqual({ action: 'd', rule: 'person_unknown' });
    await rig.engine.close();
  });

  it('takes no feature that is no number, or lies outside of -1 to 1: nothing could be learned from it', async () => {
    const rig = await opened();
    const ann = await treated(rig, 'ann');
    for (const features of [[NaN], [0.5, NaN], [Infinity], [-7]])
      expect(await rig.engine.chooseAction({ point: 'ridge', subject: ann, features })).toMatchObject({
        ok: false,
        code: 'body_shape',
        field: '/context/features',
      });
    const { id, features } = await choose(rig, { point: 'ridge', subject: ann, features: [1, -1] });
    expect(features).toEqual([64, 64, -64]);
    expect(await follow(rig, ann, id, 'exposure')).toBe(1);
    await rig.engine.close();
  });

  it('is not told when consent went while its record was written: the contextual one takes its place', async () => {
    const rig = await opened();
    const ann = await treated(rig, 'ann');
    const asked = rig.engine.chooseAction({ point: 'free', subject: ann });
    const withdrawn = rig.engine.choose(ann, { choices: { personalise: 'withdrawn' }, origin: 'test' });
    const done = await asked;
    await withdrawn;
    expect(done).toMatchObject({ ok: true, value: { mode: 'contextual', contextualBecause: 'superseded', subject: null } });
    await rig.engine.close();
  });

  it('learns from exposures and outcomes of those who let it, and unlearns on withdrawal', async () => {
    const rig = await opened();
    const trials = (): number => rig.engine.core.choices.sums.learner('free', 7, 0).trials;
    const ann = await treated(rig, 'ann');
    await rig.say('mute', 'granted', 'personalise');
    for (const [subject, learns] of [
      [ann, true],
      ['mute', false],
    ] as const) {
      const before = trials();
      const record = await choose(rig, { subject });
      if (record.action === null) continue;
      expect(await follow(rig, subject, record.id, 'exposure')).toBe(1);
      expect(await follow(rig, subject, record.id, 'outcome')).toBe(1);
      expect(await follow(rig, subject, record.id, 'outcome')).toBe(1); // won once all the same
      expect(trials() - before).toBe(learns ? 1 : 0);
    }
    const stranger = await choose(rig, { subject: ann });
    await rig.say('zoe', 'granted', 'personalise', 'train');
    await follow(rig, 'zoe', stranger.id, 'exposure'); // not theirs
    expect(trials()).toBe(1);
    await rig.say(ann, 'withdrawn', 'train');
    expect(trials()).toBe(0);
    await rig.engine.close();
  });
});

describe('a rare segment', () => {
  it('is judged as everybody is until five people taught there, however often one did', async () => {
    const rig = await opened([{ ...free, actions: [action('a')] }]);
    const bob = await treated(rig, 'bob');
    const mean = async (segment: string): Promise<number | undefined> => (await choose(rig, { subject: bob, segment })).candidates[0]?.mean;
    const people: string[] = [];
    const teach = async (name: string): Promise<void> => {
      const subject = await treated(rig, name);
      people.push(subject);
      for (let each = 0; each < 8; each += 1) {
        const { id } = await choose(rig, { subject, segment: 'rare' });
        await follow(rig, subject, id, 'exposure');
        if (each % 2 === 0) await follow(rig, subject, id, 'outcome');
      }
    };
    // Shown to others elsewhere, and never taken: everybody is not like them.
    for (const name of ['far', 'away']) {
      const subject = await treated(rig, name);
      for (let each = 0; each < 24; each += 1) await follow(rig, subject, (await choose(rig, { subject })).id, 'exposure');
    }
    for (const name of ['ann', 'ben', 'cat', 'dan']) {
      await teach(name);
      expect(await mean('rare')).toBe(await mean('unheard'));
    }
    await teach('eli');
    expect(await mean('rare')).not.toBe(await mean('unheard'));
    const before = await mean('rare');
    await rig.restart(true);
    expect(await mean('rare')).toBe(before);
    await rig.say(must(people[0], 'it is there'), 'withdrawn', 'train');
    expect(await mean('rare')).toBe(await mean('unheard'));
    await rig.engine.close();
  });
});

describe('guardrails on the engine', () => {
  it('a cap holds when asked at once, after a restart, and after late events', async () => {
    const rig = await opened();
    const ann = await treated(rig, 'ann');
    rig.clock.advance(2 * dayMs);
    const asked = await Promise.all(Array.from({ length: 12 }, () => rig.engine.chooseAction({ point: 'nudge', subject: ann })));
    const records = asked.map((done) => (done.ok ? done.value : null));
    expect(records.filter((record) => record?.action != null)).toHaveLength(3);
    expect(records.at(-1)).toMatchObject({ held: 'nothing_left', action: null });
    expect(records.at(-1)?.excluded).toContainEqual({ action: 'a', rule: 'frequency' });
    const shown = must(
      records.find((record) => record?.action != null),
      'it is there',
    );
    await rig.restart();
    rig.clock.advance(3_600_000);
    await follow(rig, ann, must(shown, 'it is there').id, 'exposure'); // late
    expect(await choose(rig, { point: 'nudge', subject: ann })).toMatchObject({ action: null });
    await rig.restart(true);
    expect(await choose(rig, { point: 'nudge', subject: ann })).toMatchObject({ action: null });
    rig.clock.advance(dayMs);
    expect((await choose(rig, { point: 'nudge', subject: ann })).action).not.toBeNull();
    await rig.engine.close();
  });

  it('a cap and a pause hold however often is asked meanwhile, and whatever else was done', async () => {
    const cap = { channels: ['push'], withinMs: 7 * dayMs, max: 1 } as const;
    const guardrails = { caps: [cap], fatigue: { ignoredMax: 1, pauseMs: 7 * dayMs }, deny: [], vulnerable: [] };
    const push = action('push', { channel: 'push' });
    const rig = await opened([
      { ...free, actions: [push, action('card')], guardrails: { ...guardrails, fatigue: { ignoredMax: 1_000, pauseMs: 1 } } },
      { ...free, name: 'tired', actions: [action('card')], guardrails: { ...guardrails, caps: [] } },
    ]);
    const ask = async (subject: string, many: number, request: Partial<ChoiceRequest>): Promise<(string | null)[]> => {
      const made: (string | null)[] = [];
      for (let each = 0; each < many; each += 1) made.push((await choose(rig, { subject, ...request })).action);
      return made;
    };
    const ann = await treated(rig, 'ann');
    await ask(ann, 10, { among: ['push'] });
    // Nothing was left to be done; and a card each time.
    for (const among of [['push'], ['card']]) {
      expect(await ask(ann, limits.choicesKept + 1, { among })).not.toContain('push');
      expect(await ask(ann, 1, { among: ['push'] })).toEqual([null]);
    }
    const bob = await treated(rig, 'bob');
    const { id } = await choose(rig, { point: 'tired', subject: bob });
    await follow(rig, bob, id, 'exposure');
    expect(new Set(await ask(bob, limits.choicesKept + 1, { point: 'tired' }))).toEqual(new Set([null]));
    const before = await rig.dump();
    await rig.restart(true);
    expect(await rig.dump()).toEqual(before);
    await rig.engine.close();
  });

  it('a text that is not there in any language of the request is not called untrue', async () => {
    const texts = { id: 't', texts: { en: 'New teas have arrived.' }, claims: [] };
    const rig = await opened([{ ...free, actions: [action('a', { template: texts })] }]);
    for (const language of ['fr', 'constructor']) {
      const { id, excluded, text } = await choose(rig, { languages: [language] });
      expect([excluded, text]).toEqual([[{ action: 'a', rule: 'language_missing' }], null]);
      const why = rig.engine.whyChoice(id);
      expect(why.ok && why.value.exclusions).toEqual(['"a" was left out: it has no text in a language of the request.']);
    }
    await rig.engine.close();
  });

  it('two drafts prepared side by side see one another', async () => {
    const rig = await opened([
      { ...point, guardrails: { ...point.guardrails, caps: [{ channels: ['page'], withinMs: dayMs, max: 1 }] } },
      free,
    ]);
    const ann = await treated(rig, 'ann');
    rig.clock.advance(2 * dayMs);
    const drafts = [1, 2].map(() => rig.engine.choosing.prepare({ point: 'nudge', subject: ann }));
    const done = await Promise.all(drafts.map(async (draft) => (draft.ok ? await rig.engine.choosing.emit(draft.value) : draft)));
    expect(done.filter((each) => each.ok && each.value.action !== null)).toHaveLength(1);
    await rig.engine.close();
  });

  it('what people declare spares them; a budget holds for all', async () => {
    const rig = await opened([
      {
        ...free,
        actions: [
          action('wine', { ageMin: 18 }),
          action('loan', { category: 'credit' }),
          action('mail', { channel: 'email' }),
          action('gift', { perDayMax: 10 }),
        ],
        guardrails: { ...free.guardrails, vulnerable: [{ declared: 'debt', categories: ['credit'] }] },
      },
    ]);
    const ann = await treated(rig, 'ann');
    const rules = async (): Promise<Record<string, string>> =>
      Object.fromEntries((await choose(rig, { subject: ann })).excluded.map((each) => [each.action, each.rule]));
    expect(await rules()).toMatchObject({ wine: 'age', mail: 'quiet_hours' });
    const hour = new Date(rig.clock.now()).getUTCHours();
    const zone = `Etc/GMT${hour >= 12 ? '+' : '-'}${Math.abs(12 - hour)}`; // noon there; the sign of these names is turned round
    await rig.send({
      id: 'says',
      subject: ann,
      type: 'person.declared',
      occurredAt: rig.clock.now(),
      source: 'test',
      properties: { zone, bornYear: 1980, vulnerable: ['debt'] },
    });
    expect(await rules()).toEqual(expect.not.objectContaining({ wine: 'age', mail: 'quiet_hours' }));
    expect(await rules()).toMatchObject({ loan: 'vulnerability' });
    rig.clock.advance(dayMs);
    const asked = await Promise.all(Array.from({ length: 40 }, () => rig.engine.chooseAction({ point: 'free', among: ['gift'] })));
    const given = asked.filter((done) => done.ok && done.value.action === 'gift').length;
    expect(given).toBeGreaterThan(0);
    expect(given).toBeLessThanOrEqual(10);
    await rig.engine.close();
  });

  it('a budget holds after a clock that was ahead: where nothing is counted, nothing is spent', async () => {
    const rig = await opened([{ ...free, actions: [action('note'), action('gift', { perDayMax: 10 })] }]);
    const given = async (): Promise<number> => {
      const records: ChoiceRecord[] = [];
      for (let n = 0; n < 40; n += 1) records.push(await choose(rig, { among: ['gift'] }));
      return records.filter((record) => record.action === 'gift').length;
    };
    const start = rig.clock.now();
    rig.clock.set(start + 10 * dayMs);
    await rig.engine.moveTime();
    rig.clock.set(start);
    expect(await given()).toBe(0);
    rig.clock.set(start + 10 * dayMs);
    expect(await given()).toBeGreaterThan(0);
    expect(await given()).toBe(0);
    await rig.engine.close();
  });

  it('points that may not be are refused at start', async () => {
    const refused = async (bad: ChoicePoint): Promise<string> => {
      const rig = new Rig();
      rig.choicePoints = [bad];
      const error: unknown = await rig.start().then(
        () => null,
        (thrown: unknown) => thrown,
      );
      return error instanceof CodedError ? error.code : 'started';
    };
    expect(await refused({ ...point, objective: { outcome: 'click' } })).toBe('objective_refused');
    expect(await refused({ ...point, objective: { outcome: 'click', welfare: { outcome: 'opt_out', allowedPpm: 0 } } })).toBe('started');
    expect(await refused({ ...ridge, features: ['mood_score'] })).toBe('feature_refused');
    expect(await refused({ ...point, holdoutPpm: 10_000 })).toBe('point_shape');
    expect(await refused({ ...point, uniformPpm: 0 })).toBe('point_shape');
    for (const name of ['constructor', 'toString', '__proto__'])
      expect(await refused({ ...point, experiment: { ...must(point.experiment, 'it is there'), name } }), name).toBe('point_shape');
    const { experiment, guardrails, objective } = point;
    const [cap] = guardrails.caps;
    const held: Partial<ChoicePoint>[] = [
      ...[{ max: NaN }, { withinMs: NaN }, { channels: [] }].map((wrong) => ({
        guardrails: { ...guardrails, caps: [{ ...must(cap, 'it is there'), ...wrong }] },
      })),
      { guardrails: { ...guardrails, fatigue: { ignoredMax: NaN, pauseMs: dayMs } } },
      // Who declared nothing is nobody, and no category is none: it would spare nobody.
      { guardrails: { ...guardrails, vulnerable: [{ declared: '', categories: ['wine'] }] } },
      { guardrails: { ...guardrails, vulnerable: [{ declared: 'gambling', categories: [] }] } },
      { guardrails: { ...guardrails, quiet: { from: 22, until: 32 } } },
      { actions: [action('a', { perDayMax: NaN })] },
      { objective: { ...objective, welfare: { outcome: 'opt_out', allowedPpm: NaN } } },
      { holdoutPpm: NaN },
      { floorPpm: NaN },
      ...[[], ['a'], ['a', 'a']].map((names) => ({
        experiment: { ...must(experiment, 'it is there'), arms: names.map((name) => ({ name, weight: 1, use: 'policy' as const })) },
      })),
      ...[0, -1, 0.5, NaN].map((weight) => ({
        experiment: {
          ...must(experiment, 'it is there'),
          arms: ['a', 'b'].map((name) => ({ name, weight, use: 'policy' as const })),
        },
      })),
    ];
    for (const wrong of held) expect(await refused({ ...point, ...wrong }), JSON.stringify(wrong)).toBe('point_shape');
    const template = { id: 't', texts: { en: 'Hurry, last chance!' }, claims: [] };
    expect(await refused({ ...point, actions: [action('x', { template })] })).toBe('template_refused');
  });

  it('a countdown is shown only while there is a deadline', async () => {
    const template = { id: 't', texts: { en: 'Ends in {countdown}.' }, claims: [{ kind: 'countdown' as const, item: 'tea' }] };
    const rig = await opened([{ ...free, actions: [action('sale', { template })] }]);
    expect(await choose(rig, {})).toMatchObject({ action: null, excluded: [{ action: 'sale', rule: 'claim_untrue' }] });
    await rig.engine.upsertItems([{ id: 'tea', validUntil: rig.clock.now() + 5 * 3_600_000 }]);
    expect(await choose(rig, {})).toMatchObject({ action: 'sale', text: 'Ends in 5 hours.' });
    rig.clock.advance(6 * 3_600_000);
    expect(await choose(rig, {})).toMatchObject({ action: null });
    await rig.engine.close();
  });

  it('a claim rests on what is on offer: neither on what was retired, nor on what begins later or has ended', async () => {
    const template = { id: 't', texts: { en: 'Ends in {countdown}.' }, claims: [{ kind: 'countdown' as const, item: 'tea' }] };
    const few = { id: 'f', texts: { en: 'There are {stock} in stock.' }, claims: [{ kind: 'scarcity' as const, item: 'pot' }] };
    const rig = await opened([{ ...free, actions: [action('sale', { template }), action('few', { template: few })] }]);
    const excluded = async () => (await choose(rig, {})).excluded.map((each) => each.action);
    const now = rig.clock.now();
    await rig.engine.upsertItems([
      { id: 'tea', validUntil: now + 5 * 3_600_000 },
      { id: 'pot', stock: 2 },
    ]);
    expect(await excluded()).toEqual([]);
    await rig.engine.upsertItems([
      { id: 'tea', validFrom: now + 3_600_000, validUntil: now + 5 * 3_600_000 },
      { id: 'pot', stock: 2, validUntil: now },
    ]);
    expect(await excluded()).toEqual(['sale', 'few']);
    rig.clock.advance(2 * 3_600_000);
    expect(await excluded()).toEqual(['few']);
    await rig.engine.retireItems(['tea']);
    expect(await excluded()).toEqual(['sale', 'few']);
    await rig.engine.close();
  });
});

describe('what if', () => {
  it('estimates another policy from the own log, truly, and refuses what the log cannot carry', async () => {
    const rig = await opened([{ ...free, actions: [action('a'), action('b')], uniformPpm: 1_000_000 }]);
    const random = new SeededRandom(2);
    for (let person = 0; person < 420; person += 1) {
      const subject = `p${person}`;
      await rig.say(subject, 'granted', 'personalise', 'train');
      const record = await choose(rig, { subject });
      if (record.action === null) continue;
      await follow(rig, subject, record.id, 'exposure');
      if (random.int(10) < (record.action === 'a' ? 6 : 2)) await follow(rig, subject, record.id, 'outcome');
    }
    await rig.engine.drain();
    const choices = ownChoices(rig.engine, 'free');
    const { logged, target } = ownLog(choices, ['c']);
    const ips = evaluate(logged, target({ otherwise: { a: 1 } })).find(({ estimator }) => estimator === 'snips');
    expect(ips?.refused).toBeNull();
    expect(Math.abs((ips?.value ?? 0) - 0.6)).toBeLessThan(0.12);
    expect(evaluate(logged, target({ otherwise: { a: 1, c: 1 } })).every(({ refused }) => refused === 'no_support')).toBe(true);
    // Who withdraws is not judged by any more.
    const one = must(choices[0]?.record.subject, 'somebody');
    await rig.say(one, 'withdrawn', 'train');
    expect(ownChoices(rig.engine, 'free')).toHaveLength(choices.length - 1);
    await rig.engine.close();
  });
});

describe('harm', () => {
  it('stops the point, through restarts, until a named human starts it again', async () => {
    const rig = await opened([{ ...free, holdoutPpm: 500_000 }]);
    const random = new SeededRandom(11);
    let stopped = 0;
    for (let person = 0; person < 600 && stopped === 0; person += 1) {
      const subject = `p${person}`;
      await rig.say(subject, 'granted', 'personalise', 'train');
      const record = await choose(rig, { subject });
      if (record.held === 'harm_stop') stopped = person;
      else if (record.action !== null && random.int(2) === 0) await follow(rig, subject, record.id, 'outcome', 'opt_out');
    }
    expect(stopped).toBeGreaterThan(200);
    await rig.restart(true);
    expect(await choose(rig, {})).toMatchObject({ held: 'harm_stop', action: null });
    expect(rig.engine.core.choices.point('free').stop).toMatchObject({ group: null });
    expect(await rig.engine.choosing.restart({ point: 'free', by: ' ', reason: 'x' })).toMatchObject({ ok: false });
    expect((await rig.engine.choosing.restart({ point: 'free', by: 'Dr. Ada', reason: 'wrong audience, corrected' })).ok).toBe(true);
    expect((await choose(rig, {})).held).toBeNull();
    expect(await rig.engine.choosing.restart({ point: 'free', by: 'Ada', reason: 'x' })).toMatchObject({ code: 'point_running' });
    await rig.engine.close();
  });

  it('whose stop cannot be written leaves nothing to nobody: the writer alone tells the host', async () => {
    const rig = await opened([{ ...free, holdoutPpm: 500_000 }]);
    const random = new SeededRandom(11);
    const loose: unknown[] = [];
    const note = (error: unknown): void => void loose.push(error);
    process.prependListener('unhandledRejection', note);
    const append = rig.engine.log.append.bind(rig.engine.log);
    rig.engine.log.append = (events, options) => {
      if (events.some(({ bytes }) => Buffer.from(bytes).includes('point.stopped'))) throw new CodedError('log_failed');
      return append(events, options);
    };
    try {
      for (let person = 0; person < 600 && rig.halted === null; person += 1) {
        const subject = `p${person}`;
        await rig.say(subject, 'granted', 'personalise', 'train');
        const { id, action: done } = await choose(rig, { subject });
        if (done !== null && random.int(2) === 0) await follow(rig, subject, id, 'outcome', 'opt_out').catch(() => undefined);
      }
      await new Promise((turned) => setImmediate(turned));
    } finally {
      process.off('unhandledRejection', note);
    }
    expect(rig.halted).toMatchObject({ code: 'log_failed' });
    expect(loose).toEqual([]);
  });
});

describe('erased means never happened, with bandits, experiments and their statistics on', () => {
  it('state is that of the log with gaps, over random histories', async () => {
    const held = new Map(['counts', 'ridge', 'harm', 'arm'].map((kind) => [kind, false]));
    for (let seed = 1; seed <= 2; seed += 1) {
      const rig = await opened();
      const random = new SeededRandom(seed);
      const names = Array.from({ length: 16 }, (_, each) => `p${each}`);
      const pick = <T>(list: readonly T[]): T => must(list[random.int(list.length)], 'it is there');
      const made: { subject: string; id: string }[] = [];
      for (let step = 0; step < 300; step += 1) {
        const subject = pick(names);
        rig.clock.advance(random.int(6 * 3_600_000));
        const what = random.int(40);
        if (what < 5 || what > 35)
          await rig.engine.choose(subject, { choices: { personalise: 'granted', train: 'granted' }, origin: 'test' });
        else if (what === 5) await rig.engine.choose(subject, { choices: { train: 'withdrawn' }, origin: 'test' });
        else if (what === 6 && random.int(2) === 0)
          await rig.engine.choose(subject, { choices: { personalise: 'withdrawn', train: 'withdrawn' }, origin: 'test' });
        else if (what === 7) await rig.engine.restrict(subject, random.int(3) === 0, 'test');
        else if (what === 8) await rig.engine.erase([subject]);
        else if (what === 9) await rig.engine.link(subject, pick(names), random.int(2) === 0, 'test');
        else if (what === 10)
          await rig.send({
            id: `d${step}`,
            subject,
            type: 'person.declared',
            occurredAt: rig.clock.now(),
            source: 'test',
            properties: { zone: 'UTC', bornYear: 1980 },
          });
        else if (what < 22) {
          const record = await choose(rig, {
            point: pick(['nudge', 'ridge', 'free']),
            subject,
            features: [random.int(9) / 8, -0.5],
            segment: pick(['x', 'y']),
          });
          if (record.subject !== null) made.push({ subject, id: record.id });
        } else if (made.length > 0) {
          const each = pick(made);
          await follow(rig, each.subject, each.id, random.int(2) === 0 ? 'exposure' : 'outcome', pick(['order', 'opt_out']));
        }
      }
      await rig.engine.erase([pick(names), pick(names)]);
      await rig.engine.completeErasures();
      const online = await rig.dump();
      for (const kind of held.keys()) if (online.some((line) => line.startsWith(`choice\tsums\t${kind}`))) held.set(kind, true);
      await rig.restart();
      expect(await rig.dump(), `seed ${seed}, opened again`).toEqual(online);
      await rig.restart(true);
      expect(await rig.dump(), `seed ${seed}, folded anew`).toEqual(online);
      for (const { id } of made) {
        const why = rig.engine.whyChoice(id);
        if (why.ok) expect(why.value.reproducible).toBe(true);
      }
      await rig.engine.close();
    }
    expect([...held.values()]).toEqual([true, true, true, true]);
  }, 300_000);
});
