// The keys of people's own devices, folded: an Ed25519 public key that was registered in the person's stream proves later that it is they
// who ask. It goes with an erasure.
import type { BehaviourEvent } from '../model/event.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from '../understand/fold.js';

export class Devices implements FoldPart {
  readonly name = 'device';
  readonly hears = isSystemType;
  /** Subject -> public keys, base64url of 32 bytes, in order of their registration. */
  readonly #rows: Table<string[]>;

  constructor(rows: Table<string[]>) {
    this.#rows = rows;
  }

  of(subject: string): readonly string[] {
    return this.#rows.get(subject) ?? [];
  }

  apply({ subject, type, properties }: BehaviourEvent): void {
    const { publicKey } = properties;
    if (type === systemTypes.deviceRegistered && subject !== null && typeof publicKey === 'string')
      this.#rows.set(subject, [...this.of(subject), publicKey]);
  }

  withdraw(): void {
    // to prove who one is rests on no purpose
  }

  forget(subject: string): void {
    this.#rows.delete(subject);
  }

  *dump(): Iterable<string> {
    for (const [subject, keys] of this.#rows.rows()) yield `${JSON.stringify(subject)}\t${JSON.stringify(keys)}`;
  }
}
