// The event types that the engine itself writes. They share the log, the order and the redaction of all other events.
import type { Channel } from './choice.js';
import type { BehaviourEvent } from './event.js';
import type { Purpose } from './purpose.js';

export const systemTypes = {
  consentChanged: 'consent.changed',
  basisDeclared: 'basis.declared',
  typeRegistered: 'type.registered',
  itemUpserted: 'item.upserted',
  itemRetired: 'item.retired',
  tick: 'tick',
  retentionCut: 'retention.cut',
  decisionMade: 'decision.made',
  choiceMade: 'choice.made',
  pointStopped: 'point.stopped',
  pointRestarted: 'point.restarted',
  exposure: 'exposure',
  outcome: 'outcome',
  identityLinked: 'identity.linked',
  identityUnlinked: 'identity.unlinked',
  eventCorrected: 'event.corrected',
  purposeForgotten: 'purpose.forgotten',
  personAddressed: 'person.addressed',
  erasureRecorded: 'erasure.recorded',
  erasureCompleted: 'erasure.completed',
  /** In logs from before the desk; written no more. */
  reviewRequested: 'review.requested',
  importProgress: 'import.progress',
  requestOpened: 'request.opened',
  requestChanged: 'request.changed',
  deviceRegistered: 'device.registered',
  recipientDisclosed: 'recipient.disclosed',
  noticeOwed: 'notice.owed',
  noticeAcknowledged: 'notice.acknowledged',
  modelTuned: 'model.tuned',
  modelPublished: 'model.published',
  planMade: 'plan.made',
  planJoined: 'plan.joined',
  definitionsChanged: 'definitions.changed',
  cutPointsPublished: 'cutpoints.published',
  adminActed: 'admin.acted',
  holdPlaced: 'hold.placed',
  holdEnded: 'hold.ended',
} as const;

export type SystemType = (typeof systemTypes)[keyof typeof systemTypes];

const known: ReadonlySet<string> = new Set(Object.values(systemTypes));

export function isSystemType(type: string): type is SystemType {
  return known.has(type);
}

/**
 * What a person chose for one purpose. `withdrawn` undoes a grant; `denied` refuses from the start; `objected` also overrides a lawful
 * basis.
 */
export type Choice = 'granted' | 'denied' | 'withdrawn' | 'objected';

/** What holds: a choice, or a grant that lapsed, though nobody refused, when two ids were linked. */
export type Held = Choice | 'lapsed';

export const choices: readonly Choice[] = ['granted', 'denied', 'withdrawn', 'objected'];

/** What a person asks for. */
export interface ConsentChange extends PlacedChange {
  readonly choices: { readonly [P in Purpose]?: Choice };
  /** The request carried a general objection (GPC): what that adds is found where the change is placed (consent/objection.ts). */
  readonly objects?: true;
}

/** Which text a person was shown when they chose: enough to find it again and to see that it is the same. */
export interface NoticeReference {
  readonly id: string;
  readonly version: string;
  /** BCP 47. */
  readonly language: string;
  /** Of the text in UTF-8, lower-case hex. */
  readonly sha256: string;
}

/** Properties of `consent.changed`: only what changed, each with where the person was asked. */
export interface PlacedChange {
  readonly choices: { readonly [P in Purpose]?: Held };
  readonly origin: string;
  /** true: everything of this person is frozen (GDPR art. 18): kept, but not read, learned from, or added to. false: no longer. */
  readonly restricted?: boolean;
  readonly notice?: NoticeReference;
  /** Purposes of which the request's general objection signal (GPC) speaks: what is chosen for them here is chosen in its hearing. */
  readonly signal?: readonly Purpose[];
}

/** Properties of `admin.acted`. An act that concerns a person stands in their stream, and goes with them. */
export interface AdminAct {
  readonly what:
    | 'key.created'
    | 'key.ended'
    | 'signing-key.rotated'
    | 'person.exported'
    | 'person.unmasked'
    | 'events.exported'
    | 'controller.declared'
    | 'breach.recorded'
    | 'kept.read'
    | 'kept.destroyed';
  /**
   * Id of the caller's key; `operator` for whoever has the data folder itself, or sits at a server without keys; `person` for what somebody
   * did with their own data in the portal.
   */
  readonly by: string;
  /** The reason that was given, or what is to be said about it; '' if nothing. */
  readonly why: string;
  /** What it was done to, if that is no person: the id of a key, a public key, a purpose, a controller, a class of what is kept by law. */
  readonly about: string;
}

/** Properties of `event.corrected`, in the subject's own stream: the event at position `at` is this one, and always was. */
export interface Correction {
  readonly at: number;
  readonly event: BehaviourEvent;
  /** Decisions for this person that would have started from something else. */
  readonly touched: readonly string[];
}

/**
 * Properties of `person.addressed`, in the subject's own stream: all that is kept of a decision whose purpose they withdrew, since caps
 * count it and protect them. It happened when the decision was made.
 */
export interface Addressed {
  readonly decision: string;
  readonly channel: Channel;
}

/** The lawful bases of GDPR art. 6(1) beside consent. */
export type LawfulBasis = 'contract' | 'legal_obligation' | 'vital_interests' | 'public_task' | 'legitimate_interests';

export const lawfulBases: readonly LawfulBasis[] = [
  'contract',
  'legal_obligation',
  'vital_interests',
  'public_task',
  'legitimate_interests',
];

/** Properties of `basis.declared`: the deployment says, with its reason, that a basis other than consent holds. */
export interface BasisDeclaration {
  readonly eventType: string;
  readonly purpose: Purpose;
  readonly basis: LawfulBasis;
  readonly reason: string;
  /**
   * Of a legal obligation alone: for so many days after it happened an event of this type has to be kept, also when its person is erased.
   * `reason` then names the obligation.
   */
  readonly keepDays?: number;
  /** From when they count: when it happened (if absent), or the end of that calendar year. */
  readonly keepFrom?: KeepFrom;
}

export const keepFroms = ['event', 'year_end'] as const;
export type KeepFrom = (typeof keepFroms)[number];

/** Properties of `hold.placed` and `hold.ended`, in the subject's own stream: nothing of this person is destroyed in between. */
export interface LegalHold {
  readonly hold: string;
  /** Who answers for it, by name. */
  readonly by: string;
  readonly reason: string;
}

/**
 * Properties of `point.stopped`: harm was proven at a decision point, so nothing is done at it any more. About no person: counts and
 * rates.
 */
export interface PointStop {
  readonly point: string;
  /** Where it showed: a group, or null for everybody. */
  readonly group: string | null;
  /** Lower bound of the difference in the rate of harm against the holdout. */
  readonly low: number;
  readonly n: number;
}

/** Properties of `point.restarted`: a named human answers for starting it again. */
export interface PointRestart {
  readonly point: string;
  readonly by: string;
  readonly reason: string;
}
