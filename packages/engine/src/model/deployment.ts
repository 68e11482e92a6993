// What a deployment says of itself: where it is used, in which parts of life, for what. Law gates (consent/law-gates.ts) hold it, and the
// event types and decision points that are really there, to the law before anything starts. What is not said is taken at its strictest.
import type { Purpose } from './purpose.js';

/** The part of life in which data arises, or in which a decision is used. */
export const sectors = ['retail', 'travel', 'finance', 'health', 'media', 'home', 'work', 'education', 'public_services', 'other'] as const;
export type Sector = (typeof sectors)[number];

/** Uses that the law speaks of by name. Declaring one is how a host says that it does it, whatever its event types are called. */
export const uses = [
  'ranking',
  'offers',
  'itineraries',
  'care_plans',
  'fraud_holds',
  'emotion_inference',
  'sensitive_biometric_categorisation',
  'social_scoring',
] as const;
export type Use = (typeof uses)[number];

/** What is said of one decision point beyond what the engine knows of it. */
export interface DeclaredPoint {
  readonly sector?: Sector;
  /** `significant`: a legal effect on the person, or one that is as grave (GDPR art. 22(1)): credit, a job, insurance, a locked account. */
  readonly effect?: 'none' | 'significant';
  /** Who looks at it again when the person asks, as an address that the person is given. */
  readonly human?: string;
  /** What an `assess` may bring about: a hold that is lifted again. `refusal` is what no gate lets start. */
  readonly brings?: 'hold' | 'refusal';
  /** The event types that it goes by; all when absent. */
  readonly reads?: readonly string[];
}

export interface Deployment {
  /** Where the people are: country codes (ISO 3166) or `EU`. It is told in evidence; no gate is looser anywhere for it. */
  readonly region?: readonly string[];
  /** The parts of life in which it is used. Absent: unknown, hence every one. */
  readonly sectors?: readonly Sector[];
  /** Every purpose that it uses data for. Absent: those of its event types. */
  readonly purposes?: readonly Purpose[];
  readonly uses?: readonly Use[];
  /** In which part of life the events of a type arise; the only sector of the deployment when absent. */
  readonly eventTypes?: { readonly [name: string]: { readonly sector: Sector } };
  readonly points?: { readonly [name: string]: DeclaredPoint };
}
