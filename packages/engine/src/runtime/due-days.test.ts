import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dayMs, dayOf } from '../base/day.js';
import { limits } from '../base/limits.js';
import type { EventType } from '../model/event-type.js';
import type { BehaviourEvent } from '../model/event.js';
import { systemTypes } from '../model/system-event.js';
import { DueDays } from './due-days.js';
import { retentionDaysOf } from './retention-days.js';

const stretch = limits.retentionChunkEvents;

function typeOf(name: string, retentionDays: number): EventType {
  return { name, category: 'behavioural', purposes: { personalise: 'consent' }, properties: {}, retentionDays };
}

function eventOf(type: string, day: number, subject: string | null = 'ann'): BehaviourEvent {
  return { id: 'e', subject, type, occurredAt: day * dayMs, receivedAt: day * dayMs, source: 'test', properties: {}, mask: 1 };
}

it('says what reading the stretch would say, or that it has to be read', () => {
  const step = fc.record({
    kind: fc.constantFrom('a', 'a', 'b', 'unknown', 'gap', 'nobody', 'correction', 'register'),
    day: fc.integer({ min: 0, max: 50 }),
    times: fc.integer({ min: 1, max: 700 }),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 14 }), fc.integer({ min: 0, max: 2 * stretch }), (steps, start) => {
      const types = [typeOf('a', 3), typeOf('b', 9)];
      const due = new DueDays(() => types, start);
      const log = new Map<number, BehaviourEvent>();
      let position = start;
      for (const { kind, day, times } of steps) {
        for (let n = 0; n < (kind === 'register' ? 1 : times); n += 1) {
          if (kind === 'register') types[0] = typeOf('a', day + 1);
          const event =
            kind === 'register'
              ? eventOf(systemTypes.typeRegistered, day, null)
              : kind === 'correction'
                ? { ...eventOf(systemTypes.eventCorrected, 0), properties: { correction: { at: 0, event: eventOf('b', day) } } }
                : eventOf(kind === 'nobody' ? 'a' : kind, day, kind === 'nobody' ? null : 'ann');
          if (kind !== 'gap') {
            log.set(position, event);
            due.apply(event, position);
          }
          position += 1;
        }
      }
      const days = retentionDaysOf(types);
      for (let from = 0; from < position; from += stretch) {
        let first = Infinity;
        for (let at = from; at < from + stretch; at += 1) {
          const event = log.get(at);
          if (event === undefined || event.subject === null) continue;
          const { type, occurredAt } = event.type === systemTypes.eventCorrected ? eventOf('b', dueDayIn(event)) : event;
          const kept = days.get(type);
          if (kept !== undefined) first = Math.min(first, dayOf(occurredAt) + kept + 1);
        }
        const told = due.of(from);
        if (told !== undefined) expect(told).toBe(first);
        else expect(from < start || steps.some(({ kind }) => kind === 'register')).toBe(true);
        due.note(from, first);
        expect(due.of(from)).toBe(first);
      }
    }),
    { numRuns: 60 },
  );
});

function dueDayIn(event: BehaviourEvent): number {
  const { event: right } = event.properties['correction'] as { event: BehaviourEvent };
  return dayOf(right.occurredAt);
}

it('knows all that is folded from the start of an empty log, and is learned anew from wherever it begins', () => {
  expect(new DueDays(() => [], 0).of(0)).toBe(Infinity);
  const later = new DueDays(() => [], 1);
  expect([0, stretch].map((from) => later.of(from))).toEqual([undefined, Infinity]);
});
