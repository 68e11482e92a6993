// The trace: at which positions a subject's events stand. Redaction, access and portability start from here.
// Kept in chunks of positions, so that a person of a million events is many small rows, not one large one.
import type { BehaviourEvent } from '../model/event.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from './fold.js';

const chunkPositions = 1 << 14;

export class Trace implements FoldPart {
  readonly name = 'trace';
  /** Subject -> numbers of its chunks, ascending. */
  readonly #chunks: Table<number[]>;
  /** Subject and chunk number -> positions, ascending. */
  readonly #rows: Table<number[]>;

  constructor(chunks: Table<number[]>, rows: Table<number[]>) {
    this.#chunks = chunks;
    this.#rows = rows;
  }

  apply(event: BehaviourEvent, position: number): void {
    if (event.subject === null) return;
    const chunk = Math.floor(position / chunkPositions);
    if (this.#chunks.get(event.subject)?.at(-1) !== chunk) this.#chunks.edit(event.subject, () => []).push(chunk);
    this.#rows.edit(keyOf(event.subject, chunk), () => []).push(position);
  }

  /** All positions of the subject, ascending. */
  positions(subject: string): number[] {
    return (this.#chunks.get(subject) ?? []).flatMap((chunk) => this.#rows.get(keyOf(subject, chunk)) ?? []);
  }

  withdraw(): void {
    // where an event stands is needed to erase it, whatever it may be used for
  }

  forget(subject: string): void {
    for (const chunk of this.#chunks.get(subject) ?? []) this.#rows.delete(keyOf(subject, chunk));
    this.#chunks.delete(subject);
  }

  *dump(): Iterable<string> {
    for (const [subject, chunks] of this.#chunks.rows()) yield `${JSON.stringify(subject)}\t${JSON.stringify(chunks)}`;
    for (const [key, positions] of this.#rows.rows()) yield `${JSON.stringify(key)}\t${JSON.stringify(positions)}`;
  }
}

function keyOf(subject: string, chunk: number): string {
  return `${subject}\u0000${chunk.toString().padStart(12, '0')}`;
}
