// The models of packs, by name: one part of the fold for all of them. Rows of acts are the truth (table `act`, one a person and model);
// what is learned across people is derived from them in integers and goes with them. What has to be fitted (weights of places, BG/NBD) is
// published as a fact of the log and stays one until the next publication; past the deadline of an erasure since then it is not served.
//
// kind          learns                     erasure class        answers
// places        trips                      exact, weights rederived   how a place fits between two others
// baskets       lists of items             exact                what goes with what
// propensity    visits                     exact                log odds that a visit ends in its aim
// lifetime      purchase days              rederived            what a person will spend
import { canonicalJson } from '../../base/canonical-json.js';
import { dayOf } from '../../base/day.js';
import { limits } from '../../base/limits.js';
import { fail, ok, type Result } from '../../base/result.js';
import type { Gate } from '../../consent/gate.js';
import type { Permitted } from '../../consent/permitted.js';
import type { Registry } from '../../consent/registry.js';
import type { ModelSpec } from '../../model/definitions.js';
import type { BehaviourEvent } from '../../model/event.js';
import type { ModelCard } from '../../model/model-card.js';
import { bitOf, type PurposeMask } from '../../model/purpose.js';
import { isSystemType, systemTypes } from '../../model/system-event.js';
import type { Table } from '../../ports/tables.js';
import type { FoldPart } from '../../understand/fold.js';
import { BasketCounts } from '../baskets/basket-counts.js';
import type { Explanation } from '../learner.js';
import { LifetimeValue } from '../lifetime/lifetime-value.js';
import type { PurchaseRate } from '../lifetime/purchase-rate.js';
import type { PurchaseValue } from '../lifetime/purchase-value.js';
import { itemOf } from '../next-item.js';
import type { PlaceWeights } from '../places/place-weights.js';
import { actOf, addAct, type Act } from './acts.js';
import { BasketRanking } from './basket-ranking.js';
import { LivePlaces, type PlaceCatalogue } from './live-places.js';
import { purchaseHistory } from './purchase-histories.js';
import { VisitOdds } from './visit-odds.js';

/** Acts by model. */
export interface ActRow {
  [model: string]: Act[];
}

/** What is published of a model, in `model.published`: numbers alone; null: too little is left to fit from. */
export type PublishedNumbers =
  | { readonly kind: 'places'; readonly weights: readonly number[]; readonly centres: readonly number[] }
  | { readonly kind: 'lifetime'; readonly rate: PurchaseRate; readonly value: PurchaseValue }
  | null;

export interface PublishedRow {
  readonly position: number;
  readonly numbers: PublishedNumbers;
}

/** People from whose purchases lifetime value is fitted at least. */
export const buyersMin = 50;

const answers: Readonly<Record<ModelSpec['kind'], string>> = {
  places: 'how a place fits into a course, from the trips of everybody who lets us learn',
  baskets: 'what goes with what, from the baskets of everybody who lets us learn',
  propensity: 'how likely a visit ends in what is aimed at, by what came in it so far',
  lifetime: 'what a person will spend, from purchase days and values',
};

interface Derived {
  readonly change: (before: readonly Act[], after: readonly Act[]) => void;
  readonly dump: () => Iterable<string>;
}

export class PackModels implements FoldPart {
  readonly name = 'packmodel';
  readonly hears = (type: string): boolean => isSystemType(type) || this.#learners(type).length > 0;
  readonly #specs = new Map<string, ModelSpec>();
  readonly #rows: Table<ActRow>;
  readonly #published: Table<PublishedRow>;
  readonly #gate: Gate;
  readonly #registry: Registry;
  readonly #isOverdue: (position: number, now: number) => boolean;
  readonly #places = new Map<string, LivePlaces>();
  readonly #baskets = new Map<string, BasketRanking>();
  readonly #odds = new Map<string, VisitOdds>();

