// The sequencer: the moment at which waiting events get their order. It works through one batch without giving way: validated events pass
// the gate and the duplicate check in order, each seeing the consent changes placed before it, and become one record of the log.
// Invariant: what it lets through is exactly what the fold will see; a refusal is returned with its index and code, never dropped silently.
import { limits } from '../base/limits.js';
import { fail, ok, type Failure, type Result } from '../base/result.js';
import type { ErrorCode } from '../base/errors.js';
import { EventEncoder } from '../model/event-encoder.js';
import type { BehaviourEvent, Properties } from '../model/event.js';
import { isPurpose, type PurposeMask } from '../model/purpose.js';
import { systemTypes, type ConsentChange, type Choice, type PlacedChange } from '../model/system-event.js';
import type { Gate } from '../consent/gate.js';
import type { KnownType, Registry } from '../consent/registry.js';
import { forAll, levelled } from '../consent/merge.js';
import { withObjection } from '../consent/objection.js';
import { changeStanding, effectiveChange, type Standing } from '../consent/standing.js';
import type { Suppressions } from '../consent/suppressions.js';
import type { AppendEvent, Log } from '../ports/log.js';
import type { Dedupe } from './dedupe.js';
import { choiceFault, eventFault } from './form.js';
import type { IncomingEvent } from './incoming.js';
import type { People } from './people.js';
import { plausibleTime, type Validator } from './validate.js';

export interface Rejection {
  readonly index: number;
  readonly code: ErrorCode;
  readonly field?: string;
}

/** A fact of the engine, or a consent change asked for by itself, or a behaviour. */
export type Waiting =
  | { readonly kind: 'behaviour'; readonly event: IncomingEvent }
  | { readonly kind: 'consent'; readonly subject: string; readonly change: ConsentChange; readonly occurredAt: number; readonly id: string }
  | ({ readonly kind: 'link' } & Link)
  | { readonly kind: 'fact'; readonly event: Omit<BehaviourEvent, 'receivedAt' | 'mask'> };

/** Two ids are one person's, or are so no more. */
export interface Link {
  readonly subject: string;
  readonly other: string;
  readonly linked: boolean;
  /** What the host rests it on: a log-in, a device that was registered. */
  readonly evidence: string;
  readonly id: string;
}

export interface Sequenced {
  readonly first: number;
  readonly events: readonly BehaviourEvent[];
}

export interface Outcome {
  /** How many of the waiting ones were worked through; the rest did not fit into one record. */
  readonly consumed: number;
  /** null when nothing was left to append. */
  readonly sequenced: Sequenced | null;
  readonly rejections: readonly Rejection[];
  readonly accepted: number;
  readonly failure: Failure | null;
}

export const everyPurpose: PurposeMask = 0xffff;

export class Sequencer {
  readonly #log: Log;
  readonly #gate: Gate;
  readonly #registry: Registry;
  readonly #dedupe: Dedupe;
  readonly #suppressions: Suppressions;
  readonly #validator: Validator;
  readonly #people: People;
  readonly #encoder = new EventEncoder();

  constructor(parts: {
    readonly log: Log;
    readonly gate: Gate;
    readonly registry: Registry;
    readonly dedupe: Dedupe;
    readonly suppressions: Suppressions;
    readonly validator: Validator;
    readonly people: People;
  }) {
    this.#log = parts.log;
    this.#gate = parts.gate;
    this.#registry = parts.registry;
    this.#dedupe = parts.dedupe;
    this.#suppressions = parts.suppressions;
    this.#validator = parts.validator;
    this.#people = parts.people;
  }

