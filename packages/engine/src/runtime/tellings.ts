// Telling recipients (GDPR art. 19): whoever was given data of a person is owed a notice when it is erased, corrected or restricted. The
// engine calls nobody: recipients, or the host for them, fetch what is owed and acknowledge it. At least once: the id of a notice is its
// idempotency key. Invariant: an erasure says what is owed in the turn in which it forgets to whom.
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import { everyPurpose } from '../collect/sequencer.js';
import type { Suppressions } from '../consent/suppressions.js';
import type { BehaviourEvent, Properties } from '../model/event.js';
import { isId } from '../model/id.js';
import { isPurpose } from '../model/purpose.js';
import type { Disclosure, NoticeKind, NoticeOwed } from '../model/request.js';
import { systemTypes } from '../model/system-event.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Core } from './core.js';
import type { Writer } from './writer.js';

export interface NoticeView {
  readonly notice: string;
  readonly recipient: string;
  /** How the recipient knows the person. */
  readonly reference: string;
  readonly kind: NoticeKind;
  readonly owedAt: number;
  readonly dueAt: number;
  readonly overdue: boolean;
}

export interface TellingsParts {
  readonly core: Core;
  readonly log: Log;
  readonly clock: Clock;
  readonly writer: Writer;
  readonly suppressions: Suppressions;
  readonly newId: (prefix: string) => string;
  /** Bytes are to be destroyed. */
  readonly schedule: () => void;
}

export class Tellings {
  readonly #parts: TellingsParts;

  constructor(parts: TellingsParts) {
    this.#parts = parts;
  }

  /** Records that data of the person went to a recipient for a purpose. Repeating what is recorded writes nothing. */
  async disclose(subject: string, disclosure: Disclosure): Promise<Result<{ readonly recipients: number }>> {
    // Over HTTP it was looked at; a host in the same process says what it likes.
    for (const [place, given] of [
      ['/subject', subject],
      ['/recipient', disclosure.recipient],
      ['/reference', disclosure.reference],
    ] as const)
      if (!isId(given)) return fail('body_shape', place);
    if (!isPurpose(disclosure.purpose)) return fail('purpose_unknown', '/purpose');
    const { core, writer } = this.#parts;
    const done = await writer.exclusive<Result<unknown>>(() => {
      const held = core.recipients.of(subject);
      const isSame = (each: Disclosure): boolean =>
        each.recipient === disclosure.recipient && each.reference === disclosure.reference && each.purpose === disclosure.purpose;
      if (held.some(isSame)) return Promise.resolve(ok(null));
      if (!core.trace.has(subject)) return Promise.resolve(fail('subject_unknown'));
      if (held.length >= limits.recipientsMax) return Promise.resolve(fail('recipients_too_many'));
      return Promise.resolve(writer.appendNow([this.#fact(subject, systemTypes.recipientDisclosed, { disclosure })]));
    });
    if (!done.ok) return done;
    await writer.exclusive(() => Promise.resolve());
    return ok({ recipients: core.recipients.of(subject).length });
  }

  /** What recipients of data of these people are owed, as events that are still to be appended. */
  owing(subjects: Iterable<string>, kind: NoticeKind): BehaviourEvent[] {
    const { core, clock, newId } = this.#parts;
    const dueAt = clock.now() + limits.noticeDeadlineMs;
    const told = new Map<string, Disclosure>();
    // One notice for each reference, whatever it was given for.
    for (const subject of subjects) for (const each of core.recipients.of(subject)) told.set(`${each.recipient}\0${each.reference}`, each);
    return [...told.values()].map(({ recipient, reference }) => {
      const owed: NoticeOwed = { notice: newId('n'), recipient, reference, kind, dueAt };
      return this.#fact(null, systemTypes.noticeOwed, { owed });
    });
  }

  /** What they are owed when the person is frozen; whoever is already was told of. */
  owingByFreeze(subject: string): BehaviourEvent[] {
    const { identity, gate } = this.#parts.core;
    return this.owing(
      identity.members(subject).filter((id) => gate.standing(id)?.restricted !== true),
      'restricted',
    );
  }

  /** What they are owed when these two are linked: of a person one of whose ids is frozen all are. */
  owingByLink(subject: string, other: string): BehaviourEvent[] {
    const { identity, gate } = this.#parts.core;
    const ids = [...new Set([subject, other].flatMap((each) => identity.members(each)))];
    const isFrozen = (id: string): boolean => gate.standing(id)?.restricted === true;
    // A link of more is refused.
    if (ids.length > limits.identityMembersMax || !ids.some(isFrozen)) return [];
    return this.owing(
      ids.filter((id) => !isFrozen(id)),
      'restricted',
    );
  }

  /** Of one recipient, or all; the ones that are due first come first. */
  list(recipient?: string): NoticeView[] {
    const { core, clock } = this.#parts;
    const views: NoticeView[] = [];
    for (const notice of core.notices.owed()) {
      const row = core.notices.get(notice);
      if (row?.reference === undefined || row.reference === null || (recipient !== undefined && row.recipient !== recipient)) continue;
      const { reference, kind, owedAt, dueAt } = row;
      views.push({ notice, recipient: row.recipient, reference, kind, owedAt, dueAt, overdue: dueAt < clock.now() });
    }
    return views.sort((one, other) => one.dueAt - other.dueAt).slice(0, limits.noticesListed);
  }

  /** The recipient has done it: the reference goes. Acknowledging again succeeds. Where it could not go nothing is acknowledged. */
  async acknowledge(notice: string): Promise<Result<{ readonly acknowledgedAt: number }>> {
    const { core, log, writer } = this.#parts;
    const position = await writer.exclusive<Result<number>>(() => {
      const row = core.notices.get(notice);
      if (row === undefined) return Promise.resolve(fail('notice_unknown'));
      if (row.acknowledgedAt !== null) return Promise.resolve(ok(row.position));
      if (!log.canRedact([row.position])) return Promise.resolve(fail('disk_full'));
      const { reference: _, ...kept } = row;
      const appended = writer.appendNow([this.#fact(null, systemTypes.noticeAcknowledged, { notice, row: kept })]);
      return Promise.resolve(appended.ok ? ok(row.position) : appended);
    });
    if (!position.ok) return position;
    await writer.exclusive(() => Promise.resolve());
    await this.#forget([position.value]);
    return ok({ acknowledgedAt: core.notices.get(notice)?.acknowledgedAt ?? 0 });
  }

  /** Makes gaps of what a crash has left in the log of notices that were acknowledged. A disk without room for it is asked next time. */
  async forgetAcknowledged(): Promise<void> {
    const { core, log } = this.#parts;
    const acknowledged = core.notices.acknowledged();
    if (log.canRedact(acknowledged)) await this.#forget(acknowledged);
  }

  async #forget(positions: readonly number[]): Promise<void> {
    const { log, schedule } = this.#parts;
    const left = positions.filter((position) => log.readOne(position)?.bytes !== null);
    if (left.length === 0) return;
    // [C57]
    await log.redact(left);
    schedule();
  }

  #fact(subject: string | null, type: string, properties: Properties): BehaviourEvent {
    const { clock, newId, suppressions } = this.#parts;
    // After an erasure of the same person, whatever the clock says: else the next opening would take it for what was erased.
    const now = Math.max(clock.now(), subject === null ? 0 : (suppressions.erasedAt(subject) ?? -1) + 1);
    return { id: newId('r'), subject, type, occurredAt: now, receivedAt: now, source: 'engine', properties, mask: everyPurpose };
  }
}
