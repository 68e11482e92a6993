// Segments in the whole engine: live membership is what recomputing from the log gives, at every step of random histories with late events,
// withdrawals, restrictions, corrections, erasures, retention and cut points; and the state is the fold of the log with its gaps.
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { limits } from '../base/limits.js';
import type { Definitions } from '../model/definitions.js';
import { Tables } from '../ports/tables.js';
import { worldDefinitions } from '../sim/world-definitions.js';
import { historyOf } from '../understand/history.js';
import { SegmentOracle } from '../understand/segments/segment-oracle.suite.js';
import { Rig } from './rig.suite.js';
import { shoppers } from './segment-rig.suite.js';

const dayMs = 86_400_000;
const people = ['ann', 'bob', 'cy', 'di', 'ed', 'flo', 'gus', 'hal', 'ida', 'jo', 'kim', 'lea'];

/** Members by segment, live and as the log says. */
function both(rig: Rig): [live: object, recomputed: object] {
  const { core, log, segmentation } = rig.engine;
  const oracle = new SegmentOracle(core.definitions, log);
  const live = new Map<string, string[]>();
  const recomputed = new Map<string, string[]>();
  for (const { name } of core.definitions.segments) {
    live.set(name, [...core.segments.members(name)]);
    recomputed.set(name, []);
  }
  for (const subject of [...core.trace.subjects()].sort())
    for (const name of oracle.of(historyOf(subject, core.trace, log))) recomputed.get(name)?.push(subject);
  for (const { name, people: told } of segmentation.list()) {
    const count = live.get(name)?.length ?? 0;
    expect(told, name).toBe(count < 5 ? null : count);
  }
  return [Object.fromEntries(live), Object.fromEntries(recomputed)];
}

type Step = readonly [kind: number, person: number, value: number];

async function take(rig: Rig, [kind, person, value]: Step): Promise<void> {
  const { engine, clock } = rig;
  const subject = people[person % people.length] ?? '';
  const item = ['tea', 'cup', 'pot'][value % 3] ?? '';
  const lateMs = value % 5 === 0 ? (value % 9) * dayMs : 0;
  const at = clock.now() - lateMs;
  const send = async (type: string, properties: object): Promise<void> => {
    await rig.send({ ...rig.view(subject, item, at), type, properties: { ...properties } });
  };
  clock.advance(60_000);
  if (kind < 8) await send('item.viewed', { product_id: item });
  else if (kind < 12) await send('order.completed', { total: (value % 7) * 12.34 });
  else if (kind < 14) await send('list.viewed', { query: item });
  else if (kind < 19) {
    clock.advance(((value % 13) * dayMs) / 2 + (value > 96 ? 30 * dayMs : 0));
    await engine.moveTime();
  } else if (kind < 20) await rig.say(subject, value % 2 === 0 ? 'withdrawn' : 'granted', value % 3 === 0 ? 'analytics' : 'personalise');
  else if (kind < 21) await rig.say(subject, 'granted', 'analytics', 'personalise', 'train');
  else if (kind < 22) await engine.restrict(subject, value % 2 === 0, 'test');
  else if (kind < 23) await engine.segmentation.publishCutPoints();
  else if (kind < 24) await engine.cutRetention();
  else if (kind < 25) await engine.link(subject, people[value % people.length] ?? '', value % 4 !== 0, 'test');
  else if (kind < 26) await engine.erase([subject]);
  else {
    const own = historyOf(subject, engine.core.trace, engine.log).filter(({ event }) => event.type === 'item.viewed');
    const wrong = own[value % Math.max(1, own.length)];
    if (wrong !== undefined) await engine.correct(subject, wrong.event.id, { product_id: 'jar' });
  }
}

async function opened(definitions: Definitions = worldDefinitions): Promise<Rig> {
  const rig = await Rig.open(undefined, definitions);
  for (const subject of people) await rig.say(subject, 'granted', 'analytics', 'personalise', 'train');
  await rig.engine.moveTime();
  return rig;
}

const steps = fc.array(fc.tuple(fc.nat(26), fc.nat(11), fc.nat(99)), { minLength: 20, maxLength: 90 });

describe('live membership', () => {
  it('equals recomputation at every step of a random history, and the state equals the fold of the log with its gaps', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const rig = await opened();
        for (const [index, step] of history.entries()) {
          await take(rig, step);
          await rig.engine.drain();
          // In half of the steps nobody looks: what is put off must not show later.
          if (index % 2 === 0) continue;
          const [live, recomputed] = both(rig);
          expect(live).toEqual(recomputed);
        }
        // What is done on a timer would come between the two.
        await rig.engine.completeErasures();
        const dumped = await rig.dump();
        for (const subject of people) rig.engine.core.fold.refold(subject);
        expect(await rig.dump()).toEqual(dumped);
        await rig.restart(true);
        expect(await rig.dump()).toEqual(dumped);
        const [live, recomputed] = both(rig);
        expect(live).toEqual(recomputed);
        await rig.engine.close();
      }),
      { numRuns: 12, seed: 6 },
    );
  });
});