  /** Orders and writes one record. At most limits.recordEventsMax / 2 waiting ones, since each may bring a consent change with it. */
  sequence(waiting: readonly Waiting[], receivedAt: number): Outcome {
    const events: BehaviourEvent[] = [];
    const appends: AppendEvent[] = [];
    const rejections: Rejection[] = [];
    const first = this.#log.head;
    let accepted = 0;
    /** Withdrawals and receipts are taken on a full disk, too. */
    let urgent = false;
    const undo: (() => void)[] = [];
    /** Positions of behaviour: their ids are claimed. */
    const claimed: number[] = [];
    let bytes = 0;
    const push = (event: BehaviourEvent): void => {
      const encoded = this.#encoder.encode(event);
      bytes += encoded.length;
      events.push(event);
      appends.push({ bytes: encoded, mask: event.mask, subject: event.subject });
    };
    const change = (subject: string, given: PlacedChange, occurredAt: number, id: string): PurposeMask => {
      const before = this.#gate.standingAhead(subject);
      const effective = effectiveChange(before, given, occurredAt, receivedAt);
      if (effective.change === null) return effective.stale;
      const position = first + events.length;
      const after = changeStanding(before, effective.change, position, occurredAt, receivedAt);
      push({
        id,
        subject,
        type: systemTypes.consentChanged,
        occurredAt,
        receivedAt,
        source: given.origin,
        properties: { ...effective.change },
        mask: everyPurpose,
      });
      this.#gate.setAhead(subject, after.standing);
      undo.push(() => this.#gate.resetAhead(subject, before));
      if (after.narrowed !== 0 || after.turned) urgent = true;
      return effective.stale;
    };
    /** A choice is made by a person, so it is placed in the stream of each of their ids. */
    const consent = (subject: string, asked: ConsentChange, occurredAt: number, id: string): Failure | null => {
      const given = this.#heard(subject, asked);
      const { ids, linkedAt } = this.#people.personAhead(subject);
      if (ids.length === 1) return change(subject, this.#worthKeeping(subject, given), occurredAt, id) === 0 ? null : fail('consent_stale');
      const held = forAll(given, this.#standings(ids), linkedAt, occurredAt);
      // [C43]
      for (const each of ids) change(each, held.change, occurredAt, id);
      return held.stale ? fail('consent_stale') : null;
    };
    /** What came before may narrow again, but grants nothing anew: the grant may have been withdrawn since. */
    const repeated = (subject: string, asked: ConsentChange, occurredAt: number, id: string): Failure | null =>
      consent(subject, refusalsOf(this.#heard(subject, asked)), occurredAt, id);
    const link = ({ subject, other, linked, evidence, id }: Link): Failure | null => {
      if (subject === other) return fail('identity_same', '/other');
      if (this.#people.isLinkedAhead(subject, other) === linked) return null;
      const ids = new Set([subject, other].flatMap((each) => this.#people.personAhead(each).ids));
      if (linked && ids.size > limits.identityMembersMax) return fail('identity_too_many');
      if (linked && [subject, other].some((each) => !this.#isKnown(each))) return fail('subject_unknown');
      push({
        id,
        subject,
        type: linked ? systemTypes.identityLinked : systemTypes.identityUnlinked,
        occurredAt: receivedAt,
        receivedAt,
        source: 'engine',
        properties: linked ? { other, evidence } : { other },
        mask: everyPurpose,
      });
      this.#people.setAhead(subject, other, linked ? receivedAt : null);
      undo.push(() => this.#people.resetAhead(subject, other));
      // [C42]
      if (linked) for (const [each, narrowing] of levelled(this.#standings([...ids]))) change(each, narrowing, receivedAt, id);
      return null;
    };
    const one = (each: Waiting): Failure | null => {
      if (each.kind === 'behaviour') {
        const { event } = each;
        const fault = eventFault(event);
        if (fault !== null) return fault;
        const isRepeat = this.#dedupe.has(event.subject, event.id, first + events.length);
        // [C99]
        const ready = this.#ready(event, receivedAt, isRepeat ? repeated : consent);
        if (!ready.ok) return ready;
        if (isRepeat) return fail('duplicate');
        const position = first + events.length;
        this.#dedupe.claim(event.subject, event.id, position);
        claimed.push(position);
        push(ready.value);
        return null;
      }
      if (each.kind === 'link') return link(each);
      if (each.kind === 'consent') {
        const fault = choiceFault(each.subject, each.change, each.occurredAt);
        if (fault !== null) return fault;
        // [C29]
        const erasedAt = this.#suppressions.erasedAt(each.subject);
        if (erasedAt !== undefined && each.occurredAt <= erasedAt) return fail('subject_erased');
        return consent(each.subject, each.change, each.occurredAt, each.id);
      }
      // A fact about somebody is told only of whom something is held: it must not bring an erased id back.
      if (each.event.subject !== null && !this.#isKnown(each.event.subject)) return fail('subject_unknown');
      push({ ...each.event, receivedAt, mask: everyPurpose });
      if (each.event.type === systemTypes.erasureRecorded) urgent = true;
      return null;
    };
    let consumed = 0;
    for (const each of waiting) {
      if (bytes > limits.recordBytesMax / 4 || events.length + eventsOfOneMax > limits.recordEventsMax) break;
      consumed += 1;
      const failure = one(each);
      if (failure === null) accepted += 1;
      else rejections.push({ index: consumed - 1, code: failure.code, ...(failure.field === undefined ? {} : { field: failure.field }) });
    }
    if (events.length === 0) return { consumed, sequenced: null, rejections, accepted, failure: null };
    const appended = this.#log.append(appends, { urgent });
    if (!appended.ok) {
      this.#dedupe.forget(claimed);
      for (const step of undo.reverse()) step();
      return { consumed, sequenced: null, rejections, accepted: 0, failure: appended };
    }
    return { consumed, sequenced: { first, events }, rejections, accepted, failure: null };
  }

  /** A behaviour as it would be kept, the choices that came with it placed before it; or why not. Whether it is new is not asked yet. */
  #ready(
    event: IncomingEvent,
    receivedAt: number,
    consent: (subject: string, change: ConsentChange, occurredAt: number, id: string) => Failure | null,
  ): Result<BehaviourEvent> {
    const saidAt = plausibleTime(event.occurredAt, receivedAt) ? event.occurredAt : receivedAt;
    const heardAt = Math.min(saidAt, receivedAt);
    const erasedAt = this.#suppressions.erasedAt(event.subject);
    // A choice that rides on an event may be an old one on a clock that is fast; only one made for itself begins anew.
    const isErased = erasedAt !== undefined && (saidAt <= erasedAt || this.#gate.rowAhead(event.subject) === undefined);
    const checked = this.#checked(event, receivedAt);
    if (!checked.ok) {
      // What is wrong with the event is no reason not to hear a refusal that rides on it; a grant needs an event that can be believed.
      if (event.consent !== undefined && !isErased) {
        // [C95]
        consent(event.subject, refusalsOf(event.consent), heardAt, `consent:${event.id}`);
      }
      return checked;
    }
    // [C28]
    if (isErased) return fail('subject_erased');
    if (event.consent !== undefined) {
      // [C4]
      consent(event.subject, event.consent, heardAt, `consent:${event.id}`);
    }
    const { known, properties } = checked.value;
    const admitted = this.#gate.admit(known, event.subject, event.occurredAt);
    if (!admitted.ok) return admitted;
    return ok({
      id: event.id,
      subject: event.subject,
      type: known.type.name,
      occurredAt: event.occurredAt,
      receivedAt,
      source: event.source,
      properties,
      mask: admitted.value,
    });
  }

  #heard(subject: string, asked: ConsentChange): ConsentChange {
    return asked.objects === true ? withObjection(asked, this.#gate.standingAhead(subject), this.#registry) : asked;
  }

  /** Is the event one that the registry knows, at a time that can be believed? */
  #checked(event: IncomingEvent, receivedAt: number): Result<{ readonly known: KnownType; readonly properties: Properties }> {
    if (event.fault !== undefined) return event.fault;
    const known = this.#registry.known(event.type);
    // [C1]
    if (known === undefined) return fail('event_type_unknown', '/type');
    if (!plausibleTime(event.occurredAt, receivedAt)) return fail('event_time', '/timestamp');
    const properties = this.#validator.properties(known.type, event.properties);
    return properties.ok ? ok({ known, properties: properties.value }) : properties;
  }

  #standings(ids: readonly string[]): Map<string, Standing | undefined> {
    return new Map(ids.map((id) => [id, this.#gate.standingAhead(id)]));
  }

  #isKnown(subject: string): boolean {
    return this.#gate.rowAhead(subject) !== undefined || this.#people.has(subject);
  }

  /** A refusal by somebody of whom nothing is held is already the default: keeping it would only store the id. An objection is kept. */
  #worthKeeping(subject: string, change: ConsentChange): ConsentChange {
    // [C96]
    const isKnown = this.#isKnown(subject);
    const choices: { [name: string]: Choice } = {};
    for (const [purpose, choice] of Object.entries(change.choices)) {
      if (!isPurpose(purpose) || choice === undefined) continue;
      const idle =
        (choice === 'denied' || choice === 'withdrawn') &&
        // [C5]
        !isKnown &&
        this.#registry.declaredFor(purpose).length === 0;
      if (!idle) choices[purpose] = choice;
    }
    return { ...change, choices };
  }
}

/** What of a change takes something away. */
function refusalsOf({ restricted, ...change }: ConsentChange): ConsentChange {
  const choices = Object.fromEntries(Object.entries(change.choices).filter(([, choice]) => choice !== 'granted'));
  return { ...change, choices, ...(restricted === true ? { restricted } : {}) };
}

/** What one waiting one may become: a choice for each id of a person, and itself. */
const eventsOfOneMax = limits.identityMembersMax + 2;

export const sequenceEventsMax: number = Math.floor(limits.recordEventsMax / 2);
