// Who saw whom: an answer that shows an operator a person, by their raw id, leaves `person.unmasked` in the stream of that person, once for
// each caller, person and day (UTC). Invariant: no event, no sight: whoever asks waits until it is on disk, and is refused if it cannot be
// written. It goes with an erasure, and with an archive to the person, who so learns who looked. Of whom nothing is held nothing is noted.
import { dayMs, dayOf } from '../base/day.js';
import { limits } from '../base/limits.js';
import { ok, type Result } from '../base/result.js';
import { everyPurpose } from '../collect/sequencer.js';
import { decodeEvent } from '../model/event-codec.js';
import type { Suppressions } from '../consent/suppressions.js';
import type { BehaviourEvent } from '../model/event.js';
import { systemTypes, type AdminAct } from '../model/system-event.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Core } from './core.js';
import type { Writer } from './writer.js';

export interface UnmaskingsParts {
  readonly core: Core;
  readonly log: Log;
  readonly clock: Clock;
  readonly writer: Writer;
  readonly suppressions: Suppressions;
  readonly newId: (prefix: string) => string;
}

export class Unmaskings {
  readonly #parts: UnmaskingsParts;
  #day = -1;
  /** Caller and subject -> when that was noted on this day, as far as it is remembered; the log knows the rest. */
  readonly #noted = new Map<string, number>();

  constructor(parts: UnmaskingsParts) {
    this.#parts = parts;
  }

  /** Would it have to be noted before `by` sees them? */
  owes(by: string, subject: string): boolean {
    const day = dayOf(this.#parts.clock.now());
    if (day !== this.#day) this.#noted.clear();
    this.#day = day;
    const at = this.#noted.get(keyOf(by, subject));
    // Whoever was erased and is known again is looked at anew.
    const isNoted = at !== undefined && at > (this.#parts.suppressions.erasedAt(subject) ?? -1);
    return !isNoted && this.#parts.core.trace.has(subject);
  }

  /** Resolves when it is on disk that `by` saw these people. Fails as an append does (log_full). */
  async note(by: string, subjects: readonly string[]): Promise<Result<unknown>> {
    const fresh = [...new Set(subjects)].filter((subject) => this.owes(by, subject));
    for (let from = 0; from < fresh.length; from += limits.unmaskingsAtOnce) {
      const done = await this.#append(by, fresh.slice(from, from + limits.unmaskingsAtOnce));
      if (!done.ok) return done;
    }
    return ok(null);
  }

  async #append(by: string, subjects: readonly string[]): Promise<Result<unknown>> {
    const { writer } = this.#parts;
    // In one turn: whoever was erased meanwhile gets no new event, and two who ask at once leave one.
    const done = await writer.exclusive<Result<unknown>>(() => {
      const owed = subjects.filter((subject) => this.owes(by, subject));
      const events = owed.filter((subject) => !this.#isInLog(by, subject)).map((subject) => this.#event(by, subject));
      const appended = events.length === 0 ? ok(null) : writer.appendNow(events);
      if (appended.ok) for (const subject of owed) this.#remember(by, subject);
      return Promise.resolve(appended);
    });
    if (done.ok) await writer.settled();
    return done;
  }

  /** After a restart, or when too much was to be remembered: what stands in the newest records of the person. */
  #isInLog(by: string, subject: string): boolean {
    const { core, log, clock } = this.#parts;
    const startMs = dayOf(clock.now()) * dayMs;
    for (const position of core.trace.positions(subject).toReversed().slice(0, limits.unmaskingsLookBack)) {
      const entry = log.readOne(position);
      if (entry === undefined || entry.bytes === null) continue;
      const { type, receivedAt, properties } = decodeEvent(entry.bytes, entry.mask);
      if (receivedAt < startMs) return false;
      const act = type === systemTypes.adminActed ? (properties['act'] as AdminAct) : undefined; // written by the engine
      if (act?.what === 'person.unmasked' && act.by === by) return true;
    }
    return false;
  }

  #event(by: string, subject: string): BehaviourEvent {
    const now = this.#now(subject);
    const act: AdminAct = { what: 'person.unmasked', by, why: '', about: '' };
    return {
      id: this.#parts.newId('a'),
      subject,
      type: systemTypes.adminActed,
      occurredAt: now,
      receivedAt: now,
      source: 'engine',
      properties: { act },
      mask: everyPurpose,
    };
  }

  #remember(by: string, subject: string): void {
    if (this.#noted.size >= limits.unmaskingsRemembered) this.#noted.clear();
    this.#noted.set(keyOf(by, subject), this.#now(subject));
  }

  /** After an erasure, whatever the clock says: else the next opening would erase this, too. */
  #now(subject: string): number {
    const { clock, suppressions } = this.#parts;
    return Math.max(clock.now(), (suppressions.erasedAt(subject) ?? -1) + 1);
  }
}

function keyOf(by: string, subject: string): string {
  return `${by}\u0000${subject}`;
}
