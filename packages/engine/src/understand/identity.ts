// Identity: which ids are one person, by reversible edges. The person is the connected component over the edges that hold; events keep the
// id they came with, and what is known of a person is the union over the members, made when it is read.
// Like consent it is seen in two forms: settled (folded) for reading, and ahead (sequenced) for what is sequenced after it.
// What was decided while two ids were linked rests on both of them, also when they are parted later: so it is kept when they were one.
import type { BehaviourEvent } from '../model/event.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from './fold.js';
import type { Placed } from './history.js';

export interface EdgeRow {
  /** Of the event that linked the two. */
  readonly position: number;
  /** When we learned of it, ms. */
  readonly linkedAt: number;
  readonly evidence: string;
}

export class Identity implements FoldPart {
  readonly name = 'identity';
  readonly hears = isSystemType;
  readonly #rows: Table<EdgeRow>;
  /** From and until which positions two ids were linked that are not any more, or were so before: pairs, one after the other, in order. */
  readonly #partedRows: Table<number[]>;
  readonly #neighbours = new Map<string, Map<string, number>>();
  /** Both ways, as neighbours are. */
  readonly #parted = new Map<string, Set<string>>();
  /** Edges that were sequenced and are not folded yet: when linked, ms; null: unlinked. */
  readonly #ahead = new Map<string, number | null>();

  constructor(rows: Table<EdgeRow>, partedRows: Table<number[]>) {
    this.#rows = rows;
    this.#partedRows = partedRows;
    for (const [key, row] of rows.rows()) this.#connect(endsOf(key), row.linkedAt);
    for (const [key] of partedRows.rows()) this.#notePart(endsOf(key));
  }

  /** The ids of the person, in order, at least the subject itself; as folded. */
  members(subject: string): readonly string[] {
    return this.#neighbours.has(subject) ? this.#component(subject, false).ids : [subject];
  }

