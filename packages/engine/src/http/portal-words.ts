// What the portal says, in each language. Plain words: what is done and what for; one thing a sentence, no persuasion, no fright.
// Invariant: every language says everything (the type holds that), and a test that each has texts of its own.
import type { ChoiceRecord, GuardrailRule } from '../model/choice.js';
import type { DataCategory } from '../model/event-type.js';
import type { Reason } from '../model/decision.js';
import type { LawfulBasis } from '../model/system-event.js';
import type { Pace, PlanReasonKind, PlanRule } from '../model/plan.js';
import type { Purpose } from '../model/purpose.js';
import type { RequestKind } from '../model/request.js';
import type { TraitKind } from '../understand/trait.js';
import { ar } from './portal-words-ar.js';
import { de } from './portal-words-de.js';
import { en } from './portal-words-en.js';
import { fr } from './portal-words-fr.js';

/** What a form has brought about, as the page says it afterwards. */
export type Done = 'chosen' | 'corrected' | 'unchanged' | 'frozen' | 'thawed' | 'asked' | 'nothing' | 'failed';

/** Why an account was not let in: codes of base/errors.ts. */
export type AccountRefusal = 'account_refused' | 'account_unreachable' | 'account_unknown';

/** Names of items, put together in the way of the language. */
export type Listed = string;

/** What is said of a plan. */
interface PlanWords {
  readonly planned: (stops: Listed) => string;
  readonly plannedEmpty: string;
  readonly plannedNone: (items: Listed, rule: string) => string;
  readonly how: string;
  readonly changed: string;
  readonly stops: string;
  readonly mustSee: string;
  readonly speaks: (reasons: Listed) => string;
  readonly people: (count: string) => string;
  readonly reasons: Readonly<Record<PlanReasonKind, string>>;
  readonly usedWishes: string;
  readonly usedLately: string;
  readonly usedPlaces: string;
  readonly usedAsked: string;
  readonly usedGroup: (count: string) => string;
  readonly stopWishes: string;
  readonly joined: string;
  readonly joinedBy: string;
  readonly joinedBudget: (amount: string) => string;
  readonly joinedPace: Readonly<Record<Pace, string>>;
  readonly joinedMustSee: (items: Listed) => string;
  readonly joinedAvoid: (items: Listed) => string;
  readonly joinedLately: (items: Listed) => string;
  readonly leftOut: string;
  readonly rules: Readonly<Record<PlanRule, string>>;
  /** Of several must-sees of which none breaks the rule alone. */
  readonly together: { readonly [R in PlanRule]?: string };
}

export interface PortalWords {
  readonly dir: 'ltr' | 'rtl';
  /** The language's own name. */
  readonly name: string;
  readonly quote: (text: string) => string;
  readonly skip: string;
  readonly language: string;
  readonly leave: string;
  readonly back: string;
  readonly title: string;
  readonly lead: string;
  readonly as: (id: string) => string;
  readonly linked: (ids: Listed) => string;
  readonly done: Readonly<Record<Done, string>>;

  readonly purposes: string;
  readonly purposesLead: string;
  readonly signal: string;
  readonly allow: string;
  readonly refuse: string;
  readonly allowAll: string;
  readonly refuseAll: string;
  readonly every: string;
  readonly allowed: (date: string) => string;
  readonly refused: (date: string) => string;
  readonly silent: string;
  readonly basis: (name: string, reason: string) => string;
  readonly bases: Readonly<Record<LawfulBasis, string>>;
  readonly purpose: Readonly<Record<Purpose, readonly [name: string, sentence: string]>>;
  readonly choicesFile: string;

  readonly known: string;
  readonly nothingKnown: string;
  readonly traits: Readonly<Record<string, string>>;
  /** What the traits of a pack are called, before their own names. */
  readonly traitKinds: Readonly<Record<TraitKind, string>>;
  /** What event types are called; others by their own names. */
  readonly types: Readonly<Record<string, string>>;
  readonly did: string;
  readonly columns: readonly [what: string, times: string, from: string, purpose: string, category: string];
  readonly newest: (count: string) => string;
  readonly seeEach: string;
  readonly categories: Readonly<Record<DataCategory, string>>;
  readonly received: string;
  readonly receivedBy: (names: Listed) => string;
  readonly nobody: string;

