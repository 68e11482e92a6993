// What may leave of the events in a folder. Invariant (laws 3 and 1): an event leaves for a purpose only if it was kept for that purpose
// and may be kept for it now: the person's grant holds and was there when the event was captured, or a declared basis holds that the
// person has not refused. Everything else is counted by code, and stays. Reading goes along the log: memory holds one record.
import { CodedError, type ErrorCode } from '../base/errors.js';
import { decodeEvent } from '../model/event-codec.js';
import type { BehaviourEvent } from '../model/event.js';
import { bitOf, type Purpose } from '../model/purpose.js';
import { isSystemType } from '../model/system-event.js';
import type { LogEntry } from '../ports/log.js';
import type { Engine } from '../runtime/engine.js';
import { correctionIn } from '../understand/history.js';

export interface EventChoice {
  readonly purpose: Purpose;
  readonly subject?: string;
  /** Its name, or an alias of it. */
  readonly type?: string;
  /** Events that occurred at or after it, and before `until`; ms. */
  readonly since?: number;
  readonly until?: number;
}

export class PermittedEvents {
  readonly #engine: Engine;
  readonly #choice: EventChoice;
  /** Events that were asked for and may not leave, by the reason. */
  readonly withheld = new Map<ErrorCode, number>();

  /** Throws CodedError event_type_unknown. */
  constructor(engine: Engine, choice: EventChoice) {
    this.#engine = engine;
    const { type: called, ...rest } = choice;
    const type = called === undefined ? undefined : engine.core.registry.known(called)?.type.name;
    if (called !== undefined && type === undefined) throw new CodedError('event_type_unknown');
    this.#choice = type === undefined ? rest : { ...rest, type };
  }

  *events(): Iterable<BehaviourEvent> {
    const { subject } = this.#choice;
    for (const { bytes, mask } of subject === undefined ? this.#engine.log.read(0) : entriesOf(this.#engine, subject)) {
      if (bytes === null) continue;
      const was = decodeEvent(bytes, mask);
      // The first record of a corrected event is a gap: it stands in the record that corrects it.
      const event = correctionIn(was)?.event ?? was;
      if (!this.#asked(event)) continue;
      const refused = this.#refusal(event);
      if (refused === null) yield event;
      else this.withheld.set(refused, (this.withheld.get(refused) ?? 0) + 1);
    }
  }

  #asked({ subject, type, occurredAt }: BehaviourEvent): boolean {
    const { type: wanted, since = -Infinity, until = Infinity } = this.#choice;
    if (subject === null || (wanted !== undefined && type !== wanted)) return false;
    // What the engine noted itself is no behaviour, and was kept for no purpose.
    if (isSystemType(type) && this.#engine.core.registry.known(type) === undefined) return false;
    return occurredAt >= since && occurredAt < until;
  }

  #refusal(event: BehaviourEvent): ErrorCode | null {
    const { gate, registry } = this.#engine.core;
    const { purpose } = this.#choice;
    const known = registry.known(event.type);
    if (known === undefined || event.subject === null) return 'event_type_unknown';
    // [C26]
    if ((event.mask & bitOf(purpose)) === 0) return 'no_grant';
    const now = gate.admit(known, event.subject, event.occurredAt);
    if (!now.ok) return now.code;
    if ((now.value & bitOf(purpose)) === 0) return 'no_grant';
    const permit = gate.permitRead(event.subject, purpose, event);
    if (!permit.ok) return permit.code;
    const opened = gate.open(permit.value, purpose);
    return opened.ok ? null : opened.code;
  }
}

/** The entries of one person under all their ids, in the order of the log. */
function* entriesOf(engine: Engine, subject: string): Iterable<LogEntry> {
  const { identity, trace } = engine.core;
  // A link stands in the traces of both ids.
  const positions = new Set(identity.members(subject).flatMap((id) => trace.positions(id)));
  for (const position of [...positions].sort((a, b) => a - b)) {
    const entry = engine.log.readOne(position);
    if (entry !== undefined) yield entry;
  }
}
