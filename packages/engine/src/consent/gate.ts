// The gate: the one place that says yes. It decides what an event may be used for when it is appended, mints permits for reading and
// learning, and checks them again when they are used. Unknown, undeclared and unreadable all mean no.
//
// It sees consent in two forms: settled (synced and folded) and ahead (appended, not yet synced). A grant counts only when both agree at
// append and when it is settled for reading; a withdrawal counts as soon as it is sequenced.
import { fail, ok, type Result } from '../base/result.js';
import type { BehaviourEvent } from '../model/event.js';
import { bitOf, type Purpose, type PurposeMask } from '../model/purpose.js';
import type { LawfulBasis } from '../model/system-event.js';
import type { Rows } from '../ports/tables.js';
import type { Declared, KnownType, Registry } from './registry.js';
import { isRefusal, type Stand, type Standing } from './standing.js';
import { chosenAt, epochOf, isGrantedAt, isRestricted, packStanding, placeOf, sinceOf, standAt, unpackStanding } from './standing-row.js';
import type { StandingRow } from './standing-row.js';
import { Permitted } from './permitted.js';

export class Gate {
  readonly #registry: Registry;
  readonly #settled: Rows<StandingRow>;
  /** Standings of subjects whose consent changed in records that are not settled yet. */
  readonly #ahead = new Map<string, StandingRow>();

  constructor(registry: Registry, settled: Rows<StandingRow>) {
    this.#registry = registry;
    this.#settled = settled;
  }

  /** What holds for the sequencer: settled consent and what is on its way to the disk. */
  rowAhead(subject: string): StandingRow | undefined {
    // [C41]
    return this.#ahead.get(subject) ?? this.#settled.get(subject);
  }

  standingAhead(subject: string): Standing | undefined {
    const row = this.rowAhead(subject);
    return row === undefined ? undefined : unpackStanding(row);
  }

  row(subject: string): StandingRow | undefined {
    return this.#settled.get(subject);
  }

  standing(subject: string): Standing | undefined {
    const row = this.row(subject);
    return row === undefined ? undefined : unpackStanding(row);
  }

