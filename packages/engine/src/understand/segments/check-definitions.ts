// Are definitions what they must be? Everything that is wrong is named, with the place as a JSON pointer: a trait that is not there, a
// condition that reads what was kept for another purpose, a look back that is too long.
// Invariant: what passes here never fails while it is folded.
import { limits } from '../../base/limits.js';
import type { CutPointSpec, Definitions, Predicate, SegmentSpec, TraitSpec } from '../../model/definitions.js';
import { isPurpose, type Purpose } from '../../model/purpose.js';
import type { Trait, TraitKind } from '../trait.js';

export interface DefinitionProblem {
  readonly code:
    | 'shape'
    | 'name_taken'
    | 'purpose_unknown'
    | 'trait_unknown'
    | 'trait_kind'
    | 'trait_purpose'
    | 'range'
    | 'too_many'
    | 'cuts_unknown';
  /** JSON pointer. */
  readonly field: string;
  readonly sentence: string;
}

interface Known {
  readonly kind: TraitKind;
  readonly purpose: Purpose;
}

/** Values stand under their names in objects, and every object has a `constructor` already. */
export const namePattern = /^(?!constructor$)[a-z][a-z0-9_]{0,63}$/;

export function checkDefinitions(
  definitions: Definitions,
  builtIn: readonly Pick<Trait, 'name' | 'kind' | 'purpose'>[],
): DefinitionProblem[] {
  return new Check(definitions, builtIn).problems;
}

class Check {
  readonly problems: DefinitionProblem[] = [];
  readonly #traits = new Map<string, Known>();
  readonly #cutPoints = new Map<string, CutPointSpec>();
  #nodes = 0;

  constructor({ traits, segments, cutPoints }: Definitions, builtIn: readonly Pick<Trait, 'name' | 'kind' | 'purpose'>[]) {
    for (const { name, kind, purpose } of builtIn) this.#traits.set(name, { kind, purpose });
    traits.forEach((spec, at) => this.#trait(spec, `/traits/${at}`));
    cutPoints.forEach((spec, at) => this.#cuts(spec, `/cutPoints/${at}`));
    if (segments.length > limits.segmentsMax) this.#say('too_many', '/segments', `more than ${limits.segmentsMax} segments`);
    const names = new Set<string>();
    segments.forEach((spec, at) => this.#segment(spec, `/segments/${at}`, names));
  }

  #say(code: DefinitionProblem['code'], field: string, sentence: string): void {
    this.problems.push({ code, field, sentence });
  }

  #named(name: string, purpose: string, field: string, taken: { has: (name: string) => boolean }): void {
    this.#plain(name, field, taken);
    if (!isPurpose(purpose)) this.#say('purpose_unknown', `${field}/purpose`, 'it is kept for no declared purpose');
  }

  #plain(name: string, field: string, taken: { has: (name: string) => boolean }): void {
    if (typeof name !== 'string' || !namePattern.test(name))
      this.#say('shape', `${field}/name`, 'a name is lower case, digits and underscores, and not constructor');
    else if (taken.has(name)) this.#say('name_taken', `${field}/name`, `${name} is there already`);
  }

