// Law gates: what the engine refuses to start, as a table. Each row names the rule, the article, what it looks at and what mends it. A row
// looks at the registered event types and decision points themselves where they tell, and at the deployment's own words where they do not.
// Invariant: unknown is taken at its strictest; no region makes a gate looser (docs/decisions.md). Non-goal: legal advice. What is listed
// here does not start; what starts is not lawful for that reason.
//
// Sources: Regulation (EU) 2024/1689 (AI Act) art. 5(1)(c), (f), (g); Regulation (EU) 2016/679 (GDPR) art. 5(1)(b), 9, 22.
import type { Deployment, Sector, Use } from '../model/deployment.js';
import type { DataCategory, EventType, PersonalMeaning } from '../model/event-type.js';
import { isPurpose, type Purpose } from '../model/purpose.js';

/** A decision point of any kind. */
export interface LawPoint {
  readonly name: string;
  readonly kind: string;
}

/** All that a gate looks at. */
export interface LawContext {
  readonly deployment: Deployment;
  readonly types: readonly EventType[];
  readonly points: readonly LawPoint[];
}

export interface LawGate {
  readonly rule: string;
  readonly article: string;
  /** What does not start, as a sentence. */
  readonly forbids: string;
  readonly remedy: string;
  /** What breaks the rule, each as `event type NAME`, `decision point NAME` or `use NAME`, with what is wrong; empty when nothing does. */
  readonly check: (context: LawContext) => readonly string[];
}

export interface LawBreach {
  readonly rule: string;
  readonly article: string;
  readonly forbids: string;
  readonly remedy: string;
  readonly found: readonly string[];
}

const special: ReadonlySet<DataCategory> = new Set<DataCategory>(['health', 'biometric', 'emotion']);

/** What AI Act art. 5(1)(g) names. */
const sensitive: ReadonlySet<PersonalMeaning> = new Set<PersonalMeaning>([
  'race',
  'political_opinions',
  'trade_union_membership',
  'beliefs',
  'sex_life',
]);

const noEmotionsIn: ReadonlySet<Sector> = new Set<Sector>(['work', 'education']);

export const lawGates: readonly LawGate[] = [
  {
    rule: 'emotion_at_work_or_school',
    article: 'AI Act art. 5(1)(f)',
    forbids: 'Emotions of people are not inferred at work or in education.',
    remedy: [
      'Take out the event types and uses about emotions, or name the sectors of the deployment without work and education.',
      'The exception for medical and safety reasons is not offered.',
    ].join(' '),
    check: (context) => {
      const { sectors } = context.deployment;
      const where = sectors === undefined ? 'no sectors are declared, so any' : sectors.filter((each) => noEmotionsIn.has(each)).join(', ');
      if (where === '') return [];
      const types = context.types.filter(tellsEmotion).map(({ name }) => `event type ${name} (in ${where})`);
      return [...types, ...declared(context, 'emotion_inference').map((each) => `${each} (in ${where})`)];
    },
  },
  {
    rule: 'sensitive_biometric_categorisation',
    article: 'AI Act art. 5(1)(g)',
    forbids: 'Nobody is sorted by their body into race, opinions, union membership, beliefs or sex life.',
    remedy: 'Take the property out of the biometric event type, and the use out of the deployment.',
    check: (context) => [
      ...context.types.flatMap((type) =>
        type.category !== 'biometric' && type.category !== 'emotion'
          ? []
          : meaningsOf(type)
              .filter(([, meaning]) => sensitive.has(meaning))
              .map(([property, meaning]) => `event type ${type.name} (${property} means ${meaning})`),
      ),
      ...declared(context, 'sensitive_biometric_categorisation'),
    ],
  },
  {
    rule: 'social_scoring',
    article: 'AI Act art. 5(1)(c)',
    forbids: 'Nobody is assessed in one part of life by what they did in another.',
    remedy: [
      'Let the decision point read event types of its own sector only (points.NAME.reads),',
      'and say for each type in which sector it arises (eventTypes.NAME.sector).',
    ].join(' '),
    check: (context) => [
      ...context.points.filter(assesses).flatMap((point) => foreignTo(point, context)),
      ...declared(context, 'social_scoring'),
    ],
  },
  {
    rule: 'special_categories_by_consent',
    article: 'GDPR art. 9(1), 9(2)(a)',
    forbids: 'Health, biometric and emotion data are used with the explicit consent of the person only, never on a declared basis.',
    remedy: 'Register each purpose of the event type as `consent`.',
    check: ({ types }) =>
      types
        .filter(({ category }) => special.has(category))
        .flatMap((type) =>
          purposesOf(type).flatMap(([purpose, how]) => (how === 'declared' ? [`event type ${type.name} (${purpose})`] : [])),
        ),
  },
  {
    rule: 'health_for_fraud',
    article: 'GDPR art. 5(1)(b), 9',
    forbids: 'Health and emotion data are not used to look for fraud.',
    remedy: 'Take the purpose `fraud` out of the event type.',
    check: ({ types }) =>
      types
        .filter(({ category, purposes }) => (category === 'health' || category === 'emotion') && purposes.fraud !== undefined)
        .map(({ name }) => `event type ${name}`),
  },
  {
    rule: 'purposes_declared',
    article: 'GDPR art. 5(1)(b)',
    forbids: 'Data is not used for a purpose that the deployment does not name.',
    remedy: 'Name the purpose in `purposes` of the deployment, or take it out of the event type.',
    check: ({ deployment, types }) => {
      const named = deployment.purposes;
      if (named === undefined) return [];
      return types.flatMap((type) =>
        purposesOf(type).flatMap(([purpose]) => (named.includes(purpose) ? [] : [`event type ${type.name} (${purpose})`])),
      );
    },
  },
  {
    rule: 'human_path',
    article: 'GDPR art. 22(1), 22(3)',
    forbids: 'No decision with a significant effect on a person is left to the engine alone.',
    remedy: 'Name who looks at it again when the person asks (points.NAME.human), or give the decision no significant effect.',
    check: ({ deployment, points }) =>
      points
        .filter((point) => {
          const said = deployment.points?.[point.name];
          const isSignificant = said?.effect === 'significant' || (said?.effect === undefined && assesses(point));
          return isSignificant && (said?.human ?? '').trim() === '';
        })
        .map(({ name }) => `decision point ${name}`),
  },
  {
    rule: 'assess_only_holds',
    article: 'GDPR art. 22(1)',
    forbids: 'An assessment may hold something back for a while; it refuses nobody.',
    remedy: 'Let the decision point bring about a hold (points.NAME.brings: hold), which a person lifts or confirms.',
    check: ({ deployment, points }) =>
      points.filter((point) => deployment.points?.[point.name]?.brings === 'refusal').map(({ name }) => `decision point ${name}`),
  },
  {
    rule: 'declared_exists',
    article: 'GDPR art. 5(2)',
    forbids: 'A declaration about something that is not there proves nothing.',
    remedy: 'Correct the name, or register the event type or decision point that it means.',
    check: ({ deployment, types, points }) => {
      const names = new Set(types.map(({ name }) => name));
      const missing = (name: string): string[] => (names.has(name) ? [] : [`event type ${name}`]);
      const pointNames = new Set(points.map(({ name }) => name));
      return [
        ...Object.keys(deployment.eventTypes ?? {}).flatMap(missing),
        ...Object.entries(deployment.points ?? {}).flatMap(([name, { reads = [] }]) => [
          ...(pointNames.has(name) ? [] : [`decision point ${name}`]),
          ...reads.flatMap(missing),
        ]),
      ];
    },
  },
];

