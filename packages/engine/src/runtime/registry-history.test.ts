// Law 1 where the registry changes: what an event was when it was folded stays what it was, however often its person is folded again.
import { describe, expect, it } from 'vitest';
import { MemoryState } from '../adapters/memory-state.js';
import type { IncomingEvent } from '../collect/incoming.js';
import type { Definitions } from '../model/definitions.js';
import type { EventType } from '../model/event-type.js';
import type { LawfulBasis } from '../model/system-event.js';
import { SeededRandom } from '../sim/seeded-random.js';
import { Rig } from './rig.suite.js';

const dayMs = 86_400_000;

/** A type under which an event may be learned from by a grant, by a declared basis, or not at all; that may count, or not; and its item. */
function typeOf(name: string, how: 'consent' | 'declared', more: Partial<EventType> = {}): EventType {
  const properties = { product_id: { type: 'string' }, sku: { type: 'string' } } as const;
  const purposes = { train: how, personalise: how, analytics: 'consent' } as const;
  return { name, category: 'behavioural', purposes, properties, item: 'product_id', counts: true, retentionDays: 30, ...more };
}

const definitions: Definitions = {
  traits: [{ name: 'seen', kind: 'window', purpose: 'personalise', days: 30 }],
  cutPoints: [],
  segments: [],
  models: [{ name: 'lately', kind: 'places', learnsFrom: ['item.a', 'item.b', 'item.c'], categories: [] }],
};

let ids = 0;

function event(rig: Rig, subject: string, type: string, item: string): IncomingEvent {
  ids += 1;
  return { id: `e${ids}`, subject, type, occurredAt: rig.clock.now(), source: 'test', properties: { product_id: item, sku: `${item}-2` } };
}

async function reopen(rig: Rig, eventTypes: readonly EventType[], wipe = false): Promise<void> {
  await rig.engine.close();
  if (wipe) rig.state = new MemoryState();
  await rig.start(undefined, { eventTypes });
}

/** The fold of the log as it stands, by another engine. */
async function replayed(rig: Rig, eventTypes: readonly EventType[]): Promise<string[]> {
  await reopen(rig, eventTypes, true);
  return rig.dump();
}

async function declare(rig: Rig, eventType: string, basis: LawfulBasis): Promise<void> {
  for (const purpose of ['train', 'personalise'] as const) {
    const done = await rig.engine.declareBasis({ eventType, purpose, basis, reason: basis });
    expect(done.ok).toBe(true);
  }
}

describe('an event that is folded again', () => {
  it('is what its type said when it came, though the type says otherwise by now', async () => {
    const rig = await Rig.open();
    await reopen(rig, [typeOf('item.a', 'consent'), typeOf('item.c', 'consent', { purposes: { analytics: 'consent' } })]);
    await rig.say('ann', 'granted', 'personalise', 'train', 'analytics');
    rig.clock.advance(1000);
    expect(await rig.send(event(rig, 'ann', 'item.a', 'tea'), event(rig, 'ann', 'item.c', 'mug'))).toMatchObject({ accepted: 2 });
    const types = [typeOf('item.a', 'consent', { counts: false }), typeOf('item.c', 'consent', { purposes: { analytics: 'consent' } })];
    await reopen(rig, types);
    expect(rig.engine.core.model.index.visits).toBe(1);
    // Nothing is left of the second event: it goes, and Ann is folded again.
    await rig.say('ann', 'withdrawn', 'analytics');
    await rig.engine.completeErasures();
    expect(rig.engine.core.model.index.visits).toBe(1);
    const live = await rig.dump();
    expect(await replayed(rig, types)).toEqual(live);
  });

  it('rests on the basis that was declared when it came, though another one is by now', async () => {
    const rig = await Rig.open();
    const types = [typeOf('item.a', 'declared'), typeOf('item.b', 'declared', { retentionDays: 1 })];
    await reopen(rig, types);
    for (const { name } of types) await declare(rig, name, 'contract');
    await rig.say('ann', 'objected', 'train');
    rig.clock.advance(1000);
    expect(await rig.send(event(rig, 'ann', 'item.a', 'tea'), event(rig, 'ann', 'item.b', 'mug'))).toMatchObject({ accepted: 2 });
    for (const { name } of types) await declare(rig, name, 'legitimate_interests');
    rig.clock.advance(3 * dayMs);
    expect(await rig.engine.cutRetention()).toBe(1);
    const live = await rig.dump();
    expect(await replayed(rig, types)).toEqual(live);
  });

  it('keeps no name that its type has given up', async () => {
    const rig = await Rig.open();
    await reopen(rig, [typeOf('item.a', 'consent', { aliases: ['Seen', 'item.b'] })]);
    const types = [typeOf('item.a', 'consent', { aliases: ['item.b'] }), typeOf('item.b', 'consent')];
    await reopen(rig, types);
    const { registry } = rig.engine.core;
    const held = (): unknown[] => [
      registry
        .list()
        .map(({ name }) => name)
        .sort(),
      registry.known('Seen'),
      registry.known('item.b')?.type.name,
    ];
    const [names, ...rest] = held();
    expect(names).toEqual(expect.arrayContaining(['item.a', 'item.b']));
    expect(rest).toEqual([undefined, 'item.b']);
    const before = [held(), await rig.dump()];
    registry.load();
    expect([held(), await rig.dump()]).toEqual(before);
    await rig.engine.close();
  });
});

