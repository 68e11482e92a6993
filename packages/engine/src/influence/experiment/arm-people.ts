// People in the arms of experiments: sums over people of what was won (y, 0 or 1) and of what they did before they joined (x), for an arm
// and for each group in it.
// Erasure class `exact`: integers that each person adds and takes back. A person with several ids that edges join counts once: the sums are
// kept by id, and the ids of one person are put together when somebody reads (as everything about a person is), never in the fold.
import { assert } from '../../base/assert.js';
import { noPairedSums, withPair, type PairedSums } from './cuped.js';

/** How one id is in an experiment: as of its first choice there that may be learned from. */
export interface Joined {
  /** Of that choice, ms. */
  readonly at: number;
  readonly arm: string;
  /** What the host said of the situation then; '': nothing. */
  readonly group: string;
  /** The covariate: what they had done before that choice, a whole number. */
  readonly before: number;
  won: boolean;
}

const key = (...parts: readonly string[]): string => JSON.stringify(parts);

export class ArmPeople {
  readonly #sums: Map<string, PairedSums>;

  constructor(sums: ReadonlyMap<string, PairedSums> = new Map()) {
    this.#sums = new Map(sums);
  }

  /** Adds (1) or takes back (-1) somebody. */
  count(experiment: string, { arm, group, before, won }: Joined, times: 1 | -1): void {
    this.#add(key(experiment, arm, ''), won ? 1 : 0, before, times);
    if (group !== '') this.#add(key(experiment, arm, group), won ? 1 : 0, before, times);
  }

  /** Everybody in an arm, or a group in it. */
  of(experiment: string, arm: string, group = ''): PairedSums {
    return this.#sums.get(key(experiment, arm, group)) ?? noPairedSums;
  }

  /**
   * The same people with the ids of each of `persons` as one, and how many of them came into more than one arm. Such a person stays in the
   * arm of their first choice, as everybody does: who is moved because of what happened later is no longer there by chance.
   */
  united(experiment: string, persons: Iterable<readonly Joined[]>): { readonly people: ArmPeople; readonly crossed: number } {
    const people = new ArmPeople(this.#sums);
    let crossed = 0;
    for (const ids of persons) {
      const [first, ...others] = [...ids].sort((a, b) => a.at - b.at || (a.arm < b.arm ? -1 : 1));
      if (first === undefined || others.length === 0) continue;
      for (const each of ids) people.count(experiment, each, -1);
      people.count(experiment, { ...first, won: ids.some(({ won }) => won) }, 1);
      if (others.some(({ arm }) => arm !== first.arm)) crossed += 1;
    }
    return { people, crossed };
  }

  *dump(): Iterable<string> {
    for (const [at, { n, sum, before, beforeSquares, products }] of [...this.#sums].sort(([a], [b]) => (a < b ? -1 : 1)))
      yield `${at}\t${n}\t${sum}\t${before}\t${beforeSquares}\t${products}`;
  }

  #add(at: string, y: number, x: number, times: 1 | -1): void {
    const sums = withPair(this.#sums.get(at) ?? noPairedSums, y, x, times);
    assert(
      sums.n >= 0 && sums.sum >= 0 && Number.isSafeInteger(sums.beforeSquares),
      'sums over people are exact, of people who were counted',
    );
    if (sums.n > 0) this.#sums.set(at, sums);
    else this.#sums.delete(at);
  }
}
