// Consent and registry as parts of the fold: they come first, so that every later part sees what holds at this position.
import { canonicalJson } from '../base/canonical-json.js';
import { must } from '../base/assert.js';
import type { BehaviourEvent } from '../model/event.js';
import type { EventType } from '../model/event-type.js';
import type { PurposeMask } from '../model/purpose.js';
import { systemTypes, type BasisDeclaration, type ConsentChange } from '../model/system-event.js';
import type { Gate } from '../consent/gate.js';
import type { Registry } from '../consent/registry.js';
import { changeStanding, type Standing } from '../consent/standing.js';
import type { Rows } from '../ports/tables.js';
import type { FoldPart } from './fold.js';

export class Consents implements FoldPart {
  readonly name = 'consent';
  readonly #gate: Gate;
  readonly #registry: Registry;
  readonly #rows: Rows<Standing>;
  #onWithdrawn: ((subject: string, purposes: PurposeMask) => void) | undefined;

  constructor(gate: Gate, registry: Registry, rows: Rows<Standing>) {
    this.#gate = gate;
    this.#registry = registry;
    this.#rows = rows;
  }

  /** Who must hear of withdrawals: the fold itself, which tells all parts. Set once, when the fold is put together. */
  tell(onWithdrawn: (subject: string, purposes: PurposeMask) => void): void {
    this.#onWithdrawn = onWithdrawn;
  }

  apply(event: BehaviourEvent, position: number): void {
    if (event.type === systemTypes.typeRegistered) {
      this.#registry.foldType(event.properties['eventType'] as EventType, position); // written by the engine from a checked definition
    } else if (event.type === systemTypes.basisDeclared) {
      // written by the engine from a checked declaration
      this.#registry.foldBasis(event.properties['declaration'] as BasisDeclaration, position);
    } else if (event.type === systemTypes.consentChanged && event.subject !== null) {
      const choices = event.properties['choices'] as ConsentChange['choices']; // written by the sequencer
      const change: ConsentChange = { choices, origin: event.source };
      const after = changeStanding(this.#rows.get(event.subject), change, position, event.occurredAt, event.receivedAt);
      this.#gate.settle(event.subject, after.standing);
      if (after.narrowed !== 0) must(this.#onWithdrawn, 'the fold is put together before it runs')(event.subject, after.narrowed);
    }
  }

  withdraw(): void {
    // the standing itself is what withdrew
  }

  forget(subject: string): void {
    this.#gate.forget(subject);
  }

  *dump(): Iterable<string> {
    for (const type of this.#registry.list().sort((a, b) => (a.name < b.name ? -1 : 1))) yield `type\t${canonicalJson(type)}`;
    for (const line of this.#registry.dumpBases()) yield line;
    for (const [subject, standing] of this.#rows.rows()) yield `${JSON.stringify(subject)}\t${canonicalJson(standing)}`;
  }
}
