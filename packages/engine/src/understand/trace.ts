// The trace: at which positions a subject's events stand. Redaction, access and portability start from here.
// Most people are one short row. Full chunks are rows of their own that never change again, so that a person of a million events is many
// small rows, not one large one.
import { canonicalJson } from '../base/canonical-json.js';
import type { BehaviourEvent } from '../model/event.js';
import type { Rows, Table } from '../ports/tables.js';
import type { FoldPart } from './fold.js';
import type { Placed } from './history.js';
import { edgeIn } from './identity.js';

/** Few enough that the row of a person, which is written anew whenever something of theirs changed, stays short. */
const chunkEvents = 64;

/** How many full chunks come before it, then the newest positions, ascending, fewer than a full chunk. */
export type TraceRow = number[];

export class Trace implements FoldPart {
  readonly name = 'trace';
  readonly #rows: Rows<TraceRow>;
  /** Subject and number of the chunk -> its positions, ascending. */
  readonly #chunks: Table<number[]>;

  constructor(rows: Rows<TraceRow>, chunks: Table<number[]>) {
    this.#rows = rows;
    this.#chunks = chunks;
  }

  apply(event: BehaviourEvent, position: number): void {
    if (event.subject === null) return;
    // An edge concerns two, and goes with either.
    const edge = edgeIn(event);
    if (edge === undefined) this.#add(event.subject, position);
    else for (const subject of edge) if (!this.positions(subject).includes(position)) this.#add(subject, position);
  }

  /** All positions of the subject, ascending. */
  positions(subject: string): number[] {
    const row = this.#rows.get(subject);
    if (row === undefined) return [];
    const [chunks = 0, ...newest] = row;
    const full = Array.from({ length: chunks }, (_, chunk) => this.#chunks.get(keyOf(subject, chunk)) ?? []);
    return [...full.flat(), ...newest];
  }

  /**
   * The next positions after `position`, ascending, some of them; none at the end. Reads one chunk, so that a person of a million events is
   * walked through in flat memory, whatever is added or taken out on the way.
   */
  after(subject: string, position: number): readonly number[] {
    const row = this.#rows.get(subject);
    if (row === undefined) return [];
    const [chunks = 0, ...newest] = row;
    const chunkAt = (chunk: number): readonly number[] => this.#chunks.get(keyOf(subject, chunk)) ?? [];
    let low = 0;
    let high = chunks;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((chunkAt(middle).at(-1) ?? -1) > position) high = middle;
      else low = middle + 1;
    }
    return (low < chunks ? chunkAt(low) : newest).filter((each) => each > position);
  }

  has(subject: string): boolean {
    return this.#rows.get(subject) !== undefined;
  }

  /** Everybody of whom an event stands in the log, in order of their ids. */
  *subjects(): Iterable<string> {
    for (const [subject] of this.#rows.rows()) yield subject;
  }

  withdraw(): void {
    // where an event stands is needed to erase it, whatever it may be used for
  }

  /** Edges of the forgotten one stand in the traces of others. */
  forget(subject: string, events: readonly Placed[]): void {
    this.reset(subject);
    const gone = new Map<string, Set<number>>();
    for (const { event, position } of events) {
      for (const other of edgeIn(event) ?? []) if (other !== subject) gone.set(other, (gone.get(other) ?? new Set()).add(position));
    }
    for (const [other, positions] of gone) {
      const left = this.positions(other).filter((position) => !positions.has(position));
      this.reset(other);
      for (const position of left) this.#add(other, position);
    }
  }

  reset(subject: string): void {
    const [chunks = 0] = this.#rows.get(subject) ?? [];
    for (let chunk = 0; chunk < chunks; chunk += 1) this.#chunks.delete(keyOf(subject, chunk));
    this.#rows.delete(subject);
  }

  #add(subject: string, position: number): void {
    const row = this.#rows.edit(subject, () => [0]);
    const late = row.length > 1 && (row[row.length - 1] ?? 0) > position;
    row.push(position);
    if (late) row.push(...row.splice(1).sort((a, b) => a - b));
    if (row.length <= chunkEvents) return;
    const [chunks = 0] = row;
    this.#chunks.set(keyOf(subject, chunks), row.splice(1));
    row[0] = chunks + 1;
  }

  *dump(): Iterable<string> {
    for (const [subject, row] of this.#rows.rows()) yield `${JSON.stringify(subject)}\t${canonicalJson(row)}`;
    for (const [key, positions] of this.#chunks.rows()) yield `${JSON.stringify(key)}\t${JSON.stringify(positions)}`;
  }
}

function keyOf(subject: string, chunk: number): string {
  return `${subject}\u0000${chunk.toString().padStart(12, '0')}`;
}
