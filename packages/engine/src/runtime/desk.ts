// The desk: takes requests of people, keeps the clock of a calendar month (GDPR art. 12(3); two more with a reason), carries out what was
// asked, and records the answer. All of it stands in the stream of the person. Invariants: no request without a proof of who asks; one that
// is closed stays so; an answer that says something was done comes after it was done.
import { monthsLater } from '../base/calendar.js';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import { changedIn, openedIn, type RequestRow } from '../answer/requests.js';
import { everyPurpose } from '../collect/sequencer.js';
import type { Suppressions } from '../consent/suppressions.js';
import { decodeEvent } from '../model/event-codec.js';
import type { BehaviourEvent, Properties } from '../model/event.js';
import { isId } from '../model/id.js';
import { isPurpose } from '../model/purpose.js';
import type { Authority, ProofKind, RequestChanged, RequestKind, RequestOpened, Wish } from '../model/request.js';
import { systemTypes, type ConsentChange } from '../model/system-event.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Proofs } from '../ports/proofs.js';
import type { Core } from './core.js';
import type { Writer } from './writer.js';

/** What the desk can have done; the engine's own calls. */
export interface DeskWorks {
  readonly erase: (subjects: readonly string[]) => Promise<{ readonly receipt: string }>;
  readonly restrict: (subject: string, restricted: boolean, origin: string) => Promise<Result<unknown>>;
  readonly choose: (subject: string, change: ConsentChange) => Promise<Result<unknown>>;
  readonly correct: (subject: string, id: string, properties: Properties) => Promise<Result<unknown>>;
}

export interface DeskParts {
  readonly core: Core;
  readonly log: Log;
  readonly clock: Clock;
  readonly writer: Writer;
  readonly suppressions: Suppressions;
  readonly proofs: Proofs | undefined;
  readonly newId: (prefix: string) => string;
  readonly works: DeskWorks;
}

/** How the person showed who they are. */
export type Proof =
  | { readonly kind: 'account' }
  /** Whoever has a visit at the portal, which has seen the proof by which they came in. */
  | { readonly kind: 'visit'; readonly by: ProofKind }
  | { readonly kind: 'link'; readonly token: string }
  | { readonly kind: 'device'; readonly challenge: string; readonly publicKey: string; readonly signature: string };

export interface RequestView extends Omit<RequestRow, 'position' | 'steps' | 'decision'> {
  readonly request: string;
  readonly overdue: boolean;
  readonly proof: ProofKind;
  readonly authority: Authority | null;
  readonly wish: Wish;
  readonly steps: readonly (RequestChanged & { readonly at: number })[];
}

interface Ticket {
  readonly use: 'link' | 'challenge';
  readonly subject: string;
  readonly at: number;
  readonly until: number;
  readonly id: string;
}

export class Desk {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** A text that proves, until it expires, that whoever shows it was sent by the host as this person. */
  link(subject: string): Result<{ readonly token: string; readonly expiresAt: number }> {
    return this.#ticket('link', subject, limits.proofLinkMs);
  }

  /** A text for a device of the person to sign, together with the kind of the request: `challenge + '\n' + kind`. */
  challenge(subject: string): Result<{ readonly token: string; readonly expiresAt: number }> {
    return this.#ticket('challenge', subject, limits.proofChallengeMs);
  }

