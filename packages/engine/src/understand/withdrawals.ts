// Whose withdrawn events still lie sealed in the log. A withdrawal makes state forget at once; the bytes of events for which no purpose is
// left are redacted after that, and the person's stream then says so (`purpose.forgotten`). What is owed survives a restart, as it is
// folded.
import type { BehaviourEvent } from '../model/event.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from './fold.js';

export class Withdrawals implements FoldPart {
  readonly name = 'withdrawal';
  readonly hears = isSystemType;
  /** Subject -> position of their newest narrowing that is still to be carried out on the bytes. */
  readonly #rows: Table<number>;
  readonly #epoch: (subject: string) => number;
  readonly #reviews: (changed: BehaviourEvent) => boolean;
  #isOwed: boolean;

  /**
   * `epoch`: position of the subject's last folded change of consent. `reviews`: is a request at its end that somebody should look at a
   * certain decision?
   */
  constructor(rows: Table<number>, epoch: (subject: string) => number, reviews: (changed: BehaviourEvent) => boolean) {
    this.#rows = rows;
    this.#epoch = epoch;
    this.#reviews = reviews;
    this.#isOwed = this.owed().length > 0;
  }

  /** May somebody be owed? Asked often. */
  get isOwed(): boolean {
    return this.#isOwed;
  }

  /** Whose bytes are still there, and up to which change of theirs. */
  owed(): (readonly [subject: string, through: number])[] {
    const owed = [...this.#rows.rows()];
    this.#isOwed = owed.length > 0;
    return owed;
  }

  /** Do events of this person lie in the log that have lost purposes since? */
  owes(subject: string): boolean {
    return this.#rows.get(subject) !== undefined;
  }

  apply(event: BehaviourEvent): void {
    if (event.subject === null) return;
    // A decision that was to be looked at has waited for that.
    if (event.type === systemTypes.requestChanged && this.#reviews(event)) this.withdraw(event.subject);
    // One of before decisions went, too, does not settle it: what was decided is still to be looked through.
    if (event.type !== systemTypes.purposeForgotten || event.properties['decided'] !== true) return;
    const through = event.properties['through'];
    const row = this.#rows.get(event.subject);
    if (row !== undefined && typeof through === 'number' && through >= row) this.#rows.delete(event.subject);
  }

  withdraw(subject: string): void {
    this.#rows.set(subject, this.#epoch(subject));
    this.#isOwed = true;
  }

  forget(subject: string): void {
    this.#rows.delete(subject);
  }

  *dump(): Iterable<string> {
    for (const [subject, through] of this.#rows.rows()) yield `${JSON.stringify(subject)}\t${through}`;
  }
}