describe('random histories', () => {
  it.each([1, 4, 8, 10, 11, 12])(
    'with seed %i, of re-registered types and re-declared bases, fold to what their log says',
    async (seed) => {
      const random = new SeededRandom(seed);
      const rig = await Rig.open(undefined, definitions);
      const people = ['ann', 'ben', 'kim'];
      const names = ['item.a', 'item.b', 'item.c'];
      const pick = <T>(list: readonly T[]): T => random.pick(list);
      const drawnTypes = (): EventType[] =>
        names.map((name, at) =>
          typeOf(name, at === 0 ? 'consent' : 'declared', {
            counts: random.int(2) === 0,
            item: pick(['product_id', 'sku']),
            retentionDays: pick([2, 5, 30]),
          }),
        );
      const sent: { subject: string; id: string }[] = [];
      let types = drawnTypes();
      await reopen(rig, types);
      for (const name of names.slice(1)) await declare(rig, name, 'contract');
      const acts: readonly (() => Promise<unknown>)[] = [
        async () => {
          const each = event(rig, pick(people), pick(names), pick(['tea', 'cup', 'pot', 'jar']));
          if ((await rig.send(each)).accepted === 1) sent.push(each);
        },
        () =>
          rig.say(
            pick(people),
            pick(['granted', 'granted', 'withdrawn', 'objected']),
            pick(['train', 'personalise', 'analytics'] as const),
          ),
        () => {
          types = drawnTypes();
          return reopen(rig, types);
        },
        () => declare(rig, pick(names.slice(1)), pick(['contract', 'legitimate_interests', 'public_task'] as const)),
        () => rig.engine.cutRetention(),
        () => rig.engine.moveTime(),
        () => rig.engine.completeErasures(),
        () => rig.engine.restrict(pick(people), random.int(2) === 0, 'test'),
        () => (random.int(4) === 0 ? rig.engine.erase([pick(people)]) : Promise.resolve()),
        async () => {
          if (sent.length === 0) return;
          const { subject, id } = pick(sent);
          await rig.engine.correct(subject, id, { product_id: pick(['tea', 'cup']), sku: pick(['tea-2', 'cup-2']) });
        },
      ];
      for (const who of people) await rig.say(who, 'granted', 'train', 'personalise', 'analytics');
      for (let step = 0; step < 80; step += 1) {
        rig.clock.advance(pick([1000, 60_000, 3_600_000, dayMs]));
        await (random.int(2) === 0 ? acts[0] : pick(acts))?.();
      }
      const live = await rig.dump();
      expect(await replayed(rig, types)).toEqual(live);
      await rig.engine.close();
    },
    60_000,
  );
});
