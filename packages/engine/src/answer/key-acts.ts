// Which keys of callers the log knows of: folded from `admin.acted`, so that a key that was made or ended while no server ran is logged
// when one starts. It holds ids of keys, never a key.
import type { BehaviourEvent } from '../model/event.js';
import { type AdminAct, isSystemType, systemTypes } from '../model/system-event.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from '../understand/fold.js';

export type KeyState = 'created' | 'ended';

export class KeyActs implements FoldPart {
  readonly name = 'key';
  readonly hears = isSystemType;
  readonly #rows: Table<KeyState>;

  constructor(rows: Table<KeyState>) {
    this.#rows = rows;
  }

  /** Acts that the log lacks: keys that it does not know, and keys that have ended since. */
  missing(keys: readonly { readonly id: string; readonly kind: string; readonly isLive: boolean }[]): AdminAct[] {
    const acts: AdminAct[] = [];
    const act = (what: 'key.created' | 'key.ended', id: string, why: string): void =>
      void acts.push({ what, by: 'operator', why, about: id });
    for (const { id, kind, isLive } of keys) {
      const known = this.#rows.get(id);
      if (known === undefined) act('key.created', id, `a key of the kind ${kind}`);
      if (known !== 'ended' && !isLive) act('key.ended', id, 'revoked, or past its end');
    }
    const listed = new Set(keys.map(({ id }) => id));
    for (const [id, state] of this.#rows.rows())
      if (state === 'created' && !listed.has(id)) act('key.ended', id, 'no longer in the file of keys');
    return acts;
  }

  apply(event: BehaviourEvent): void {
    if (event.type !== systemTypes.adminActed) return;
    const act = event.properties['act'] as AdminAct; // written by the engine
    if (act.what === 'key.created') this.#rows.set(act.about, 'created');
    else if (act.what === 'key.ended') this.#rows.set(act.about, 'ended');
  }

  withdraw(): void {
    // a key is nobody's data
  }

  forget(): void {
    // a key is nobody's data
  }

  *dump(): Iterable<string> {
    for (const [id, state] of this.#rows.rows()) yield `${JSON.stringify(id)}\t${state}`;
  }
}