  /**
   * Registers a key of a device of the person. `byHost`: the host vouches for it; without, only while nothing but choices is held of them,
   * so that a stranger who knows an id cannot add a key later.
   */
  async register(subject: string, publicKey: string, byHost: boolean): Promise<Result<{ readonly keys: number }>> {
    if (!isId(subject)) return fail('body_shape', '/subject');
    const { core, writer } = this.#parts;
    const done = await writer.exclusive<Result<unknown>>(() => {
      const held = core.devices.of(subject);
      if (held.includes(publicKey)) return Promise.resolve(ok(null));
      if (!core.trace.has(subject)) return Promise.resolve(fail('subject_unknown'));
      if (held.length >= limits.devicesMax || (!byHost && (held.length > 0 || !this.#isNew(subject))))
        return Promise.resolve(fail('proof_refused'));
      return Promise.resolve(this.#append(subject, systemTypes.deviceRegistered, { publicKey }));
    });
    if (!done.ok) return done;
    await this.#settled();
    return ok({ keys: core.devices.of(subject).length });
  }

  /** Did a key that is registered for this very id sign the text? */
  isSignedBy(subject: string, publicKey: string, text: string, signature: string): boolean {
    const { core, proofs } = this.#parts;
    return core.devices.of(subject).includes(publicKey) && proofs?.verify(publicKey, text, signature) === true;
  }

  /** Takes a request. The same proof by link or device gives the same request again. */
  async open(
    subject: string,
    kind: RequestKind,
    proof: Proof,
    wish: Wish = {},
    authority: Authority | null = null,
  ): Promise<Result<RequestView>> {
    const { core, clock, writer } = this.#parts;
    // Asked here, since a host in the same process says what it likes, and an id that no key of the store holds would stop the engine.
    if (!isId(subject)) return fail('body_shape', '/subject');
    const proven = this.#proven(subject, kind, proof);
    if (!proven.ok) return proven;
    const request = proven.value;
    const done = await writer.exclusive<Result<unknown>>(() => {
      if (core.requests.get(request) !== undefined) return Promise.resolve(ok(null));
      const ofPerson = proof.kind === 'visit' ? core.requests.openOf(core.identity.members(subject)) : 0;
      if (core.requests.open >= limits.requestsOpenMax || ofPerson >= limits.requestsOpenOfPersonMax)
        return Promise.resolve(fail('requests_too_many'));
      const shown = proof.kind === 'visit' ? proof.by : proof.kind;
      const opened: RequestOpened = { request, kind, wish, proof: shown, authority, dueAt: monthsLater(clock.now(), 1) };
      return Promise.resolve(this.#append(this.#streamFor(subject, kind, wish), systemTypes.requestOpened, { opened }));
    });
    if (!done.ok) return done;
    await this.#settled();
    const view = this.get(request);
    return view.ok ? ok({ ...view.value, subject }) : view;
  }

  get(request: string): Result<RequestView> {
    const row = this.#parts.core.requests.get(request);
    return row === undefined ? fail('request_unknown') : ok(this.#view(request, row));
  }

  /** Of a state, or all; the ones that are due first come first. */
  list(state?: RequestRow['state']): RequestView[] {
    const rows = [...this.#parts.core.requests.list()].filter(([, row]) => state === undefined || row.state === state);
    rows.sort(([, one], [, other]) => one.dueAt - other.dueAt);
    return rows.slice(0, limits.requestsListed).map(([id, row]) => this.#view(id, row));
  }

  /** What a person asked for, under all their ids; the newest first. */
  ofPerson(subject: string): RequestView[] {
    const { requests, identity } = this.#parts.core;
    const found = requests.of(identity.members(subject)).flatMap((id) => {
      const row = requests.get(id);
      return row === undefined ? [] : [this.#view(id, row)];
    });
    return found.sort((one, other) => other.openedAt - one.openedAt || (one.request < other.request ? 1 : -1));
  }

  /** Two more months, once, with the reason that the person is told (art. 12(3)). */
  extend(request: string, reason: string): Promise<Result<RequestView>> {
    return this.#change(request, (row) => {
      if (row.extended) return fail('request_extended');
      return ok({ request, step: 'extended', text: reason, dueAt: monthsLater(row.openedAt, 3) });
    });
  }

  /** Refuses, with the reason that the person is told (art. 12(4)). */
  refuse(request: string, reason: string): Promise<Result<RequestView>> {
    return this.#change(request, () => ok({ request, step: 'refused', text: reason }));
  }

  /**
   * Carries out what was asked, then records the answer. Of a request to be erased nothing remains but the receipt, which is returned; what
   * has to be done by people (human review, handing over an archive) is what `text` says was done.
   */
  async answer(request: string, text: string): Promise<Result<RequestView | { readonly receipt: string }>> {
    const found = this.get(request);
    if (!found.ok) return found;
    const { subject, kind, wish, state } = found.value;
    if (state !== 'open') return fail('request_closed');
    const { works } = this.#parts;
    if (kind === 'erase') return ok({ receipt: (await works.erase([subject])).receipt });
    const done = await this.#carryOut(subject, kind, wish);
    if (!done.ok) return done;
    return this.#change(request, () => ok({ request, step: 'answered', text }));
  }

  async #carryOut(subject: string, kind: RequestKind, wish: Wish): Promise<Result<unknown>> {
    const { works } = this.#parts;
    if (kind === 'restrict') return works.restrict(subject, true, 'request');
    if (kind === 'correct' && wish.event !== undefined) return works.correct(subject, wish.event, wish.properties ?? {});
    if (kind !== 'object') return ok(null);
    const choices = Object.fromEntries((wish.purposes ?? []).filter(isPurpose).map((purpose) => [purpose, 'objected' as const]));
    return works.choose(subject, { choices, origin: 'request' });
  }

  async #change(request: string, step: (row: RequestRow) => Result<RequestChanged>): Promise<Result<RequestView>> {
    const { core, writer } = this.#parts;
    // In one turn: whoever was erased meanwhile gets no new event.
    const done = await writer.exclusive<Result<unknown>>(() => {
      const row = core.requests.get(request);
      if (row === undefined) return Promise.resolve(fail('request_unknown'));
      // [C55]
      if (row.state !== 'open') return Promise.resolve(fail('request_closed'));
      const changed = step(row);
      return Promise.resolve(changed.ok ? this.#append(row.subject, systemTypes.requestChanged, { changed: changed.value }) : changed);
    });
    if (!done.ok) return done;
    await this.#settled();
    return this.get(request);
  }

  /** The id of the request that the proof opens. */
  #proven(subject: string, kind: RequestKind, proof: Proof): Result<string> {
    const { core, newId, proofs } = this.#parts;
    if (proof.kind === 'account' || proof.kind === 'visit') return ok(newId('q'));
    const ticket = this.#opened(
      subject,
      proof.kind === 'link' ? proof.token : proof.challenge,
      proof.kind === 'link' ? 'link' : 'challenge',
    );
    // [C54]
    if (ticket === undefined) return fail('proof_refused');
    if (proof.kind === 'link') return ok(`${ticket.id}_${kind}`);
    const isTheirs = core.identity.members(subject).some((id) => core.devices.of(id).includes(proof.publicKey));
    const isSigned = isTheirs && proofs?.verify(proof.publicKey, `${proof.challenge}\n${kind}`, proof.signature) === true;
    return isSigned ? ok(`${ticket.id}_${kind}`) : fail('proof_refused');
  }

  #ticket(use: Ticket['use'], subject: string, ttlMs: number): Result<{ readonly token: string; readonly expiresAt: number }> {
    const { clock, newId, proofs } = this.#parts;
    if (!isId(subject)) return fail('body_shape', '/subject');
    if (proofs === undefined) return fail('proof_refused');
    const at = clock.now();
    const ticket: Ticket = { use, subject, at, until: at + ttlMs, id: newId('q') };
    return ok({ token: proofs.seal(JSON.stringify(ticket)), expiresAt: ticket.until });
  }

  #opened(subject: string, token: string, use: Ticket['use']): Ticket | undefined {
    const { clock, proofs, suppressions } = this.#parts;
    const text = proofs?.open(token);
    if (text === undefined) return undefined;
    const ticket = JSON.parse(text) as Ticket; // sealed above
    const isOurs = ticket.use === use && ticket.subject === subject && ticket.until > clock.now();
    // Made before an erasure it would bring the person back.
    return isOurs && ticket.at > (suppressions.erasedAt(subject) ?? -1) ? ticket : undefined;
  }

  /**
   * Under which of their ids it stands. What a human is to look at waits for that although it was withdrawn, and goes when the request in
   * its own stream is closed.
   */
  #streamFor(subject: string, kind: RequestKind, { decision }: Wish): string {
    const { core } = this.#parts;
    const position = kind === 'human_review' && decision !== undefined ? core.decisions.get(decision)?.position : undefined;
    const holder = position === undefined ? undefined : this.#read(position)?.subject;
    return holder != null && core.identity.members(subject).includes(holder) ? holder : subject;
  }

  /** Is nothing held of them but what they chose? */
  #isNew(subject: string): boolean {
    const positions = this.#parts.core.trace.after(subject, -1);
    return positions.length < limits.devicesMax && positions.every((position) => this.#read(position)?.type === systemTypes.consentChanged);
  }

  #view(request: string, row: RequestRow): RequestView {
    const { clock } = this.#parts;
    const event = this.#read(row.position);
    const { proof = 'account', authority = null, wish = {} } = event === undefined ? {} : openedIn(event);
    const steps = row.steps.flatMap((position) => {
      const each = this.#read(position);
      return each === undefined ? [] : [{ ...changedIn(each), at: each.occurredAt }];
    });
    const { subject, kind, openedAt, dueAt, state, extended, closedAt } = row;
    const overdue = state === 'open' && dueAt < clock.now();
    return { request, subject, kind, openedAt, dueAt, state, extended, closedAt, overdue, proof, authority, wish, steps };
  }

  #read(position: number): BehaviourEvent | undefined {
    const entry = this.#parts.log.readOne(position);
    return entry === undefined || entry.bytes === null ? undefined : decodeEvent(entry.bytes, entry.mask);
  }

  #append(subject: string, type: string, properties: Properties): Result<unknown> {
    const { clock, newId, suppressions, writer } = this.#parts;
    // Whoever was erased and asks again asks after it, whatever the clock says: else the next opening would erase this, too.
    const now = Math.max(clock.now(), (suppressions.erasedAt(subject) ?? -1) + 1);
    return writer.appendNow([
      { id: newId('r'), subject, type, occurredAt: now, receivedAt: now, source: 'engine', properties, mask: everyPurpose },
    ]);
  }

  /** Resolves when what was appended is on disk and folded. */
  async #settled(): Promise<void> {
    await this.#parts.writer.exclusive(() => Promise.resolve());
  }
}
