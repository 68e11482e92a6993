// Why: a decision's record in sentences, for the operator and for the person. Sentences are made from the reasons when they are read, so
// that the log holds facts, not prose; they name no other person, and numbers of people only from five upwards.
import type { DecisionRecord, ExclusionRule, RankedItem, Reason } from '../model/decision.js';
import type { Became } from '../influence/decisions.js';
import { permissionOf } from './permission.js';
import { replay } from './replay.js';

export interface ItemWhy extends RankedItem {
  /** Its title, or its id where it has none. */
  readonly title: string;
  readonly why: readonly string[];
}

export interface Why extends Became {
  readonly decision: DecisionRecord;
  readonly summary: string;
  readonly items: readonly ItemWhy[];
  readonly exclusions: readonly string[];
  /** Does the answer follow from the record alone? */
  readonly reproducible: boolean;
}

type Naming = (item: string) => string;

const reasonSentence: Record<Reason['kind'], (reason: Reason, name: Naming) => string> = {
  visits_like_yours: (reason, name) =>
    `Because you viewed ${name(reason.item ?? '')}: ${people(reason.people)} with visits like this one viewed both.`,
  went_on_to: (reason, name) => `After ${name(reason.item ?? '')}, ${people(reason.people)} went on to it.`,
  further_on: (reason, name) => `Visits with ${name(reason.item ?? '')}, which is close to what you viewed, went further to it.`,
  bought_with: (reason, name) => `It is bought together with ${name(reason.item ?? '')}.`,
  other: () => 'And smaller signs of the same kind.',
  popular: () => 'It is among the most viewed now.',
  in_catalogue: () => 'It is in the catalogue; nothing else is known yet.',
  pinned: () => 'It was placed here by the shop.',
};

/** What is said where the item itself was viewed in the visit: "both" would be the same one. */
const ownSentence: { readonly [K in Reason['kind']]?: (reason: Reason) => string } = {
  visits_like_yours: (reason) => `Because you viewed it in this visit: ${people(reason.people)} with visits like this one viewed it, too.`,
  went_on_to: (reason) => `After a first look, ${people(reason.people)} stayed with it.`,
};

function people(count: number | undefined): string {
  return count === undefined ? 'a few people' : `${count} people`;
}

const exclusionSentence: Record<ExclusionRule, string> = {
  request: 'left out at the request of the page',
  out_of_stock: 'out of stock',
  not_valid: 'not on offer now',
  retired: 'taken out of the catalogue',
  filter: 'not matching the filter',
};

const contextualSentence: Record<NonNullable<DecisionRecord['contextualBecause']>, string> = {
  no_subject: 'Nobody was named, so only the request itself was used.',
  no_grant:
    'There is no permission to personalise for this person, so nothing about them was used or kept: only the request itself was used.',
  superseded: 'The person changed their consent while this was being decided, so nothing about them was used.',
  objection_signal: 'The request carried an objection signal, so nothing about the person was used.',
};

/** Texts in place of ours, by kind of reason: `{item}` and `{people}` stand for what the reason says. */
export type Texts = { readonly [K in Reason['kind']]?: string };

export function sentences(item: RankedItem, name: Naming, texts: Texts = {}): string[] {
  return item.reasons.map((reason) => {
    const text = texts[reason.kind];
    if (text === undefined) {
      const own = reason.item === item.item ? ownSentence[reason.kind] : undefined;
      return own === undefined ? reasonSentence[reason.kind](reason, name) : own(reason);
    }
    return text.replaceAll('{item}', () => name(reason.item ?? '')).replaceAll('{people}', () => people(reason.people));
  });
}

export function summary(record: DecisionRecord): string {
  if (record.contextualBecause !== undefined) return contextualSentence[record.contextualBecause];
  const items = new Set(record.inputs).size;
  const views = items === 1 ? 'the item' : `the ${items} items`;
  return record.inputs.length === 0
    ? `${record.basis === undefined ? 'Permission' : 'A declared basis'} holds, but nothing is known yet: this is what is popular now.`
    : `Ranked from ${views} of the current visit, ${permissionOf(record.basis, "with the person's permission to personalise")}.`;
}

/** A ranking in sentences. */
export function tellRanking(record: DecisionRecord, name: Naming, texts: Texts = {}): Pick<Why, 'summary' | 'items' | 'exclusions'> {
  return {
    summary: summary(record),
    items: record.answer.map((item) => ({ ...item, title: name(item.item), why: sentences(item, name, texts) })),
    // keys of the record are the rules
    exclusions: Object.entries(record.excluded).map(([rule, count]) => `${count} ${exclusionSentence[rule as ExclusionRule]}`),
  };
}

export function explain(record: DecisionRecord, became: Became, name: Naming, texts: Texts = {}): Why {
  return {
    decision: record,
    ...tellRanking(record, name, texts),
    ...became,
    reproducible: replay(record).length === 0,
  };
}
