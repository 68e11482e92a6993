// A model that cannot take single examples back: it is fitted anew from the log, at logged positions, and published.
// Invariant: a publication is a function of the set of examples alone. They are sampled by a hash of the id of their event and put in the
// order of that hash, so neither their arrival nor who else was there decides which are used before the sample is full.
// `isOverdue` says that somebody was forgotten since: an erasure's receipt names the deadline past which such a publication is not served.
import { assert } from '../base/assert.js';
import { HalfSipHash } from '../base/half-sip-hash.js';
import type { Explanation, Learner, Scorer } from './learner.js';

export interface Identified {
  /** Id of the event that the example was made of. */
  readonly id: string;
}

const sampleKey = [0x53414d50, 0x4c455631] as const; // public on purpose: a sample can be checked by whoever has the log

/** The examples to fit from: the `max` whose ids have the lowest hashes, in the order of those, then of ids. */
export function sampleByHash<Example extends Identified>(examples: Iterable<Example>, max: number): Example[] {
  const hash = new HalfSipHash(sampleKey);
  const keyed = [...examples].map((example) => {
    hash.hash(example.id);
    return { example, high: hash.high, low: hash.low };
  });
  keyed.sort((a, b) => a.high - b.high || a.low - b.low || (a.example.id < b.example.id ? -1 : 1));
  return keyed.slice(0, max).map(({ example }) => example);
}

export class Rederived<Example extends Identified, Query> implements Learner<Example, Query> {
  readonly erasure = 'rederived';
  readonly #fit: (examples: readonly Example[]) => Scorer<Query>;
  readonly #sampleMax: number;
  #published: Scorer<Query> | null = null;
  #learned = 0;
  #forgotten = 0;

  constructor(options: { readonly fit: (examples: readonly Example[]) => Scorer<Query>; readonly sampleMax: number }) {
    this.#fit = options.fit;
    this.#sampleMax = options.sampleMax;
  }

  /** Somebody was forgotten since the last publication. */
  get isOverdue(): boolean {
    return this.#forgotten > 0;
  }

  /** Examples that the publication does not know yet. */
  get behind(): number {
    return this.#learned;
  }

  learn(_example: Example): void {
    this.#learned += 1;
  }

  forget(_example: Example): void {
    this.#forgotten += 1;
  }

  /** Fits from what the log still holds. */
  publish(examples: Iterable<Example>): void {
    this.#published = this.#fit(sampleByHash(examples, this.#sampleMax));
    this.#learned = 0;
    this.#forgotten = 0;
  }

  score(query: Query): number {
    return this.#current().score(query);
  }

  explain(query: Query): Explanation {
    return this.#current().explain(query);
  }

  *dump(): Iterable<string> {
    if (this.#published !== null) yield* this.#published.dump();
  }

  bytes(): number {
    return this.#published === null ? 64 : 64 + this.#published.bytes();
  }

  #current(): Scorer<Query> {
    assert(this.#published !== null, 'a rederived model is asked after its first publication');
    return this.#published;
  }
}
