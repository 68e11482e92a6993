// What guardrails may know of a person: what was done towards them, and what they themselves declared. Nothing is inferred: not age, not
// vulnerability, not mood.
import type { Channel } from '../../model/choice.js';

export interface Declared {
  /** IANA name. */
  readonly zone?: string;
  readonly bornYear?: number;
  readonly vulnerable?: readonly string[];
}

export interface Done {
  readonly at: number;
  readonly channel: Channel;
  readonly shown: boolean;
  readonly won: boolean;
}

export interface PersonState {
  /** Of each of the person's ids. */
  readonly declared: readonly Declared[];
  /** What was chosen for them, in any order. */
  readonly done: readonly Done[];
}
