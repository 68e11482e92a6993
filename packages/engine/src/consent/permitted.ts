// Permitted: the proof, carried with a value, that a purpose held for a person at a position. Opaque: it can be made only by gate.ts
// (a tidy test forbids the import elsewhere) and a look-alike fails the brand check of its private fields at run time.
// Types stop mistakes; the run-time check stops casts. Non-goal: hiding the value from code that already holds the raw event.
import type { Purpose } from '../model/purpose.js';

/** Whose grant, which one: `since` tells a grant from a later one of the same purpose. `subject` null: a fact about no person. */
export interface Ground {
  readonly subject: string | null;
  readonly purpose: Purpose;
  readonly since: number;
  /**
   * Position of the event that was being folded: it is checked against consent as folded so far and bases as declared there, never against
   * what is on its way. null: minted for reading.
   */
  readonly foldedAt: number | null;
}

export class Permitted<P extends Purpose, T> {
  readonly #value: T;
  readonly #ground: Ground;
  /** Invariant in P, so that a union-widened permit does not pass for a narrower one. */
  declare readonly forPurpose: (purpose: P) => P;

  private constructor(value: T, ground: Ground) {
    this.#value = value;
    this.#ground = ground;
  }

  /** For gate.ts alone. */
  static mint<P extends Purpose, T>(value: T, ground: Ground & { readonly purpose: P }): Permitted<P, T> {
    return new Permitted<P, T>(value, ground);
  }

  /** For gate.ts alone: what it holds, or undefined when it was not minted here. */
  static inspect<P extends Purpose, T>(permit: Permitted<P, T>): { readonly value: T; readonly ground: Ground } | undefined {
    if (typeof permit !== 'object' || permit === null || !(#ground in permit)) return undefined;
    return { value: permit.#value, ground: permit.#ground };
  }
}