  /** Everybody who has chosen, as folded, in the order of their ids. */
  *standings(): Iterable<readonly [string, Standing]> {
    for (const [subject, row] of this.#settled.rows()) yield [subject, unpackStanding(row)];
  }

  /** The sequencer has placed a change: it holds for everything sequenced after it. */
  setAhead(subject: string, standing: Standing): void {
    this.#ahead.set(subject, packStanding(standing));
  }

  /** The record that held the change could not be written: as if it had never been asked. */
  resetAhead(subject: string, before: Standing | undefined): void {
    if (before === undefined || before.epoch === epochOf(this.#settled.get(subject))) this.#ahead.delete(subject);
    else this.#ahead.set(subject, packStanding(before));
  }

  /** The change has been folded. */
  settle(subject: string, standing: Standing): void {
    this.#settled.set(subject, packStanding(standing));
    const ahead = this.#ahead.get(subject);
    if (ahead !== undefined && epochOf(ahead) <= standing.epoch) this.#ahead.delete(subject);
  }

  /** The subject's stream is about to be folded again from its start; what is on its way to the disk still counts. */
  unsettle(subject: string): void {
    this.#settled.delete(subject);
  }

  forget(subject: string): void {
    this.#ahead.delete(subject);
    this.#settled.delete(subject);
  }

  /** Append: for which purposes may this event be kept? None = refused, with the reason. */
  admit(known: KnownType, subject: string, occurredAt: number): Result<PurposeMask> {
    const row = this.rowAhead(subject);
    // [C35]
    if (isRestricted(row)) return fail('subject_restricted');
    let mask = 0;
    let early = false;
    for (const [purpose, how] of known.purposes) {
      const place = placeOf(row, purpose);
      if (how === 'consent') {
        // [C8]
        if (!isGrantedAt(row, place)) continue;
        // [C10]
        if (occurredAt < chosenAt(row, place)) early = true;
        // [C9]
        else mask |= bitOf(purpose);
      } else if (this.#lawful(known.type.name, purpose, standAt(row, place), occurredAt)) {
        mask |= bitOf(purpose);
      }
    }
    if (mask !== 0) return ok(mask);
    return fail(early ? 'captured_before_grant' : 'no_grant');
  }

  /** Read: a permit for this person's data under a purpose, if a grant or a declared basis holds now. */
  permitRead<P extends Purpose, T>(subject: string, purpose: P, value: T): Result<Permitted<P, T>> {
    // [C18]
    const settled = this.#ground(this.#settled.get(subject), purpose);
    if (settled === undefined || this.#ground(this.rowAhead(subject), purpose) !== settled) return fail('no_grant');
    return ok(Permitted.mint(value, { subject, purpose, since: settled, foldedAt: null }));
  }

  /** A permit for what the request itself carries: no person's data is read. */
  permitRequest<P extends Purpose, T>(purpose: P, value: T): Permitted<P, T> {
    return Permitted.mint(value, { subject: null, purpose, since: 0, foldedAt: null });
  }

  /**
   * Fold: a permit for an event under a purpose that held when it was appended. A later withdrawal is an event of its own, folded in its
   * place. What is declared later counts no more for it, though it may be folded again.
   */
  permitFolded<P extends Purpose>(event: BehaviourEvent, purpose: P, position: number): Permitted<P, BehaviourEvent> | undefined {
    // [C22]
    if ((event.mask & bitOf(purpose)) === 0) return undefined;
    const since = event.subject === null ? 0 : this.#ground(this.#settled.get(event.subject), purpose, position);
    if (since === undefined) return undefined;
    return Permitted.mint(event, { subject: event.subject, purpose, since, foldedAt: position });
  }

  /** Has the person themself granted this, as folded? A basis that is declared for types of events says nothing of decisions. */
  hasGranted(subject: string, purpose: Purpose): boolean {
    const row = this.#settled.get(subject);
    // [C82]
    return !isRestricted(row) && isGrantedAt(row, placeOf(row, purpose));
  }

  /** The declared basis that a purpose rests on for the person, as folded; undefined: their own grant, or nothing. */
  basisOf(subject: string, purpose: Purpose): LawfulBasis | undefined {
    const row = this.#settled.get(subject);
    const place = placeOf(row, purpose);
    return isRestricted(row) || isGrantedAt(row, place) ? undefined : this.#declared(row, place, purpose)?.basis;
  }

  /** Use: the value, if this gate minted the permit for this purpose and the grant beneath it is still the same one. */
  open<P extends Purpose, T>(permit: Permitted<P, T>, purpose: P): Result<T> {
    const held = Permitted.inspect(permit);
    // [C14]
    if (held === undefined) return fail('permit_forged');
    const { subject, since, foldedAt } = held.ground;
    // [C15]
    if (held.ground.purpose !== purpose) return fail('permit_purpose');
    if (subject === null) return ok(held.value);
    // [C17]
    const row = foldedAt === null ? this.rowAhead(subject) : this.#settled.get(subject);
    // [C16]
    return this.#ground(row, purpose, foldedAt ?? undefined) === since ? ok(held.value) : fail('permit_stale');
  }

  /**
   * Leave, to the person themself (GDPR art. 15 and 20): what is kept for a purpose that they have not withdrawn since it was captured.
   * What waits for its destruction stays; a restriction keeps nobody from what is their own. `withdrawn`: what they withdrew after the
   * event.
   */
  leaveToPerson(event: BehaviourEvent, withdrawn: PurposeMask): Result<BehaviourEvent> {
    // [C52]
    return (event.mask & ~withdrawn) === 0 ? fail('no_grant') : ok(event);
  }

  /** Emit: the epoch as the answer is about to leave; includes what is sequenced but not yet synced. */
  epoch(subject: string): number {
    return epochOf(this.rowAhead(subject));
  }

  /**
   * What a purpose rests on: the grant's position, or -1 minus the position of a declared basis, so that the two can never be taken for
   * one another. undefined: nothing holds. `position`: of the event that is being folded; absent: now.
   */
  #ground(row: StandingRow | undefined, purpose: Purpose, position?: number): number | undefined {
    // [C19]
    if (isRestricted(row)) return undefined;
    const place = placeOf(row, purpose);
    if (isGrantedAt(row, place)) return sinceOf(row, place);
    const declared = this.#declared(row, place, purpose, position);
    return declared === undefined ? undefined : -1 - declared.since;
  }

  /** The first basis declared for a purpose that the person has not refused. */
  #declared(row: StandingRow | undefined, place: number, purpose: Purpose, position?: number): Declared | undefined {
    return this.#registry.declaredFor(purpose, position).find((each) => !refused(each, standAt(row, place)));
  }

  /** Does a basis declared for this event type and purpose hold for what this person did then? */
  #lawful(typeName: string, purpose: Purpose, stand: Stand | undefined, occurredAt: number): boolean {
    const declared = this.#registry.declared(typeName, purpose);
    if (declared === undefined || refused(declared, stand)) return false;
    // [C98]
    return !isRefusable(declared) || occurredAt >= (stand?.refusedUntil ?? 0);
  }
}

/** A refusal overrides the bases that the law lets it override (GDPR art. 21). */
function refused(declared: Declared, stand: Stand | undefined): boolean {
  // [C11]
  return isRefusal(stand?.choice) && isRefusable(declared);
}

function isRefusable({ basis }: Declared): boolean {
  // [C12]
  return basis === 'legitimate_interests' || basis === 'public_task';
}
