// Plans through the whole engine: alone and in groups, with and without consent, withdrawn and erased in between. Changed on
// the way: planning-changes.test.ts.
import { describe, expect, it } from 'vitest';
import { decodeEvent } from '../model/event-codec.js';
import type { PlanRequest } from '../model/plan.js';
import { personLines } from './archive.js';
import { day, definitions, hour, itemsOf, place, places, TripRig } from './trip-rig.suite.js';

describe('a plan', () => {
  it("says on what it rests, and claims nobody's permission where none was given", async () => {
    const rig = await TripRig.open();
    const declaration = { eventType: 'item.imported', purpose: 'personalise', basis: 'contract', reason: 'test' } as const;
    await rig.engine.declareBasis(declaration);
    await rig.send({ ...rig.view('ann', 'zoo'), type: 'item.imported' });
    const planned = async () => {
      const record = await rig.plan({ subject: 'ann' });
      const why = rig.engine.planning.why(record.id);
      return [record.basis, why.ok && why.value.summary];
    };
    expect(await planned()).toEqual(['contract', expect.stringMatching(/^Planned on a declared basis \(contract\)\. /)]);
    await rig.say('ann', 'granted', 'personalise');
    expect(await planned()).toEqual([undefined, expect.stringMatching(/^Planned with your permission to personalise\. /)]);
  });

  it("stands in the archive of who asked for it in sentences; what one put into it stands in one's own", async () => {
    const rig = await TripRig.open();
    for (const subject of ['ann', 'bob']) await rig.say(subject, 'granted', 'personalise', 'train');
    await rig.said('bob', 'place.viewed', { place_id: 'zoo' });
    const { id } = await rig.plan({ subject: 'ann', group: ['bob'], mustSee: ['castle'] });
    const linesOf = (subject: string) => [...personLines(subject, rig.engine.archiveParts)].map((line) => JSON.parse(line));
    expect(linesOf('ann').find(({ kind }) => kind === 'decision')).toMatchObject({
      id,
      type: 'plan.made',
      sentences: expect.arrayContaining([expect.stringMatching(/^CASTLE: It is a must-see\./u)]),
      exposures: [],
      properties: { plan: { subject: 'ann', members: 1 } },
    });
    expect(JSON.stringify(linesOf('ann'))).not.toContain('bob');
    expect(linesOf('bob').find(({ type }) => type === 'plan.joined')).toMatchObject({ kind: 'record' });
  });

  it('is not told what somebody put into it while they were linked to an id that is parted since; it goes with that one', async () => {
    const ways = {
      erased: (rig: TripRig): Promise<unknown> => rig.engine.erase(['phone']),
      withdrawn: (rig: TripRig): Promise<unknown> => rig.say('phone', 'withdrawn', 'personalise'),
    };
    for (const [way, leave] of Object.entries(ways)) {
      const rig = await TripRig.open();
      for (const subject of ['ann', 'bob', 'phone']) await rig.say(subject, 'granted', 'personalise', 'train');
      await rig.said('phone', 'place.viewed', { place_id: 'zoo' });
      await rig.engine.link('bob', 'phone', true, 'log-in');
      const { id } = await rig.plan({ subject: 'ann', group: ['bob'], mustSee: ['castle'] });
      const archived = (): string[] =>
        [...personLines('bob', rig.engine.archiveParts)].filter((line) => /"plan.joined"/.test(line) && /zoo/.test(line));
      expect([way, archived().length]).toEqual([way, 1]);
      await rig.engine.link('bob', 'phone', false, '');
      expect([way, archived()]).toEqual([way, []]);
      expect(rig.engine.planning.why(id)).toMatchObject({ ok: true, value: { reproducible: true } });
      await leave(rig);
      expect(rig.engine.planning.why(id)).toMatchObject({ ok: true, value: { reproducible: false } });
      await rig.engine.completeErasures();
      const types = new Set([...rig.engine.log.read(0)].map(({ bytes, mask }) => (bytes === null ? '' : decodeEvent(bytes, mask).type)));
      expect([way, types.has('plan.made'), types.has('plan.joined')]).toEqual([way, true, false]);
      const live = await rig.dump();
      await rig.restart(true);
      expect(await rig.dump()).toEqual(live);
    }
  });

  it('goes when its asker withdraws, and what somebody put into it when they do', async () => {
    const rig = await TripRig.open();
    for (const subject of ['ann', 'bob']) await rig.say(subject, 'granted', 'personalise', 'train', 'analytics');
    await rig.said('bob', 'place.viewed', { place_id: 'zoo' });
    const { id } = await rig.plan({ subject: 'ann', group: ['bob'], mustSee: ['castle'] });
    expect(rig.engine.planning.why(id)).toMatchObject({ ok: true, value: { reproducible: true } });
    await rig.say('bob', 'withdrawn', 'personalise', 'train', 'analytics');
    // What bob put into it is read no more.
    expect(rig.engine.planning.why(id)).toMatchObject({ ok: true, value: { reproducible: false } });
    await rig.engine.completeErasures();
    const types = (): string[] =>
      [...rig.engine.log.read(0)].flatMap(({ bytes, mask }) => (bytes === null ? [] : [decodeEvent(bytes, mask).type]));
    expect(types()).not.toContain('plan.joined');
    expect(rig.engine.planning.why(id)).toMatchObject({ ok: true });
    await rig.say('ann', 'withdrawn', 'personalise');
    expect(rig.engine.planning.why(id)).toMatchObject({ ok: false, code: 'decision_withdrawn' });
    await rig.engine.completeErasures();
    expect(types()).not.toContain('plan.made');
    const live = await rig.dump();
    await rig.restart(true);
    expect(await rig.dump()).toEqual(live);
    await rig.engine.close();
  });

  it('finds its way where there are one or two places, and says what became of each', async () => {
    const rig = new TripRig();
    rig.definitions = definitions;
    await rig.start();
    for (const count of [1, 2, 3]) {
      const here = places.slice(0, count);
      await rig.engine.upsertItems(here);
      const ids = here.map(({ id }) => id).sort();
      for (const [start, end] of [
        [undefined, undefined],
        [ids[0], ids[0]],
        [ids[0], ids.at(-1)],
      ] as const) {
        const windows = [{ from: rig.morning, until: rig.morning + 9 * hour }];
        const ends = { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
        const done = await rig.engine.planning.plan({ point: 'itinerary', windows, ...ends });
        const { stops, passedOver } = done.ok ? done.value : expect.unreachable(done.code);
        expect([...stops, ...passedOver].map(({ item }) => item).sort(), `${start} to ${end}`).toEqual(ids);
      }
    }
    await rig.engine.close();
  });

  it('keeps to what was asked, says why, and follows from its record, after a restart too', async () => {
    const rig = await TripRig.open();
    await rig.say('ann', 'granted', 'personalise');
    await rig.said('ann', 'trip.planned', { trip_id: 't', budget: 3000, currency: 'EUR', pace: 'normal', must_see: ['castle'] });
    const plan = await rig.plan({ subject: 'ann', mustSee: ['tower'] });
    expect(plan).toMatchObject({ mode: 'personal', subject: 'ann', refused: null, own: { mustSee: ['castle'], budget: { amount: 3000 } } });
    expect(itemsOf(plan)).toEqual(expect.arrayContaining(['castle', 'tower']));
    expect(plan.total?.amount).toBeLessThanOrEqual(3000);
    expect(plan.passedOver).toContainEqual({ item: 'zoo', rule: 'over_budget' });
    expect(plan.leftOut).toMatchObject({ hours_unreadable: 1 });
    for (const { score, reasons } of plan.stops) {
      const sum = reasons.reduce((total, { contribution }) => total + contribution, 0);
      expect(Math.abs(sum - score)).toBeLessThan(1e-9);
    }
    const why = rig.engine.planning.why(plan.id);
    expect(why).toMatchObject({ ok: true, value: { reproducible: true, summary: expect.stringContaining('your permission') } });
    const before = await rig.dump();
    await rig.restart(true);
    expect(await rig.dump()).toEqual(before);
    expect(rig.engine.planning.why(plan.id)).toEqual(why);
  });

  it('is refused with the reason when a must-see cannot be, and that is a decision too', async () => {
    const rig = await TripRig.open();
    const dear = await rig.plan({ mustSee: ['zoo', 'castle'], budget: { amount: 4000, currency: 'EUR' } });
    expect(dear).toMatchObject({ stops: [], refused: { rule: 'over_budget', items: ['castle', 'zoo'] } });
    expect((await rig.plan({ mustSee: ['vault'] })).refused).toEqual({ rule: 'hours_unreadable', items: ['vault'] });
    expect((await rig.plan({ mustSee: ['moon'] })).refused).toEqual({ rule: 'not_known', items: ['moon'] });
    expect((await rig.plan({ mustSee: ['castle'], avoid: ['castle'] })).refused).toEqual({ rule: 'avoided', items: ['castle'] });
    const evening = { from: rig.morning + 8 * hour, until: rig.morning + 10 * hour };
    expect((await rig.plan({ mustSee: ['castle'], windows: [evening] })).refused).toEqual({ rule: 'not_open_then', items: ['castle'] });
    const four = ['castle', 'gallery', 'museum', 'park'];
    expect((await rig.plan({ pace: 'slow', mustSee: four })).refused?.rule).toBe('pace');
    expect(rig.engine.planning.why(dear.id)).toMatchObject({
      value: { reproducible: true, summary: expect.stringContaining('no such plan') },
    });
  });

  it('visits a place only while it is on offer, in whichever window that is', async () => {
    const rig = await TripRig.open();
    const [first, second] = [rig.morning, rig.morning + day].map((from) => ({ from, until: from + 8 * hour }));
    if (first === undefined || second === undefined) throw new Error('two days');
    const evening = first.until + hour;
    // A day has room for one of these.
    await rig.engine.upsertItems([
      { ...place('show', 2, 0, '24/7', 400), validUntil: evening },
      { ...place('fair', 2, 0, '24/7', 400), validFrom: evening },
      { ...place('hill', 3, 0, '24/7', 400), validUntil: evening },
      { ...place('ended', 3, 0, '24/7', 30), validUntil: first.from },
      { ...place('brunch', 3, 0, '24/7', 60), validUntil: first.from + 2 * hour },
    ]);
    const windows = [first, second];
    const both = await rig.plan({ windows, mustSee: ['fair', 'show'] });
    expect(both.refused).toBeNull();
    const at = (item: string): number => both.stops.find((stop) => stop.item === item)?.arriveAt ?? 0;
    expect([at('show') < first.until, at('fair') >= second.from]).toEqual([true, true]);
    // Both end on the first day.
    expect((await rig.plan({ windows, mustSee: ['show', 'hill'] })).refused).not.toBeNull();
    const early = (await rig.plan({ windows, mustSee: ['brunch'] })).stops.find(({ item }) => item === 'brunch');
    expect(early?.leaveAt).toBeLessThanOrEqual(first.from + 2 * hour);
    expect((await rig.plan({ windows, mustSee: ['ended'] })).refused).toEqual({ rule: 'not_valid', items: ['ended'] });
    await rig.engine.close();
  });

  it('refuses what it cannot read, by a code', async () => {
    const rig = await TripRig.open();
    const code = async (more: Partial<PlanRequest>): Promise<string> => {
      const done = await rig.engine.planning.plan(rig.request(more));
      return done.ok ? 'ok' : done.code;
    };
    expect(await code({ point: 'none' })).toBe('point_unknown');
    expect(await code({ windows: [] })).toBe('plan_windows');
    expect(await code({ windows: [{ from: 5, until: 4 }] })).toBe('plan_windows');
    expect(await code({ start: 'nowhere' })).toBe('plan_start');
    await rig.say('ann', 'granted', 'personalise');
    expect(await code({ disruption: { plan: 'd_none', done: [] }, subject: 'ann' })).toBe('plan_unknown');
    await rig.said('ann', 'trip.planned', { trip_id: 't', budget: 3000, currency: 'GBP' });
    expect(await code({ subject: 'ann', budget: { amount: 1, currency: 'EUR' } })).toBe('plan_currency');
    const plan = await rig.plan({ subject: 'ann' });
    expect(await code({ subject: 'ann', disruption: { plan: plan.id, done: ['zoo-of-nowhere'] } })).toBe('plan_done');
  });
});

describe('without a grant', () => {
  it('a plan is made from the request alone, and no byte of the person is kept', async () => {
    const rig = await TripRig.open();
    const { codes } = await rig.send({
      id: 'w',
      subject: 'zebedee',
      type: 'trip.planned',
      occurredAt: rig.clock.now(),
      source: 'test',
      properties: { trip_id: 't', must_see: ['castle'] },
    });
    expect(codes).toEqual(['no_grant']);
    const plan = await rig.plan({ subject: 'zebedee', mustSee: ['zoo'] });
    expect(plan).toMatchObject({ mode: 'contextual', contextualBecause: 'no_grant', subject: null, epoch: null, own: null });
    expect(itemsOf(plan)).toContain('zoo');
    expect((await rig.dump()).join('\n')).not.toContain('zebedee');
    expect(await rig.plan({ subject: 'ann', gpc: true, group: ['bob'] })).toMatchObject({
      contextualBecause: 'objection_signal',
      members: 0,
    });
  });

  it('a withdrawal while the plan is on its way makes it contextual', async () => {
    const rig = await TripRig.open();
    await rig.say('ann', 'granted', 'personalise');
    await rig.said('ann', 'trip.planned', { trip_id: 't', avoid: ['zoo'] });
    const draft = rig.engine.planning.prepare(rig.request({ subject: 'ann' }));
    await rig.say('ann', 'withdrawn', 'personalise');
    const done = draft.ok ? await rig.engine.planning.emit(draft.value) : draft;
    expect(done).toMatchObject({ ok: true, value: { subject: null, contextualBecause: 'superseded', own: null } });
  });

  it('a withdrawal while the record is being synced does, too: what was planned is not told', async () => {
    const rig = await TripRig.open();
    await rig.say('ann', 'granted', 'personalise');
    await rig.say('bob', 'granted', 'personalise');
    await rig.said('bob', 'trip.planned', { trip_id: 't', must_see: ['gallery'] });
    for (const who of ['ann', 'bob']) {
      const draft = rig.engine.planning.prepare(rig.request({ subject: 'ann', group: ['bob'] }));
      if (!draft.ok) throw new Error(draft.code);
      const [told] = await Promise.all([rig.engine.planning.emit(draft.value), rig.say(who, 'withdrawn', 'personalise')]);
      expect(told).toMatchObject({ ok: true, value: { subject: null, contextualBecause: 'superseded', members: 0 } });
      await rig.say(who, 'granted', 'personalise');
      if (who === 'ann') await rig.said('bob', 'trip.planned', { trip_id: 't', must_see: ['gallery'] });
    }
  });
});

describe('a group', () => {
  async function three(): Promise<TripRig> {
    const rig = await TripRig.open();
    for (const who of ['ann', 'bob', 'cleo']) await rig.say(who, 'granted', 'personalise');
    await rig.said('ann', 'trip.planned', { trip_id: 't', budget: 6000, currency: 'EUR', pace: 'fast' });
    await rig.said('bob', 'trip.planned', { trip_id: 't', budget: 2500, currency: 'EUR', must_see: ['tower'] });
    await rig.said('cleo', 'trip.planned', { trip_id: 't', pace: 'slow', avoid: ['museum'] });
    return rig;
  }

  it('goes by the strictest wishes of those who have granted it; of who has not nothing is used, named or kept', async () => {
    const rig = await three();
    const plan = await rig.plan({ subject: 'ann', group: ['bob', 'cleo', 'dora'] });
    expect(plan).toMatchObject({ members: 2, membersLeftOut: 1, refused: null });
    expect(itemsOf(plan)).toContain('tower');
    expect(itemsOf(plan)).not.toContain('museum');
    expect(plan.stops.length).toBeLessThanOrEqual(3);
    expect(plan.total?.amount).toBeLessThanOrEqual(2500);
    // The record stands in the stream of ann alone, and names neither the others nor what they wished.
    const text = JSON.stringify(plan);
    for (const name of ['bob', 'cleo', 'dora', '2500']) expect(text).not.toContain(name);
    expect((await rig.dump()).join('\n')).not.toContain('dora');
    await rig.say('bob', 'withdrawn', 'personalise');
    const later = await rig.plan({ subject: 'ann', group: ['bob', 'cleo'] });
    expect(later).toMatchObject({ members: 1, membersLeftOut: 1 });
  });

  it('of an erased member nothing remains but the stops as they were told; of an erased asker the plan goes', async () => {
    const rig = await three();
    const without = await three();
    const plan = await rig.plan({ subject: 'ann', group: ['bob', 'cleo'] });
    await without.plan({ subject: 'ann', group: ['bob', 'cleo'] });
    expect(rig.engine.planning.why(plan.id)).toMatchObject({ value: { reproducible: true } });

    await rig.engine.erase(['bob']);
    const why = rig.engine.planning.why(plan.id);
    expect(why).toMatchObject({ ok: true, value: { reproducible: false, plan: { subject: 'ann', members: 2 } } });
    expect(why.ok ? itemsOf(why.value) : []).toEqual(itemsOf(plan));
    const live = await rig.dump();
    expect(live.join('\n')).not.toMatch(/"bob"/);
    await rig.restart(true);
    expect(await rig.dump()).toEqual(live);

    // Whoever asks again without them gets a plan without their wishes.
    const again = await rig.plan({ subject: 'ann', group: ['bob', 'cleo'] });
    expect(again).toMatchObject({ members: 1, membersLeftOut: 1 });

    await rig.engine.erase(['ann']);
    expect(rig.engine.planning.why(plan.id)).toMatchObject({ ok: false, code: 'plan_unknown' });
    const after = await rig.dump();
    expect(after.join('\n')).not.toMatch(/"ann"/);
    expect(
      after.some((line) => line.includes(plan.id)),
      'what cleo put in is still hers',
    ).toBe(true);
    await rig.engine.erase(['cleo']);
    expect((await rig.dump()).some((line) => line.includes(plan.id))).toBe(false);
  });

  it('a member who withdraws while it is planned is left out', async () => {
    const rig = await three();
    const draft = rig.engine.planning.prepare(rig.request({ subject: 'ann', group: ['bob', 'cleo'] }));
    await rig.say('bob', 'withdrawn', 'personalise');
    const done = draft.ok ? await rig.engine.planning.emit(draft.value) : draft;
    expect(done).toMatchObject({ ok: true, value: { subject: 'ann', members: 1, membersLeftOut: 1 } });
    const text = (await rig.dump()).filter((line) => line.startsWith('plan\tjoined'));
    expect(text.length).toBe(1);
  });
});

describe('the why of a plan', () => {
  it('speaks of no group where one asks alone, and of nobody in it where there is one', async () => {
    const rig = await TripRig.open();
    for (const who of ['ann', 'bob']) await rig.say(who, 'granted', 'personalise');
    await rig.said('bob', 'trip.planned', { trip_id: 't', avoid: ['zoo'], budget: 100, currency: 'EUR' });
    for (const group of [[], ['bob']]) {
      const alone = group.length === 0 ? { avoid: ['zoo'], budget: { amount: 100, currency: 'EUR' } } : {};
      const why = rig.engine.planning.why((await rig.plan({ subject: 'ann', group, ...alone })).id);
      expect(why.ok && why.value.passedOver.join(' ')).toContain('CASTLE was left out: it would cost more than the budget allows.');
      expect(why.ok && why.value.passedOver).toContain('ZOO was left out: it was to be avoided.');
      expect(JSON.stringify(why.ok && [why.value.summary, why.value.passedOver])).not.toContain('group');
    }
    await rig.engine.close();
  });
});

describe('the model of places beneath it', () => {
  it('speaks for a stop by what it has more of than others: of how many go there only where that is known', async () => {
    const rig = await TripRig.open();
    const told = async (): Promise<[string, string][]> => {
      const why = rig.engine.planning.why((await rig.plan()).id);
      return why.ok ? why.value.stops.map((stop) => [stop.item, stop.why.join(' ')]) : [];
    };
    const before = await told();
    expect(before.length).toBeGreaterThan(2);
    for (const [item, why] of before) expect(why, item).not.toMatch(/how many go there|how it goes with/u);
    for (let person = 0; person < 30; person += 1) {
      const subject = `p${person.toString().padStart(2, '0')}`;
      await rig.say(subject, 'granted', 'personalise', 'train');
      for (const place_id of ['castle', 'museum', person < 4 ? 'tower' : 'park']) {
        rig.clock.advance(1_000);
        await rig.said(subject, 'place.checked_in', { place_id });
      }
    }
    const after = new Map(await told());
    expect(after.get('castle')).toContain('how many go there at all (30 people were there)');
    expect(after.get('gallery') ?? '').not.toContain('how many go there');
    await rig.engine.close();
  });

  it('learns trips from those who let it, forgets exactly, and is published', async () => {
    const rig = await TripRig.open();
    const names = ['castle', 'museum', 'park', 'tower', 'gallery', 'zoo'];
    for (let person = 0; person < 60; person += 1) {
      const subject = `p${person.toString().padStart(2, '0')}`;
      await rig.say(subject, 'granted', 'personalise', 'train');
      for (let n = 0; n < 4; n += 1)
        await rig.said(subject, 'place.checked_in', { place_id: names[(person + n * (1 + (person % 2))) % 6] ?? '' });
      rig.clock.advance(60_000);
    }
    const plan = await rig.plan();
    expect(plan.stops.some(({ reasons }) => reasons.some(({ people = 0 }) => people >= 5))).toBe(true);
    expect(plan.publishedAt).toBeNull();
    const shapes = async (): Promise<string[]> => (await rig.dump()).filter((line) => line.startsWith('packmodel\t'));
    const before = await shapes();
    await rig.say('zoe', 'granted', 'personalise', 'train');
    for (const name of ['zoo', 'castle', 'park']) await rig.said('zoe', 'place.checked_in', { place_id: name });
    expect(await shapes()).not.toEqual(before);
    await rig.engine.erase(['zoe']);
    expect(await shapes()).toEqual(before);

    expect(await rig.engine.packModelling.publish('trips')).toMatchObject({ ok: true });
    const published = await rig.plan();
    expect(published.publishedAt).not.toBeNull();
    // After an erasure the publication is made anew when it is completed, before the deadline of the receipt.
    await rig.engine.erase(['p00']);
    expect((await rig.plan()).publishedAt).toBe(published.publishedAt);
    await rig.engine.completeErasures();
    expect((await rig.plan()).publishedAt).toBeGreaterThan(published.publishedAt ?? Infinity);
    const live = await rig.dump();
    await rig.restart(true);
    expect(await rig.dump()).toEqual(live);
  });

  it('is not served past the deadline of an erasure since its publication', async () => {
    const rig = await TripRig.open();
    const names = ['castle', 'museum', 'park', 'tower'];
    for (let person = 0; person < 55; person += 1) {
      await rig.say(`p${person}`, 'granted', 'personalise', 'train');
      for (let n = 0; n < 3; n += 1) await rig.said(`p${person}`, 'place.checked_in', { place_id: names[(person + n) % 4] ?? '' });
    }
    await rig.engine.packModelling.publish('trips');
    const { core } = rig.engine;
    const now = rig.clock.now();
    expect(core.packModels.places('trips', now)?.publishedAt).not.toBeNull();
    const { deadlineAt } = await rig.engine.erase(['p1']);
    expect(core.packModels.places('trips', deadlineAt - 1)?.publishedAt).not.toBeNull();
    expect(core.packModels.places('trips', deadlineAt)?.publishedAt).toBeNull();
  });
});