describe('segments', () => {
  it('tell who is in them for their own purpose only, and never how many a few are', async () => {
    const rig = await shoppers(6);
    const { segmentation } = rig.engine;
    const [first, ...others] = ['p00', 'p01', 'p02', 'p03', 'p04', 'p05'];
    await rig.say('p03', 'withdrawn', 'analytics');
    rig.clock.advance(5 * dayMs);
    await rig.engine.moveTime();
    expect(segmentation.get('idle_buyers', { purpose: 'personalise' })).toMatchObject({ ok: false, code: 'segment_purpose' });
    expect(segmentation.get('idle_buyers', { purpose: 'analytics' })).toMatchObject({
      ok: true,
      value: { people: 5, members: [first, ...others].filter((each) => each !== 'p03'), next: null },
    });
    await rig.say('p04', 'withdrawn', 'analytics');
    const few = segmentation.get('idle_buyers');
    expect(few).toMatchObject({ ok: true, value: { people: null, fewerThan: 5 } });
    expect(segmentation.get('nothing')).toMatchObject({ ok: false, code: 'segment_unknown' });
    const page = segmentation.get('lapsing', { purpose: 'personalise', limit: 2 });
    expect(page).toMatchObject({ ok: true, value: { members: ['p00', 'p01'], next: 'p01' } });
    expect(segmentation.get('lapsing', { purpose: 'personalise', limit: 2, after: 'p01' })).toMatchObject({
      value: { members: ['p02', 'p03'] },
    });
  });

  it('stand in the profile of a person with entry and exit, by all their ids together', async () => {
    const rig = await shoppers(1);
    await rig.say('phone', 'granted', 'personalise', 'analytics');
    rig.clock.advance(1000);
    await rig.send(rig.view('phone', 'tea'));
    const viewer = (subject: string): unknown => {
      const profile = rig.engine.profile(subject);
      return profile.ok ? profile.value.segments.find(({ name }) => name === 'viewers') : undefined;
    };
    expect(viewer('phone')).toBeUndefined();
    await rig.send(rig.view('p00', 'tea'));
    await rig.engine.link('p00', 'phone', true, 'test');
    expect(viewer('phone')).toMatchObject({ isMember: true, facts: [] });
    await rig.send(rig.view('phone', 'cup'));
    rig.clock.advance(9 * dayMs);
    await rig.engine.moveTime();
    expect(viewer('phone')).toMatchObject({
      isMember: false,
      facts: [
        [expect.any(Number), expect.any(Number), 1],
        [expect.any(Number), expect.any(Number), 0],
      ],
    });
  });

  it('by cut points do not move when others are erased, until these are published anew or the deadline has passed', async () => {
    const rig = await shoppers(30);
    const { core, segmentation } = rig.engine;
    const before = [...core.segments.members('champions')];
    expect(before.length).toBeGreaterThanOrEqual(5);
    expect(before.length).toBeLessThan(30);
    const gone = before.slice(0, 6);
    await rig.engine.erase(gone);
    expect([...core.segments.members('champions')]).toEqual(before.filter((each) => !gone.includes(each)));
    expect(core.segments.timeline.staleAt).not.toBeNull();
    await segmentation.publishCutPoints();
    expect(core.segments.timeline.staleAt).toBeNull();
    expect([...core.segments.members('champions')].length).toBeGreaterThan(before.length - gone.length);
    // Too few are left for cut points: what was published is not used past the deadline of the erasure.
    await rig.engine.erase([...core.trace.subjects()].slice(0, 20));
    rig.clock.advance(2 * dayMs);
    await rig.engine.moveTime();
    expect([...core.segments.members('champions')]).toEqual([]);
    await rig.engine.completeErasures();
    const dumped = await rig.dump();
    await rig.restart(true);
    expect(await rig.dump()).toEqual(dumped);
  });

  it('by cut points are published from day to day after a clock that was ahead', async () => {
    const rig = await shoppers(30);
    const { timeline } = rig.engine.core.segments;
    const start = rig.clock.now();
    rig.clock.set(start + 5 * dayMs);
    await rig.engine.moveTime();
    const ahead = timeline.newest?.[2];
    rig.clock.set(start + dayMs);
    await rig.engine.moveTime();
    expect(timeline.newest?.[2]).toBeGreaterThan(ahead ?? Infinity);
  });

  it('of a folder that is opened without them go on, and end when it is opened with none', async () => {
    const rig = await shoppers(2);
    const dumped = await rig.dump();
    rig.definitions = undefined;
    await rig.restart();
    expect(await rig.dump()).toEqual(dumped);
    rig.definitions = { traits: [], segments: [], cutPoints: [] };
    await rig.restart();
    expect(rig.engine.segmentation.list()).toEqual([]);
    expect((await rig.dump()).filter((line) => line.startsWith('segment'))).toEqual([]);
    rig.definitions = worldDefinitions;
    await rig.restart();
    expect((await rig.dump()).filter((line) => line.startsWith('segment'))).toEqual(dumped.filter((line) => line.startsWith('segment')));
  });

  it('have lookalikes wherever their ids stand among those of many', async () => {
    const rig = await shoppers(20); // p00 to p19
    const crowd = Array.from({ length: limits.insightPeopleMax }, (_, at) => `a${at}`);
    await Promise.all(crowd.map((subject) => rig.say(subject, 'granted', 'personalise')));
    for (let from = 0; from < crowd.length; from += 500)
      await rig.send(...crowd.slice(from, from + 500).map((subject) => rig.view(subject, 'tea')));
    for (let person = 0; person < 8; person += 1) {
      await rig.say(`q${person}`, 'granted', 'personalise');
      await rig.send({ ...rig.view(`q${person}`, 'tea'), type: 'order.completed', properties: { total: 10 } });
    }
    const found = await rig.engine.segmentation.lookalikes('spenders', 'personalise', 5);
    expect(found).toMatchObject({
      ok: true,
      value: expect.arrayContaining([expect.objectContaining({ subject: expect.stringMatching(/^q/u) })]),
    });
    await rig.engine.close();
  });

  it('have lookalikes with reasons that many share and that add up', async () => {
    const rig = await shoppers(40);
    const found = await rig.engine.segmentation.lookalikes('champions', 'personalise', 5);
    if (!found.ok) throw new Error(found.code);
    expect(found.value.length).toBeGreaterThan(0);
    for (const { subject, score, reasons } of found.value) {
      expect(rig.engine.core.segments.isMember('champions', subject)).toBe(false);
      expect(reasons.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(score, 12);
      for (const { members, others } of reasons) expect(Math.min(members, others)).toBeGreaterThanOrEqual(5);
    }
    expect(await rig.engine.segmentation.lookalikes('champions', 'analytics', 5)).toMatchObject({ ok: false, code: 'segment_purpose' });
  });

  it('bring everybody up to a new day in slices that do not look up everybody again', async () => {
    const rig = await shoppers(40);
    const { segments } = rig.engine.core;
    const postponed = vi.spyOn(segments, 'settle').mockReturnValue(true);
    rig.clock.advance(20 * dayMs);
    await rig.engine.moveTime();
    postponed.mockRestore();
    const lookUps = vi.spyOn(Tables.prototype, 'rows');
    let slices = 1;
    while (!segments.settle(1)) slices += 1;
    const counted = lookUps.mock.calls.length;
    lookUps.mockRestore();
    expect(slices).toBeGreaterThan(10);
    expect(counted).toBeLessThanOrEqual(2);
    const [live, recomputed] = both(rig);
    expect(live).toEqual(recomputed);
  });

  it('bring up whoever was looked at under cut points that came and went since', async () => {
    const rig = await shoppers(2);
    const { engine } = rig;
    const { segments } = engine.core;
    const { timeline } = segments;
    const before = timeline.newest?.[2];
    const postponed = vi.spyOn(segments, 'settle').mockReturnValue(true);
    const others = Array.from({ length: 40 }, (_, person) => `q${person}`);
    for (const [person, subject] of others.entries()) {
      await rig.say(subject, 'granted', 'personalise', 'analytics', 'train');
      rig.clock.advance(1000);
      for (let n = 0; n <= person; n += 1)
        await rig.send({ ...rig.view(subject, 'tea'), type: 'order.completed', properties: { total: 10 + n } });
    }
    await engine.segmentation.publishCutPoints();
    const during = timeline.newest?.[2];
    for (let n = 0; n < 9; n += 1) await rig.send({ ...rig.view('p00', 'tea'), type: 'order.completed', properties: { total: 500 } });
    for (const subject of others) await rig.say(subject, 'withdrawn', 'personalise', 'analytics', 'train');
    await engine.segmentation.publishCutPoints();
    postponed.mockRestore();
    expect([during === before, timeline.newest?.[2]]).toEqual([false, before]);
    const [live, recomputed] = both(rig);
    expect(live).toEqual(recomputed);
  });
});
