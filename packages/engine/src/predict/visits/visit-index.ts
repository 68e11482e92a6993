// The first model: what visits with similar items, and the next step in them, say about the visit at hand. Live, exact and explained.
// Erasure class `exact`: after `forget` every score and the dump are those of an index that never learned the subject, bit for bit.
// Memory: typed arrays only, about 17 bytes an event on Diginetica (bound 24); a query reads at most 8 x 200 visits.
// Non-goals: which visit an event belongs to, consent, eligibility. The callers above know.
import { must } from '../../base/assert.js';
import type { HashKey } from '../../base/half-sip-hash.js';
import { visitDump } from './visit-dump.js';
import { VisitExplainer } from './visit-evidence.js';
import type { VisitEvidence } from './visit-evidence.js';
import { SCORE_UNITS, VisitFormula } from './visit-formula.js';
import { VisitScorer } from './visit-scorer.js';
import type { VisitQuery } from './visit-scorer.js';
import { visitSettings, type VisitSettings } from './visit-settings.js';
import { VisitStore } from './visit-store.js';

export type ScoredItem = { readonly item: string; readonly score: number };

export class VisitIndex {
  readonly #store: VisitStore;
  readonly #scorer: VisitScorer;
  readonly #explainer: VisitExplainer;

  /**
   * `hashKey` keys the tables of subjects and items; it must be secret where ids are chosen by strangers, and stable while subject hashes
   * are compared.
   */
  constructor(options: { readonly hashKey: HashKey; readonly settings?: VisitSettings }) {
    this.#store = new VisitStore(options.hashKey);
    this.#scorer = new VisitScorer(this.#store, new VisitFormula(options.settings ?? visitSettings));
    this.#explainer = new VisitExplainer(this.#store, this.#scorer);
  }

  /** Scores by other settings from now on; what was learned stays. */
  adopt(settings: VisitSettings): void {
    this.#scorer.formula = new VisitFormula(settings);
  }

  /** Live visits. */
  get visits(): number {
    return this.#store.order.count;
  }

  /** Key of the visit that began first in the log, or -1. */
  get oldest(): number {
    const slot = this.#store.order.at(0);
    return slot < 0 ? -1 : this.#store.visits.keyOf(slot);
  }

  /** Items that some visit holds. */
  get items(): number {
    return this.#store.items.count;
  }

  /**
   * Puts an item at the end of a visit. `visitKey`: log position of the visit's first event, an integer below 2^48, unique; an unknown one
   * begins a visit. The order of the calls is the order in the visit; visits may interleave. `atMs`: when the event happened, ms since 1970
   * UTC.
   */
  append(visitKey: number, subject: string, item: string, atMs: number): void {
    this.#store.append(visitKey, subject, item, atMs);
  }

  /** Sets the whole content of a visit, oldest item first; the same as appending them to a visit that did not exist. No items: no visit. */
  replace(visitKey: number, subject: string, items: readonly string[], lastAtMs: number): void {
    this.#store.replace(visitKey, subject, items, lastAtMs);
  }

  /** Removes one visit; says whether it was there. */
  remove(visitKey: number, subject: string): boolean {
    return this.#store.remove(visitKey, subject);
  }

  /** Removes every visit of the subject; says how many. */
  forget(subject: string): number {
    return this.#store.forget(subject);
  }

  /**
   * The `k` best items that `accept` lets through, by score descending, then by id in UTF-16 code unit order. `accept` is called on items
   * in that order and only until `k` are found; it may count what it refuses. Items of the query may be among the answers.
   */
  score(query: VisitQuery, accept: (item: string) => boolean, k: number): ScoredItem[] {
    const scorer = this.#scorer;
    scorer.run(query);
    scorer.best.fill(scorer.scores, scorer.candidates.count);
    const found: ScoredItem[] = [];
    while (found.length < k) {
      const ordinal = scorer.best.pop();
      if (ordinal < 0) break;
      const item = this.#store.items.idOf(scorer.candidates.ids[ordinal] ?? 0);
      if (accept(item)) found.push({ item, score: (scorer.scores[ordinal] ?? 0) / SCORE_UNITS });
    }
    return found;
  }

  /** Why `score` gives this item what it gives it: parts that add up to the score, in billionths exactly. */
  explain(query: VisitQuery, item: string): VisitEvidence {
    this.#scorer.run(query);
    return must(this.#explainer.explain([item], Infinity)[0], 'evidence for one item is one');
  }

  /**
   * The same for items of the last `score`, nothing having been changed since: the query is not run again. At most `partsMax` parts an
   * item, the others as `rest`.
   */
  explainScored(items: readonly string[], partsMax: number): VisitEvidence[] {
    return this.#explainer.explain(items, partsMax);
  }

  /** Canonical rows, the same for any two histories that leave the same visits. Not to be changed while it is read. */
  dump(): Iterable<string> {
    return visitDump(this.#store);
  }

  /**
   * Bytes held: every typed array at its full capacity (slack, free blocks and the scratch of queries included), 8 bytes per freed item
   * number, and 4 KiB for the objects around them. There is no JS string, Map or object per item, subject or visit.
   */
  bytes(): number {
    return this.#store.bytes() + this.#scorer.bytes() + this.#explainer.bytes() + 4096;
  }
}