  /** The ids of the person as they were when the log was folded up to, not including, a position; in order. */
  membersAt(subject: string, position: number): readonly string[] {
    if (!this.#parted.has(subject) && !this.#neighbours.has(subject)) return [subject];
    const found = new Set([subject]);
    for (const id of found) for (const other of this.#everBeside(id)) if (this.#wereLinked(id, other, position)) found.add(other);
    return [...found].sort();
  }

  /** Ids that were ever linked to one of these, or to one that was; not these themselves. */
  everWith(subjects: Iterable<string>): string[] {
    const own = new Set(subjects);
    const found = new Set(own);
    for (const id of found) for (const other of this.#everBeside(id)) found.add(other);
    return [...found].filter((id) => !own.has(id)).sort();
  }

  /** Everybody who has more than one id, each as their ids, in order. */
  *persons(): Iterable<readonly string[]> {
    for (const id of this.#neighbours.keys()) {
      const ids = this.members(id);
      if (ids[0] === id) yield ids;
    }
  }

  /** The same with what is on its way to the disk, and when the newest of the edges was made; -1 when there is none. */
  personAhead(subject: string): { readonly ids: readonly string[]; readonly linkedAt: number } {
    if (this.#ahead.size === 0 && !this.#neighbours.has(subject)) return { ids: [subject], linkedAt: -1 };
    return this.#component(subject, true);
  }

  isLinkedAhead(one: string, other: string): boolean {
    const ahead = this.#ahead.get(keyOf(one, other));
    return ahead === undefined ? (this.#neighbours.get(one)?.has(other) ?? false) : ahead !== null;
  }

  /** The sequencer has placed an edge, or its end (null). */
  setAhead(one: string, other: string, linkedAt: number | null): void {
    this.#ahead.set(keyOf(one, other), linkedAt);
  }

  /** It could not be written. */
  resetAhead(one: string, other: string): void {
    this.#ahead.delete(keyOf(one, other));
  }

  apply(event: BehaviourEvent, position: number): void {
    const edge = edgeIn(event);
    if (edge === undefined) return;
    const [one, other] = edge;
    const key = keyOf(one, other);
    const ahead = this.#ahead.get(key);
    if (event.type === systemTypes.identityLinked) {
      const { evidence } = event.properties;
      this.#rows.set(key, { position, linkedAt: event.receivedAt, evidence: typeof evidence === 'string' ? evidence : '' });
      this.#connect([one, other], event.receivedAt);
      if (ahead === event.receivedAt) this.#ahead.delete(key);
    } else {
      this.#part([one, other], position);
      this.#rows.delete(key);
      this.#disconnect(one, other);
      if (ahead === null) this.#ahead.delete(key);
    }
  }

  withdraw(): void {
    // who somebody is rests on no purpose
  }

  reset(): void {
    // edges concern two; folding one of them again changes none
  }

  forget(subject: string, events: readonly Placed[]): void {
    const others = new Set(this.#neighbours.get(subject)?.keys());
    for (const { event } of events) for (const id of edgeIn(event) ?? []) others.add(id);
    for (const other of others) {
      this.#rows.delete(keyOf(subject, other));
      this.#ahead.delete(keyOf(subject, other));
      this.#disconnect(subject, other);
    }
    for (const other of this.#parted.get(subject) ?? []) {
      this.#partedRows.delete(keyOf(subject, other));
      this.#parted.get(other)?.delete(subject);
      if (this.#parted.get(other)?.size === 0) this.#parted.delete(other);
    }
    this.#parted.delete(subject);
  }

  *dump(): Iterable<string> {
    for (const [key, row] of this.#rows.rows())
      yield `${JSON.stringify(endsOf(key))}\t${JSON.stringify([row.position, row.linkedAt, row.evidence])}`;
    for (const [key, row] of this.#partedRows.rows()) yield `parted\t${JSON.stringify(endsOf(key))}\t${JSON.stringify(row)}`;
  }

  /** Folded again it changes nothing. */
  #part(ends: readonly [string, string], until: number): void {
    const key = keyOf(...ends);
    const from = this.#rows.get(key)?.position;
    if (from === undefined) return;
    const row = this.#partedRows.edit(key, () => []);
    for (let at = 0; at < row.length; at += 2) if (row[at] === from) return;
    row.push(from, until);
    this.#notePart(ends);
  }

  #notePart([one, other]: readonly [string, string]): void {
    this.#parted.set(one, (this.#parted.get(one) ?? new Set()).add(other));
    this.#parted.set(other, (this.#parted.get(other) ?? new Set()).add(one));
  }

  #everBeside(id: string): Set<string> {
    return new Set([...(this.#neighbours.get(id)?.keys() ?? []), ...(this.#parted.get(id) ?? [])]);
  }

  #wereLinked(one: string, other: string, position: number): boolean {
    const key = keyOf(one, other);
    const row = this.#rows.get(key);
    if (row !== undefined && row.position < position) return true;
    const parted = this.#partedRows.get(key) ?? [];
    for (let at = 0; at < parted.length; at += 2) {
      const [from = Infinity, until = -1] = parted.slice(at, at + 2);
      if (from < position && position <= until) return true;
    }
    return false;
  }

  #component(subject: string, ahead: boolean): { readonly ids: string[]; readonly linkedAt: number } {
    const found = new Set([subject]);
    let linkedAt = -1;
    for (const id of found) {
      for (const [other, at] of this.#edgesOf(id, ahead)) {
        found.add(other);
        linkedAt = Math.max(linkedAt, at);
      }
    }
    return { ids: [...found].sort(), linkedAt };
  }

  *#edgesOf(id: string, ahead: boolean): Iterable<readonly [other: string, linkedAt: number]> {
    for (const [other, at] of this.#neighbours.get(id) ?? []) if (!ahead || !this.#ahead.has(keyOf(id, other))) yield [other, at];
    if (!ahead) return;
    for (const [key, at] of this.#ahead) {
      const ends = endsOf(key);
      const at0 = ends.indexOf(id);
      if (at === null || at0 < 0) continue;
      yield [ends[1 - at0] ?? id, at];
    }
  }

  #connect([one, other]: readonly [string, string], linkedAt: number): void {
    for (const [a, b] of [
      [one, other],
      [other, one],
    ] as const) {
      const edges = this.#neighbours.get(a) ?? new Map<string, number>();
      this.#neighbours.set(a, edges.set(b, linkedAt));
    }
  }

  #disconnect(one: string, other: string): void {
    for (const [a, b] of [
      [one, other],
      [other, one],
    ] as const) {
      const edges = this.#neighbours.get(a);
      edges?.delete(b);
      if (edges?.size === 0) this.#neighbours.delete(a);
    }
  }
}

/** The two ids that an identity event speaks of. */
export function edgeIn(event: BehaviourEvent): readonly [string, string] | undefined {
  if (event.type !== systemTypes.identityLinked && event.type !== systemTypes.identityUnlinked) return undefined;
  const { other } = event.properties;
  return event.subject === null || typeof other !== 'string' ? undefined : [event.subject, other];
}

/** The same for both directions. */
function keyOf(one: string, other: string): string {
  return one < other ? `${one}\u0000${other}` : `${other}\u0000${one}`;
}

function endsOf(key: string): [string, string] {
  const at = key.indexOf('\u0000');
  return [key.slice(0, at), key.slice(at + 1)];
}
