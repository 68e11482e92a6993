// A stored visit against a plain list of its events: put at the end or in between, over the bounds of days, joined, and read from text.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayMs } from '../../base/day.js';
import * as visit from './visit-row.js';
import type { VisitEvent, VisitRow } from './visit-row.js';

const event = fc.record({
  position: fc.nat({ max: 2 ** 47 }),
  at: fc.integer({ min: -2 * dayMs, max: 4 * dayMs }).map((ms) => 20_000 * dayMs + ms),
  item: fc.string({ minLength: 1 }),
});
const placed = fc.array(fc.record({ event, place: fc.nat({ max: 30 }) }), { minLength: 1, maxLength: 30 });

const build = (key: number, steps: readonly { readonly event: VisitEvent; readonly place: number }[]): [VisitRow, VisitEvent[]] => {
  const row = visit.newVisit('ann', steps[0]?.event.at ?? 0);
  const events: VisitEvent[] = [];
  for (const { event: one, place } of steps) {
    if (place < events.length) visit.insert(row, key, place, one);
    else visit.push(row, key, one.position, one.at, one.item);
    events.splice(place, 0, one);
  }
  return [row, events];
};

test('a stored visit tells the events that were put into it, in their order', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), placed, placed, (key, otherKey, steps, others) => {
      const [row, events] = build(key, steps);
      const [other, more] = build(otherKey, others);
      visit.pushAll(row, key, other, otherKey);
      const all = [...events, ...more];
      const read: unknown = JSON.parse(JSON.stringify(row));
      expect(read).toEqual(row);
      expect(visit.toldOf(row, key)).toEqual({
        subject: 'ann',
        positions: all.map(({ position }) => position),
        ats: all.map(({ at }) => at),
        items: all.map(({ item }) => item),
      });
      expect(visit.lengthOf(row)).toBe(all.length);
      expect(visit.lastTimeOf(row)).toBe(Math.max(...all.map(({ at }) => at)));
      expect(all.map((_, at) => visit.dayAt(row, at))).toEqual(all.map(({ at }) => Math.floor(at / dayMs)));
    }),
  );
});
