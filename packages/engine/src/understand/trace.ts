// The trace: at which positions a subject's events stand. Redaction, access and portability start from here.
// Kept in chunks of positions, so that a person of a million events is many small rows, not one large one.
import type { BehaviourEvent } from '../model/event.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from './fold.js';

const chunkPositions = 1 << 14;

export class Trace implements FoldPart {
  readonly name = 'trace';
  readonly #rows: Table<number[]>;

  constructor(rows: Table<number[]>) {
    this.#rows = rows;
  }

  apply(event: BehaviourEvent, position: number): void {
    if (event.subject === null) return;
    this.#rows.edit(keyOf(event.subject, Math.floor(position / chunkPositions)), () => []).push(position);
  }

  /** All positions of the subject, ascending. */
  positions(subject: string): number[] {
    const out: number[] = [];
    for (const [, chunk] of this.#rows.rows(`${subject}\u0000`, `${subject}\u0001`)) out.push(...chunk);
    return out;
  }

  withdraw(): void {
    // where an event stands is needed to erase it, whatever it may be used for
  }

  forget(subject: string): void {
    const keys = [...this.#rows.rows(`${subject}\u0000`, `${subject}\u0001`)].map(([key]) => key);
    for (const key of keys) this.#rows.delete(key);
  }

  *dump(): Iterable<string> {
    for (const [key, chunk] of this.#rows.rows()) yield `${JSON.stringify(key)}\t${JSON.stringify(chunk)}`;
  }
}

function keyOf(subject: string, chunk: number): string {
  return `${subject}\u0000${chunk.toString().padStart(12, '0')}`;
}
