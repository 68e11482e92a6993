// Which definitions the state was folded with: the newest ones in the log, from its first position on. A log that changes them is folded
// anew (runtime/recover.ts), so this part only remembers them.
import { canonicalJson } from '../base/canonical-json.js';
import type { Definitions } from '../model/definitions.js';
import type { BehaviourEvent } from '../model/event.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from './fold.js';

export class DefinitionsInForce implements FoldPart {
  static readonly tableName = 'definition';
  static readonly key = 'now';
  readonly name = 'definition';
  readonly hears = isSystemType;
  readonly #rows: Table<Definitions>;

  constructor(rows: Table<Definitions>) {
    this.#rows = rows;
  }

  apply(event: BehaviourEvent): void {
    const definitions = definitionsIn(event);
    if (definitions !== undefined) this.#rows.set(DefinitionsInForce.key, definitions);
  }

  withdraw(): void {
    // about nobody
  }

  forget(): void {
    // about nobody
  }

  *dump(): Iterable<string> {
    const row = this.#rows.get(DefinitionsInForce.key);
    if (row !== undefined) yield canonicalJson(row);
  }
}

export function definitionsIn(event: BehaviourEvent): Definitions | undefined {
  if (event.type !== systemTypes.definitionsChanged) return undefined;
  return event.properties['definitions'] as Definitions; // written by the engine
}
