// Requests of people, folded: what was asked, by when it has to be answered, and where it stands. They are events in the stream of the
// person and go with an erasure: of a request to be erased remains the receipt, which names nobody.
import { canonicalJson } from '../base/canonical-json.js';
import type { BehaviourEvent } from '../model/event.js';
import type { RequestChanged, RequestKind, RequestOpened } from '../model/request.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from '../understand/fold.js';
import type { Placed } from '../understand/history.js';

export interface RequestRow {
  readonly subject: string;
  readonly kind: RequestKind;
  /** The decision that somebody is to look at; null: no certain one. */
  readonly decision: string | null;
  /** Of the event that opened it. */
  readonly position: number;
  readonly openedAt: number;
  readonly dueAt: number;
  readonly state: 'open' | 'answered' | 'refused';
  readonly extended: boolean;
  readonly closedAt: number | null;
  /** Of the events that changed it. */
  readonly steps: readonly number[];
}

export class Requests implements FoldPart {
  readonly name = 'request';
  readonly hears = isSystemType;
  readonly #rows: Table<RequestRow>;
  /** By when open ones are due. */
  readonly #due = new Map<string, number>();
  /** Subject -> ids of what was asked for in their stream. Follows from the rows. */
  readonly #asked = new Map<string, Set<string>>();

  constructor(rows: Table<RequestRow>) {
    this.#rows = rows;
    for (const [id, row] of rows.rows()) this.#note(id, row);
  }

  get(id: string): RequestRow | undefined {
    return this.#rows.get(id);
  }

  /** In order of their ids. */
  list(): Iterable<readonly [id: string, row: RequestRow]> {
    return this.#rows.rows();
  }

  get open(): number {
    return this.#due.size;
  }

  /** Ids of what these ids of a person asked for. */
  of(subjects: readonly string[]): string[] {
    return subjects.flatMap((subject) => [...(this.#asked.get(subject) ?? [])]);
  }

  openOf(subjects: readonly string[]): number {
    return this.of(subjects).filter((id) => this.#due.has(id)).length;
  }

  /** Decisions that somebody is still to look at, as these ids of a person asked. */
  reviewed(subjects: readonly string[]): Set<string> {
    const open = this.of(subjects).filter((id) => this.#due.has(id));
    return new Set(open.flatMap((id) => this.#rows.get(id)?.decision ?? []));
  }

  /** Does this `request.changed` close a request that somebody should look at a certain decision? */
  endsReview(changed: BehaviourEvent): boolean {
    const { request, step } = changedIn(changed);
    return step !== 'extended' && (this.#rows.get(request)?.decision ?? null) !== null;
  }

  overdue(now: number): number {
    return [...this.#due.values()].filter((dueAt) => dueAt < now).length;
  }

  apply(event: BehaviourEvent, position: number): void {
    const { subject, type, occurredAt } = event;
    if (subject === null) return;
    if (type === systemTypes.requestOpened) {
      const { request, kind, wish, dueAt } = openedIn(event);
      this.#set(request, {
        subject,
        kind,
        decision: (kind === 'human_review' ? wish.decision : undefined) ?? null,
        position,
        openedAt: occurredAt,
        dueAt,
        state: 'open',
        extended: false,
        closedAt: null,
        steps: [],
      });
    } else if (type === systemTypes.requestChanged) {
      const { request, step, dueAt } = changedIn(event);
      const row = this.#rows.get(request);
      if (row === undefined) return;
      const steps = [...row.steps, position];
      if (step === 'extended') this.#set(request, { ...row, extended: true, dueAt: dueAt ?? row.dueAt, steps });
      else this.#set(request, { ...row, state: step, closedAt: occurredAt, steps });
    }
  }

  withdraw(): void {
    // to ask rests on no purpose
  }

  forget(subject: string, events: readonly Placed[]): void {
    // [C58]
    for (const { event } of events) {
      if (event.type !== systemTypes.requestOpened) continue;
      const { request } = openedIn(event);
      this.#rows.delete(request);
      this.#due.delete(request);
      this.#asked.get(subject)?.delete(request);
    }
    if (this.#asked.get(subject)?.size === 0) this.#asked.delete(subject);
  }

  *dump(): Iterable<string> {
    for (const [id, row] of this.#rows.rows()) yield `${JSON.stringify(id)}\t${canonicalJson(row)}`;
  }

  #set(id: string, row: RequestRow): void {
    this.#rows.set(id, row);
    this.#note(id, row);
  }

  #note(id: string, row: RequestRow): void {
    if (row.state === 'open') this.#due.set(id, row.dueAt);
    else this.#due.delete(id);
    const asked = this.#asked.get(row.subject);
    if (asked === undefined) this.#asked.set(row.subject, new Set([id]));
    else asked.add(id);
  }
}

export function openedIn(event: BehaviourEvent): RequestOpened {
  return event.properties['opened'] as RequestOpened; // written by runtime/desk.ts
}

export function changedIn(event: BehaviourEvent): RequestChanged {
  return event.properties['changed'] as RequestChanged; // written by runtime/desk.ts
}
