// Consent and registry as parts of the fold: they come first, so that every later part sees what holds at this position.
import { canonicalJson } from '../base/canonical-json.js';
import { must } from '../base/assert.js';
import type { BehaviourEvent } from '../model/event.js';
import type { EventType } from '../model/event-type.js';
import type { PurposeMask } from '../model/purpose.js';
import { type BasisDeclaration, isSystemType, type PlacedChange, systemTypes } from '../model/system-event.js';
import type { Gate } from '../consent/gate.js';
import type { Registry } from '../consent/registry.js';
import { changeStanding } from '../consent/standing.js';
import type { FoldPart } from './fold.js';

export interface HearsOfConsent {
  withdraw(subject: string, purposes: PurposeMask): void;
  freeze(subject: string, position: number): void;
}

export class Consents implements FoldPart {
  readonly name = 'consent';
  readonly hears = isSystemType;
  readonly #gate: Gate;
  readonly #registry: Registry;
  #hears: HearsOfConsent | undefined;

  constructor(gate: Gate, registry: Registry) {
    this.#gate = gate;
    this.#registry = registry;
  }

  /** Who must hear of withdrawals: the fold itself, which tells all parts. Set once, when the fold is put together. */
  tell(hears: HearsOfConsent): void {
    this.#hears = hears;
  }

  apply(event: BehaviourEvent, position: number): void {
    if (event.type === systemTypes.typeRegistered) {
      this.#registry.foldType(event.properties['eventType'] as EventType, position); // written by the engine from a checked definition
    } else if (event.type === systemTypes.basisDeclared) {
      // written by the engine from a checked declaration
      this.#registry.foldBasis(event.properties['declaration'] as BasisDeclaration, position);
    } else if (event.type === systemTypes.consentChanged && event.subject !== null) {
      const before = this.#gate.standing(event.subject);
      const after = changeStanding(before, consentIn(event), position, event.occurredAt, event.receivedAt);
      this.#gate.settle(event.subject, after.standing);
      const hears = must(this.#hears, 'the fold is put together before it runs');
      if (after.narrowed !== 0) hears.withdraw(event.subject, after.narrowed);
      if (after.turned && after.standing.restricted === true) hears.freeze(event.subject, position);
    }
  }

  withdraw(): void {
    // the standing itself is what withdrew
  }

  reset(subject: string): void {
    this.#gate.unsettle(subject);
  }

  forget(subject: string): void {
    this.#gate.forget(subject);
  }

  *dump(): Iterable<string> {
    yield* this.#registry.dump();
    for (const [subject, standing] of this.#gate.standings()) yield `${JSON.stringify(subject)}\t${canonicalJson(standing)}`;
  }
}

/** What a `consent.changed` says. */
export function consentIn(event: BehaviourEvent): PlacedChange {
  const { choices, restricted, signal } = event.properties;
  const heard = signal === undefined ? {} : { signal: signal as NonNullable<PlacedChange['signal']> };
  const change = { choices: choices as PlacedChange['choices'], origin: event.source, ...heard }; // written by the sequencer
  return typeof restricted === 'boolean' ? { ...change, restricted } : change;
}