/** Every gate that the deployment does not pass, in the order of the table. */
export function lawBreaches(context: LawContext): LawBreach[] {
  return lawGates.flatMap(({ check, ...gate }) => {
    const found = check(context);
    return found.length === 0 ? [] : [{ ...gate, found }];
  });
}

/** A breach as the message that refuses the start: article, what was found, remedy. */
export function breachText({ rule, article, forbids, remedy, found }: LawBreach): string {
  return `${article}, rule ${rule}: ${forbids} Found: ${found.join('; ')}. Remedy: ${remedy}`;
}

function tellsEmotion(type: EventType): boolean {
  return type.category === 'emotion' || meaningsOf(type).some(([, meaning]) => meaning === 'emotion');
}

function meaningsOf({ properties }: EventType): (readonly [string, PersonalMeaning])[] {
  return Object.entries(properties).flatMap(([name, { means }]) => (means === undefined ? [] : [[name, means] as const]));
}

function purposesOf({ purposes }: EventType): (readonly [Purpose, 'consent' | 'declared'])[] {
  return Object.entries(purposes).flatMap(([purpose, how]) => (isPurpose(purpose) && how !== undefined ? [[purpose, how] as const] : []));
}

function declared({ deployment }: LawContext, use: Use): string[] {
  return deployment.uses?.includes(use) === true ? [`use ${use}`] : [];
}

/** Kinds of decision points that say something about a person, not about items. */
function assesses({ kind }: LawPoint): boolean {
  return kind === 'assess';
}

/** The event types that a point goes by although they arise in another sector than it decides in, or in one that nobody has named. */
function foreignTo(point: LawPoint, { deployment, types }: LawContext): string[] {
  const only = deployment.sectors?.length === 1 ? deployment.sectors[0] : undefined;
  const said = deployment.points?.[point.name];
  const at = said?.sector ?? only;
  const read = types.filter(({ name }) => said?.reads === undefined || said.reads.includes(name));
  return read.flatMap(({ name }) => {
    const from = deployment.eventTypes?.[name]?.sector ?? only;
    if (from !== undefined && from === at) return [];
    const reads = `decision point ${point.name} (in ${at ?? 'a sector that is not named'}) reads`;
    return [`${reads} event type ${name} (from ${from ?? 'one that is not named'})`];
  });
}