  /** What is named twice would count twice. */
  #once(types: readonly string[], field: string): void {
    if (new Set(types).size < types.length) this.#say('shape', `${field}/of`, 'an event type is named once');
  }

  #trait(spec: TraitSpec, field: string): void {
    this.#named(spec.name, spec.purpose, field, this.#traits);
    if (spec.kind === 'sum' && !(Number.isSafeInteger(spec.scale) && spec.scale >= 1 && spec.scale <= 1_000_000))
      this.#say('range', `${field}/scale`, 'a scale is an integer from 1 to 1,000,000');
    if ((spec.kind === 'hours' || spec.kind === 'window') && !isDays(spec.days, limits.counterDays))
      this.#say('range', `${field}/days`, `days are an integer from 1 to ${limits.counterDays}`);
    if (spec.kind === 'sequence' && !(Number.isSafeInteger(spec.max) && spec.max >= 1 && spec.max <= limits.traitSequenceMax))
      this.#say('range', `${field}/max`, `a sequence keeps 1 to ${limits.traitSequenceMax} values`);
    this.#traits.set(spec.name, { kind: spec.kind, purpose: spec.purpose });
  }

  #cuts(spec: CutPointSpec, field: string): void {
    this.#named(spec.name, spec.purpose, field, this.#cutPoints);
    this.#days(spec.days, field);
    if (!(Number.isSafeInteger(spec.bands) && spec.bands >= 2 && spec.bands <= 10))
      this.#say('range', `${field}/bands`, 'there are 2 to 10 bands');
    const measured = new Set<string>();
    spec.measures.forEach(({ name, as, trait, of }, at) => {
      this.#plain(name, `${field}/measures/${at}`, measured);
      measured.add(name);
      this.#once(of, `${field}/measures/${at}`);
      const kinds: readonly TraitKind[] = as === 'recency' ? ['recency'] : as === 'sum' ? ['sum'] : ['counter'];
      this.#reads(trait, kinds, spec.purpose, `${field}/measures/${at}/trait`);
    });
    this.#cutPoints.set(spec.name, spec);
  }

  #segment(spec: SegmentSpec, field: string, names: Set<string>): void {
    this.#named(spec.name, spec.purpose, field, names);
    names.add(spec.name);
    this.#nodes = 0;
    this.#predicate(spec.when, spec.purpose, `${field}/when`, 0);
    if (this.#nodes > limits.predicateNodesMax) this.#say('too_many', `${field}/when`, `more than ${limits.predicateNodesMax} conditions`);
  }

  #predicate(when: Predicate, purpose: Purpose, field: string, depth: number): void {
    this.#nodes += 1;
    if (depth > limits.predicateDepthMax) return this.#say('too_many', field, `deeper than ${limits.predicateDepthMax}`);
    if (typeof when !== 'object' || when === null) return this.#say('shape', field, 'a condition is an object');
    if ('all' in when) return when.all.forEach((part, at) => this.#predicate(part, purpose, `${field}/all/${at}`, depth + 1));
    if ('any' in when) return when.any.forEach((part, at) => this.#predicate(part, purpose, `${field}/any/${at}`, depth + 1));
    if ('not' in when) return this.#predicate(when.not, purpose, `${field}/not`, depth + 1);
    if ('band' in when) return this.#band(when, purpose, field);
    this.#days(when.days, field);
    if ('of' in when) this.#once(when.of, field);
    if ('count' in when) this.#reads(when.count, ['counter', 'sum'], purpose, `${field}/count`);
    else if ('seen' in when) this.#reads(when.seen, ['recency'], purpose, `${field}/seen`);
    else if ('times' in when) this.#reads(when.times, ['window'], purpose, `${field}/times`);
    else if ('last' in when) this.#reads(when.last, ['last_value'], purpose, `${field}/last`);
    else if ('sequence' in when) this.#reads(when.sequence, ['sequence'], purpose, `${field}/sequence`);
    else this.#say('shape', field, 'it is none of all, any, not, count, seen, times, last, sequence, band');
  }

  #band({ band, measure }: Extract<Predicate, { readonly band: string }>, purpose: Purpose, field: string): void {
    const spec = this.#cutPoints.get(band);
    if (spec === undefined) return this.#say('cuts_unknown', `${field}/band`, `there are no cut points of the name ${band}`);
    if (spec.purpose !== purpose) this.#say('trait_purpose', `${field}/band`, `its cut points are kept for ${spec.purpose}`);
    if (!spec.measures.some(({ name }) => name === measure))
      this.#say('cuts_unknown', `${field}/measure`, `${band} measures no ${measure}`);
  }

  #reads(trait: string, kinds: readonly TraitKind[], purpose: Purpose, field: string): void {
    const known = this.#traits.get(trait);
    if (known === undefined) return this.#say('trait_unknown', field, `there is no trait ${trait}`);
    if (!kinds.includes(known.kind)) this.#say('trait_kind', field, `${trait} is a ${known.kind}, not a ${kinds.join(' or ')}`);
    if (known.purpose !== purpose) this.#say('trait_purpose', field, `${trait} is kept for ${known.purpose}, not for ${purpose}`);
  }

  #days(days: number, field: string): void {
    if (!isDays(days, limits.segmentDaysMax)) this.#say('range', `${field}/days`, `days are an integer from 1 to ${limits.segmentDaysMax}`);
  }
}

function isDays(days: number, most: number): boolean {
  return Number.isSafeInteger(days) && days >= 1 && days <= most;
}
