import { describe, expect, test } from 'vitest';
import type { BehaviourEvent } from '../model/event.js';
import { decodeEvent } from '../model/event-codec.js';
import { EventBytes } from './event-bytes.js';

function event(id: string, text: string): BehaviourEvent {
  return { id, subject: 'ö', type: 't', occurredAt: 1, receivedAt: 2, source: 's', properties: { text }, mask: 3 };
}

describe('event bytes', () => {
  test('each event is read back from its own view, whatever its letters and its size', () => {
    const bytes = new EventBytes();
    for (const text of ['plain', '\u20ac'.repeat(40_000), '\u{1f600}', '\ud800', '', 'x'.repeat(200_000)]) {
      const events = [event('a', text), event('b', 'after'), event('c', text)];
      const taken = bytes.of(events);
      expect(taken.map((each) => decodeEvent(each.bytes, each.mask))).toEqual(events);
      expect(taken.map(({ subject }) => subject)).toEqual(['ö', 'ö', 'ö']);
    }
  });
});
