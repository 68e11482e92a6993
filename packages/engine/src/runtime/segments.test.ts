// Segments in the whole engine: live membership is what recomputing from the log gives, at every step of random histories with late events,
// withdrawals, restrictions, corrections, erasures, retention and cut points; and the state is the fold of the log with its gaps.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Definitions } from '../model/definitions.js';
import { worldDefinitions } from '../sim/world-definitions.js';
import { historyOf } from '../understand/history.js';
import { SegmentOracle } from '../understand/segments/segment-oracle.suite.js';
import { Rig } from './rig.suite.js';

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
        for (const subject of [...rig.engine.core.trace.subjects()]) rig.engine.core.fold.refold(subject);
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
