// An event: one immutable fact. What stands in the log, in the order of positions.

/** Milliseconds since 1970-01-01 UTC, an integer. */
export type Ms = number;

/** A JSON object of a client's own fields. */
export type Properties = { readonly [key: string]: unknown };

export interface BehaviourEvent {
  /** The client's messageId: the idempotency key within one subject. */
  readonly id: string;
  /** The pseudonymous id that the event came with; null for facts about no person (items, ticks, registry). */
  readonly subject: string | null;
  readonly type: string;
  readonly occurredAt: Ms;
  readonly receivedAt: Ms;
  readonly source: string;
  readonly properties: Properties;
  /** Purposes that held for this subject and event type at the position where it was appended. 0xffff for facts about no person. */
  readonly mask: number;
}

/** A place in the log: an event, or the gap that redaction left. */
export type Entry = { readonly position: number; readonly event: BehaviourEvent } | { readonly position: number; readonly event: null };