  readonly decisions: string;
  readonly noDecisions: string;
  readonly emptyAnswer: string;
  readonly noneAmong: (count: string) => string;
  readonly chose: (action: string) => string;
  readonly choseNothing: string;
  readonly why: string;
  readonly first: (item: string) => string;
  readonly reasons: Readonly<Record<Reason['kind'], (item: string, people: number | undefined) => string>>;
  /** Where the item in first place was itself looked at in the visit. */
  readonly reasonsOfItself: Readonly<Record<'visits_like_yours' | 'went_on_to', (people: number | undefined) => string>>;
  readonly hadYouNot: (items: Listed, instead: string) => string;
  readonly hadThePage: (instead: string) => string;
  readonly hadItNot: (item: string, instead: string) => string;
  readonly nothingChanges: string;
  readonly notAgain: string;
  readonly movedOn: string;
  /** Stands in hadYouNot for the whole visit. */
  readonly usedBefore: string;
  readonly used: string;
  readonly usedVisit: (items: Listed) => string;
  readonly usedOthers: string;
  readonly usedShop: string;
  readonly notUsed: string;
  readonly unusedBefore: string;
  readonly unusedKinds: (kinds: Listed) => string;
  readonly unusedPeople: string;
  readonly stopVisit: string;
  readonly stopOthers: string;
  readonly choiceChance: (percent: string) => string;
  readonly choiceEven: (count: string) => string;
  readonly choiceOnly: string;
  readonly choiceHeld: Readonly<Record<NonNullable<ChoiceRecord['held']>, string>>;
  readonly usedPerson: string;
  readonly usedOutcomes: string;
  readonly usedMoment: string;
  readonly usedTrial: (name: string) => string;
  readonly stopPerson: string;
  readonly stopTrial: string;
  readonly leftOut: string;
  readonly rules: Readonly<Record<GuardrailRule, string>>;
  readonly plan: PlanWords;

  readonly events: string;
  readonly eventsLead: string;
  readonly older: string;
  readonly newer: string;
  readonly error: string;
  readonly misfit: (name: string) => string;
  readonly changedMeanwhile: (name: string) => string;
  readonly correct: string;
  readonly correctLead: string;
  readonly save: string;

  readonly rights: string;
  readonly download: string;
  readonly downloadLead: string;
  readonly object: string;
  readonly objectLead: string;
  readonly human: string;
  readonly humanLead: string;
  readonly humanWish: string;
  readonly requests: string;
  readonly requestKinds: Readonly<Record<RequestKind, string>>;
  readonly requestAsked: (date: string) => string;
  readonly requestDue: (date: string) => string;
  readonly requestLate: (date: string) => string;
  readonly requestSteps: Readonly<Record<'extended' | 'answered' | 'refused', (date: string) => string>>;
  readonly requestSee: string;
  readonly requestSaid: string;
  readonly requestAbout: string;
  readonly freeze: string;
  readonly freezeLead: string;
  readonly thaw: string;
  readonly forget: string;
  readonly forgetLead: string;
  readonly forgetSure: string;
  readonly forgetWhat: readonly string[];

  readonly receipt: string;
  /** Numbers as they are written, and as they are counted, which the language's words go by. */
  readonly forgotten: (events: string, date: string, count: number) => string;
  readonly deadline: (date: string) => string;
  readonly completed: (date: string) => string;
  readonly receiptNumber: string;
  readonly keepReceipt: string;
  readonly cannotProve: string;
  readonly receiptFile: string;
  readonly receiptOwn: string;
  readonly receiptCheck: string;

  readonly kept: string;
  readonly keptLead: readonly string[];
  /** What is kept of somebody on whom a hold is. */
  readonly keptAll: string;
  readonly keptCount: string;
  readonly keptWhy: string;
  readonly keptDuty: (law: string) => string;
  readonly keptHold: (id: string) => string;
  readonly keptUntil: string;
  readonly keptDay: (day: string) => string;
  readonly keptOpen: string;
  readonly keptUnproved: string;

  readonly enterTitle: string;
  readonly enterLead: string;
  readonly enter: string;
  readonly account: string;
  readonly accountLead: string;
  readonly accountTitle: string;
  readonly accountRefusals: Readonly<Record<AccountRefusal, string>>;
  readonly endedTitle: string;
  readonly endedLead: string;
  readonly endedWrote: string;
  readonly visitEnds: (minutes: string, count: number) => string;
}

export const portalLanguages = { en, de, fr, ar } as const;
export type PortalLanguage = keyof typeof portalLanguages;

export function isPortalLanguage(tag: string | undefined): tag is PortalLanguage {
  return tag !== undefined && Object.hasOwn(portalLanguages, tag);
}

/** The language that was asked for; else the first of Accept-Language (RFC 9110, 12.5.4) that there is; else English. */
export function languageOf(asked: string | undefined, accepted: string | undefined): PortalLanguage {
  if (isPortalLanguage(asked)) return asked;
  const ranked = (accepted ?? '').split(',').map((part, place) => {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const quality = Number(parameters.map((each) => /^ *q=([\d.]+) *$/.exec(each)?.[1]).find((each) => each !== undefined) ?? 1);
    return { tag: tag.split('-')[0] ?? '', quality, place };
  });
  ranked.sort((a, b) => b.quality - a.quality || a.place - b.place);
  const best = ranked.find(({ tag, quality }) => quality > 0 && isPortalLanguage(tag))?.tag;
  return isPortalLanguage(best) ? best : 'en';
}
