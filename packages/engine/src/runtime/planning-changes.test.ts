// Plans that are changed on the way: what is done stays, what still fits is kept, and what was paid counts.
import { describe, expect, it } from 'vitest';
import { hour, itemsOf, place, places, TripRig } from './trip-rig.suite.js';

describe('a plan that is disrupted', () => {
  it('keeps what is done and what still fits, and says what changed and why', async () => {
    const rig = await TripRig.open();
    await rig.say('ann', 'granted', 'personalise');
    const plan = await rig.plan({
      subject: 'ann',
      mustSee: ['castle', 'gallery'],
      pace: 'fast',
      budget: { amount: 5000, currency: 'EUR' },
    });
    const [first] = plan.stops;
    const noon = first?.leaveAt ?? 0;
    rig.clock.advance(noon - rig.clock.now());

    const closing = plan.stops.slice(1).find(({ mustSee }) => !mustSee)?.item ?? '';
    const disruption = { plan: plan.id, done: [first?.item ?? ''], closed: [closing] };
    const asked = await rig.engine.planning.plan({ point: 'itinerary', subject: 'ann', disruption });
    if (!asked.ok) throw new Error(asked.code);
    const closed = asked.value;
    expect(closed.stops[0]).toEqual({ ...first, state: 'done' });
    expect(itemsOf(closed)).not.toContain(closing);
    expect(closed.changes).toContainEqual({ item: closing, what: 'removed', because: 'disruption' });
    for (const { item } of plan.stops) if (item !== closing) expect(itemsOf(closed)).toContain(item);
    expect(rig.engine.planning.why(closed.id)).toMatchObject({ value: { reproducible: true } });

    const late = await rig.plan({ subject: 'ann', disruption: { plan: plan.id, done: [first?.item ?? ''], delayMinutes: 180 } });
    expect(late.changes.length).toBeGreaterThan(0);
    for (const { arriveAt, state } of late.stops) if (state !== 'done') expect(arriveAt).toBeGreaterThanOrEqual(noon + 3 * hour);
    for (const must of ['castle', 'gallery']) if (late.refused === null) expect(itemsOf(late)).toContain(must);

    // The gallery is dearer now than the budget has room for.
    await rig.engine.upsertItems([place('gallery', 5, 4900, '10:00-18:00')]);
    const dear = await rig.plan({ subject: 'ann', disruption: { plan: plan.id, done: [first?.item ?? ''] } });
    expect(dear.refused).toMatchObject({ rule: 'over_budget' });
  });

  it('adds nothing up with what was paid in another currency', async () => {
    const rig = await TripRig.open();
    await rig.say('ann', 'granted', 'personalise');
    const plan = await rig.plan({ subject: 'ann', mustSee: ['castle'], pace: 'fast' });
    const paid = plan.stops.find(({ price }) => (price ?? 0) > 0)?.item ?? '';
    const free = plan.stops.find(({ price }) => price === 0)?.item ?? '';
    const change = (done: string, currency: string): Promise<string> =>
      rig.engine.planning
        .plan({
          point: 'itinerary',
          subject: 'ann',
          mustSee: [],
          budget: { amount: 9_000, currency },
          disruption: { plan: plan.id, done: [done] },
        })
        .then((changed) => (changed.ok ? 'planned' : `${changed.code} ${changed.field}`));
    expect([paid === '', free === '']).toEqual([false, false]);
    expect(await change(paid, 'GBP')).toBe('plan_currency /budget/currency');
    expect([await change(paid, 'EUR'), await change(free, 'GBP')]).toEqual(['planned', 'planned']);
  });

  it('goes to no place of which an earlier change said that it is closed, until the host says that it is open', async () => {
    const rig = await TripRig.open();
    await rig.say('ann', 'granted', 'personalise');
    const plan = await rig.plan({ subject: 'ann', pace: 'fast' });
    const closing = itemsOf(plan)[1] ?? '';
    const changed = await rig.plan({ subject: 'ann', disruption: { plan: plan.id, done: [], closed: [closing] } });
    expect(itemsOf(changed)).not.toContain(closing);
    const late = await rig.plan({ subject: 'ann', disruption: { plan: changed.id, done: [], delayMinutes: 1 } });
    expect(itemsOf(late)).not.toContain(closing);
    const later = await rig.plan({ subject: 'ann', disruption: { plan: late.id, done: [] } });
    expect(itemsOf(later)).not.toContain(closing);
    expect(rig.engine.planning.why(later.id)).toMatchObject({ value: { reproducible: true } });
    const open = await rig.plan({ subject: 'ann', disruption: { plan: later.id, done: [], closed: [] } });
    expect(itemsOf(open)).toContain(closing);
    await rig.engine.close();
  });

  it('totals what was done in its own currency, also when it is no candidate any more', async () => {
    const rig = await TripRig.open();
    await rig.say('ann', 'granted', 'personalise');
    const plan = await rig.plan({ subject: 'ann', mustSee: ['castle'] });
    const again = async (of: string, ...done: string[]) => rig.plan({ subject: 'ann', mustSee: [], disruption: { plan: of, done } });
    const others = places.filter(({ id }) => id !== 'castle');
    await rig.engine.upsertItems([{ ...place('castle', 1, 1900), stock: 0 }, ...others.map((each) => ({ ...each, price: 0 }))]);
    const free = await again(plan.id, 'castle');
    expect([itemsOf(free)[0], free.stops.length > 1, free.total]).toEqual(['castle', true, { amount: 1900, currency: 'EUR' }]);
    await rig.engine.retireItems(['castle']);
    expect((await again(free.id)).total).toEqual({ amount: 1900, currency: 'EUR' });
    await rig.engine.upsertItems(others.map((each) => ({ ...each, currency: 'GBP', price: 100 })));
    for (const of of [plan, free]) expect((await again(of.id, 'castle')).total).toBeNull();
    await rig.engine.close();
  });

  it('counts what has been visited once, also when it is named twice, or no more', async () => {
    const rig = await TripRig.open();
    await rig.say('ann', 'granted', 'personalise');
    const plan = await rig.plan({ subject: 'ann', mustSee: ['castle'], budget: { amount: 4000, currency: 'EUR' } });
    const [first = '', second = '', ...rest] = itemsOf(plan);
    const again = async (of: string, ...done: string[]) => {
      const changed = await rig.engine.planning.plan({ point: 'itinerary', subject: 'ann', disruption: { plan: of, done } });
      if (!changed.ok) throw new Error(changed.code);
      return changed.value;
    };
    rig.clock.advance((plan.stops[0]?.leaveAt ?? 0) - rig.clock.now());
    const once = await again(plan.id, first);
    expect((await again(plan.id, first, first)).stops).toEqual(once.stops);
    rig.clock.advance((plan.stops[1]?.leaveAt ?? 0) - rig.clock.now());
    const later = await again(once.id, second);
    expect(later.stops).toEqual((await again(once.id, first, second)).stops);
    expect(later.stops.map(({ item, state }) => [item, state])).toEqual([
      [first, 'done'],
      [second, 'done'],
      ...rest.map((item) => [item, 'kept']),
    ]);
    expect(later.total).toEqual(plan.total);
    expect(rig.engine.planning.why(later.id)).toMatchObject({ value: { reproducible: true } });
    // Nothing more was done: it goes on from there.
    expect((await again(later.id)).stops).toEqual(later.stops);
    await rig.engine.close();
  });

  it('belongs to whom it was made for: others cannot change it, nor can they after they withdrew', async () => {
    const rig = await TripRig.open();
    for (const who of ['ann', 'bob']) await rig.say(who, 'granted', 'personalise');
    const plan = await rig.plan({ subject: 'ann', avoid: ['zoo'] });
    const disruption = { plan: plan.id, done: [] };
    const stranger = await rig.engine.planning.plan({ point: 'itinerary', subject: 'bob', disruption });
    expect(stranger).toMatchObject({ ok: false, code: 'plan_unknown' });
    await rig.say('ann', 'withdrawn', 'personalise');
    const own = await rig.engine.planning.plan({ point: 'itinerary', subject: 'ann', disruption });
    expect(own).toMatchObject({ ok: false, code: 'plan_unknown' });
    const fresh = await rig.plan({ subject: 'ann', disruption });
    expect(fresh).toMatchObject({ mode: 'contextual', problem: { before: [] } });
  });
});