  constructor(parts: {
    readonly specs: readonly ModelSpec[];
    readonly rows: Table<ActRow>;
    readonly published: Table<PublishedRow>;
    readonly gate: Gate;
    readonly registry: Registry;
    readonly catalogue: PlaceCatalogue;
    /** Has the deadline passed of an erasure that was recorded after a position? */
    readonly isOverdue: (position: number, now: number) => boolean;
  }) {
    this.#rows = parts.rows;
    this.#published = parts.published;
    this.#gate = parts.gate;
    this.#registry = parts.registry;
    this.#isOverdue = parts.isOverdue;
    for (const spec of parts.specs) {
      const { name } = spec;
      this.#specs.set(name, spec);
      if (spec.kind === 'places') this.#places.set(name, new LivePlaces(spec.categories, parts.catalogue, () => this.#learnable(name)));
      else if (spec.kind === 'baskets') this.#baskets.set(name, new BasketRanking(new BasketCounts(), parts.gate));
      else if (spec.kind === 'propensity') this.#odds.set(name, new VisitOdds(spec.learnsFrom, spec.target));
    }
    for (const [, row] of this.#rows.rows())
      for (const name of this.#specs.keys()) this.#derived(name)?.change([], learnable(row[name] ?? []));
  }

  spec(name: string): ModelSpec | undefined {
    return this.#specs.get(name);
  }

  names(): readonly string[] {
    return [...this.#specs.keys()];
  }

  /** What each says of itself. */
  cards(): ModelCard[] {
    return [...this.#specs.values()].map(({ name, kind, learnsFrom }) => {
      let people = 0;
      for (const [, row] of this.#rows.rows()) if (learnable(row[name] ?? []).length > 0) people += 1;
      return {
        name,
        answers: answers[kind],
        learnsFor: 'train',
        readsFor: 'personalise',
        erasureClass: kind === 'lifetime' ? 'rederived' : 'exact',
        learnsFrom: [...learnsFrom].sort(),
        holds: { unit: 'people whom it learns from', count: people, ofPeople: true },
        bounds: { 'acts of one person': limits.modelActsMax },
        limits: [
          kind === 'places' || kind === 'baskets'
            ? 'It orders items; it judges nobody.'
            : 'An estimate of one person; it decides nothing alone.',
        ],
      };
    });
  }

  /** A model of places with the weights that may be served now. */
  places(name: string, now: number): { readonly places: LivePlaces; readonly publishedAt: number | null } | undefined {
    const places = this.#places.get(name);
    if (places === undefined) return undefined;
    const row = this.#serving(name, now);
    places.adopt(row?.numbers?.kind === 'places' ? weightsOf(row.numbers) : null);
    return { places, publishedAt: row?.numbers?.kind === 'places' ? row.position : null };
  }

  baskets(name: string): BasketRanking | undefined {
    return this.#baskets.get(name);
  }

  /**
   * What a model says of a person: log odds for a propensity, spending to come (in the currency of the events) for lifetime value. `null`:
   * nothing is known of them, or nothing is published. Fails with model_unknown; permit_stale and the like.
   */
  estimate(name: string, permit: Permitted<'personalise', readonly string[]>, now: number): Result<Explanation | null> {
    const spec = this.#specs.get(name);
    const odds = this.#odds.get(name);
    if (spec === undefined || (odds === undefined && spec.kind !== 'lifetime')) return fail('model_unknown');
    const opened = this.#gate.open(permit, 'personalise');
    if (!opened.ok) return opened;
    const acts: Act[] = [];
    for (const subject of opened.value)
      for (const act of this.#rows.get(subject)?.[name] ?? []) if ((act.mask & bitOf('personalise')) !== 0) addAct(acts, act);
    if (odds !== undefined) return ok(acts.length === 0 ? null : odds.explain(acts, now));
    const history = purchaseHistory('', acts, dayOf(now));
    const numbers = this.#serving(name, now)?.numbers;
    if (spec.kind !== 'lifetime' || history === undefined || numbers?.kind !== 'lifetime') return ok(null);
    return ok(LifetimeValue.of(numbers.rate, numbers.value, spec.days).explain(history));
  }

  /** What a publication would say now: null when there is too little. Fails with model_unknown: nothing of that model is published. */
  fitted(name: string, now: number): Result<PublishedNumbers> {
    const spec = this.#specs.get(name);
    const places = this.#places.get(name);
    if (places !== undefined) {
      const fitted = places.fitWeights();
      return ok(fitted === undefined ? null : { kind: 'places', weights: [...fitted.weights], centres: [...fitted.centres] });
    }
    if (spec?.kind !== 'lifetime') return fail('model_unknown');
    const histories = [];
    for (const [subject, row] of this.#rows.rows()) {
      const history = purchaseHistory(subject, learnable(row[name] ?? []), dayOf(now));
      if (history !== undefined) histories.push(history);
    }
    if (histories.length < buyersMin || !histories.some(({ repeats, repeatValue }) => repeats > 0 && repeatValue > 0)) return ok(null);
    return ok({ kind: 'lifetime', ...LifetimeValue.fitNumbers(histories) });
  }

  /** Models of which something is published. */
  publications(): readonly (readonly [name: string, row: Readonly<PublishedRow>])[] {
    return [...this.#published.rows()].filter(([name]) => this.#specs.has(name));
  }

  /** Models that learn from events of this type. */
  #learners(type: string): ModelSpec[] {
    return [...this.#specs.values()].filter(({ learnsFrom }) => learnsFrom.includes(type));
  }

  apply(event: BehaviourEvent, position: number): void {
    const { type, subject, properties } = event;
    if (type === systemTypes.modelPublished) {
      const { model, numbers } = properties as { readonly model: string; readonly numbers: PublishedNumbers }; // written by the engine
      this.#published.set(model, { position, numbers });
      return;
    }
    if (subject === null || isSystemType(type)) return;
    const learning = this.#learners(type);
    let mask: PurposeMask = 0;
    for (const purpose of ['train', 'personalise'] as const) {
      const permit = this.#gate.permitFolded(event, purpose, position);
      if (permit !== undefined && this.#gate.open(permit, purpose).ok) mask |= bitOf(purpose);
    }
    if (mask === 0) return;
    const item = itemOf(event, position, this.#registry) ?? itemProperty(event, position, this.#registry);
    for (const spec of learning) {
      const act = actOf(spec, event, position, item, mask);
      if (act !== undefined) this.#change(subject, spec.name, (acts) => addAct(acts, act));
    }
  }

  withdraw(subject: string, purposes: PurposeMask): void {
    // [C69]
    this.#mask(subject, ~purposes);
  }

  freeze(subject: string): void {
    this.#mask(subject, ~bitOf('train'));
  }

  forget(subject: string): void {
    const row = this.#rows.get(subject);
    if (row === undefined) return;
    for (const name of this.#specs.keys()) this.#derived(name)?.change(learnable(row[name] ?? []), []);
    this.#rows.delete(subject);
  }

  *dump(): Iterable<string> {
    for (const [name, row] of this.#published.rows()) yield `published\t${JSON.stringify(name)}\t${canonicalJson(row)}`;
    for (const [subject, row] of this.#rows.rows()) yield `row\t${JSON.stringify(subject)}\t${canonicalJson(row)}`;
    for (const name of [...this.#specs.keys()].sort())
      for (const line of this.#derived(name)?.dump() ?? []) yield `${JSON.stringify(name)}\t${line}`;
  }

  #serving(name: string, now: number): Readonly<PublishedRow> | undefined {
    const row = this.#published.get(name);
    // [C68]
    return row === undefined || this.#isOverdue(row.position, now) ? undefined : row;
  }

  #mask(subject: string, mask: PurposeMask): void {
    if (this.#rows.get(subject) === undefined) return;
    for (const name of this.#specs.keys()) {
      this.#change(subject, name, (acts) => {
        const left = acts.map((act) => ({ ...act, mask: act.mask & mask })).filter((act) => act.mask !== 0);
        acts.splice(0, acts.length, ...left);
      });
    }
  }

  #change(subject: string, name: string, change: (acts: Act[]) => void): void {
    const row = this.#rows.edit(subject, () => ({}));
    const acts = (row[name] ??= []);
    const before = learnable(acts);
    change(acts);
    this.#derived(name)?.change(before, learnable(acts));
    if (acts.length === 0) delete row[name];
    if (Object.keys(row).length === 0) this.#rows.delete(subject);
  }

  #derived(name: string): Derived | undefined {
    return this.#places.get(name) ?? this.#baskets.get(name) ?? this.#odds.get(name);
  }

  *#learnable(name: string): Iterable<readonly Act[]> {
    for (const [, row] of this.#rows.rows()) yield learnable(row[name] ?? []);
  }
}

function learnable(acts: readonly Act[]): Act[] {
  return acts.filter(({ mask }) => (mask & bitOf('train')) !== 0);
}

function weightsOf({ weights, centres }: { readonly weights: readonly number[]; readonly centres: readonly number[] }): PlaceWeights {
  return { weights: Float64Array.from(weights), centres: Float64Array.from(centres) };
}

/** The item of a type that does not count as interest. */
function itemProperty(event: BehaviourEvent, position: number, registry: Registry): string | undefined {
  const name = registry.known(event.type, position)?.type.item;
  const value = name === undefined ? undefined : event.properties[name];
  return typeof value === 'string' ? value : undefined;
}
