// What an engine is opened with, and the two short views that it gives of itself: a person's profile, its own health.
import type { ErrorCode } from '../base/errors.js';
import type { ChoicePoint } from '../model/choice.js';
import type { DecisionPoint } from '../model/decision-point.js';
import type { Definitions } from '../model/definitions.js';
import type { Deployment } from '../model/deployment.js';
import type { EventType } from '../model/event-type.js';
import type { Standing } from '../consent/standing.js';
import type { PlanPoint } from '../model/plan.js';
import type { Disk } from '../ports/disk.js';
import type { Entropy } from '../ports/entropy.js';
import type { HashStore } from '../ports/hash-store.js';
import type { KeptStore } from '../ports/kept-store.js';
import type { Keys } from '../ports/keys.js';
import type { Proofs } from '../ports/proofs.js';
import type { Signer } from '../ports/signer.js';
import type { Guardrail, ReasonTexts } from '../pack/pack.js';
import type { CoreOptions } from './core.js';
import type { Progress } from './recover.js';
import type { PersonSegment } from './segmentation.js';

export interface EngineOptions extends CoreOptions {
  readonly entropy: Entropy;
  /** The key store beneath the log: closed with the engine. */
  readonly keys: Keys;
  /** Where the ledger's tree lies, and who signs for it; in memory, and a key of this opening, if absent. */
  readonly hashes?: HashStore;
  readonly signer?: Signer;
  /** What a law obliges to keep of people who were erased. */
  readonly kept: KeptStore;
  /** Where log, keys and the list of the erased lie as files: what a backup copies. */
  readonly disk?: Disk;
  /** Seals and checks what proves who asks; without it only the host vouches for people. */
  readonly proofs?: Proofs;
  /** Event types of the tenant; the shop's vocabulary if absent. */
  readonly eventTypes?: readonly EventType[];
  readonly points?: readonly DecisionPoint[];
  /** Where and for what it is used. What is not said is taken at its strictest (consent/law-gates.ts). */
  readonly deployment?: Deployment;
  /** Points at which one action is chosen. One that may not be (docs/influence.md) makes `open` reject. */
  readonly choicePoints?: readonly ChoicePoint[];
  /** Points at which a course is planned. */
  readonly planPoints?: readonly PlanPoint[];
  /** Traits, segments and cut points; those in the log if absent. Others than those in the log fold it anew. */
  readonly definitions?: Definitions;
  /** Rules of packs over what a decision point may answer, and their texts of reasons. */
  readonly guardrails?: readonly Guardrail[];
  readonly reasons?: ReasonTexts;
  /** Called once when a write or sync failed, or an assertion of the fold did not hold: the process must stop and reopen from disk. */
  readonly onHalt?: (error: unknown) => void;
  readonly onReplay?: Progress;
  readonly checkpointMs?: number;
  readonly compactEveryMs?: number;
  /** 0 turns time ticks off (imports). */
  readonly tickMs?: number;
}

export interface ProfileView {
  readonly subject: string;
  /** All ids of the person, in order. */
  readonly ids: readonly string[];
  readonly consent: Standing | null;
  /** As they are kept: days as numbers since 1970, moments as ms. */
  readonly traits: { readonly [name: string]: unknown };
  /** The same to read: dates, whole units. */
  readonly told: { readonly [name: string]: string };
  /** The segments that they are in, or were in lately. */
  readonly segments: readonly PersonSegment[];
  readonly events: number;
}

export interface Health {
  /** `degraded`: it takes events, but what it owes people is past its date. `stopped`: after a failed write. */
  readonly status: 'ok' | 'degraded' | 'stopped';
  readonly events: number;
  readonly waitingEvents: number;
  readonly items: number;
  readonly visits: number;
  /** Those that rank. */
  readonly points: readonly string[];
  /** All of them, with their kinds: which route asks them (`plan` has its own). */
  readonly decisionPoints: readonly { readonly name: string; readonly kind: 'rank' | 'choose' | 'plan' }[];
  readonly durability: 'durable';
  /** Requests of people, notices to recipients, and erasures whose bytes should be destroyed by now, past their date. */
  readonly overdue: { readonly requests: number; readonly notices: number; readonly erasures: number };
  /** Why bytes that are due were not destroyed or sealed when that was last tried; null: they were. It is tried again. */
  readonly failing: ErrorCode | null;
}
