// What became of decisions: where each stands in the log, and the exposures and outcomes joined to it.
// An exposure or outcome counts only for a decision of the same subject (or for a contextual one, which has none): one person's erasure
// then never changes another person's facts.
import { canonicalJson } from '../base/canonical-json.js';
import type { BehaviourEvent } from '../model/event.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from '../understand/fold.js';
import { correctionIn } from '../understand/history.js';

export interface DecisionRow {
  readonly position: number;
  readonly subject: string | null;
  /** [occurredAt, item or ''] of each exposure, in log order. */
  readonly exposures: [at: number, item: string][];
  readonly outcomes: [at: number, kind: string, item: string][];
  /** Position of the correction that took away what it started from. */
  readonly corrected?: number;
}

/** What became of a decision. */
export type Became = Pick<DecisionRow, 'exposures' | 'outcomes'>;

const nothingYet: Became = { exposures: [], outcomes: [] };

export class Decisions implements FoldPart {
  readonly name = 'decision';
  readonly hears = isSystemType;
  readonly #rows: Table<DecisionRow>;

  constructor(rows: Table<DecisionRow>) {
    this.#rows = rows;
  }

  get(id: string): Readonly<DecisionRow> | undefined {
    return this.#rows.get(id);
  }

  /** Nothing, when it is not known or not folded yet. */
  became(id: string): Became {
    const { exposures, outcomes } = this.#rows.get(id) ?? nothingYet;
    return { exposures, outcomes };
  }

  apply(event: BehaviourEvent, position: number): void {
    if (isDecision(event)) {
      this.#rows.set(event.id, { position, subject: event.subject, exposures: [], outcomes: [] });
      return;
    }
    const correction = correctionIn(event);
    if (correction !== undefined) return this.#touch(correction.touched, event.subject, position);
    if (event.type !== systemTypes.exposure && event.type !== systemTypes.outcome) return;
    const { decisionId, item, kind } = event.properties;
    if (typeof decisionId !== 'string') return;
    const known = this.#rows.get(decisionId);
    if (known === undefined || (known.subject !== null && known.subject !== event.subject)) return;
    if (known.subject === null && event.subject !== null) return;
    const row = this.#rows.edit(decisionId, () => ({ position: known.position, subject: known.subject, exposures: [], outcomes: [] }));
    const named = typeof item === 'string' ? item : '';
    if (event.type === systemTypes.exposure) row.exposures.push([event.occurredAt, named]);
    else row.outcomes.push([event.occurredAt, typeof kind === 'string' ? kind : '', named]);
  }

  withdraw(): void {
    // a decision stays a fact until it is redacted
  }

  forget(_subject: string, events: readonly { readonly event: BehaviourEvent }[]): void {
    for (const { event } of events) if (isDecision(event)) this.#rows.delete(event.id);
  }

  #touch(ids: readonly string[], subject: string | null, position: number): void {
    for (const id of ids) {
      const row = this.#rows.get(id);
      if (row !== undefined && row.subject === subject) this.#rows.set(id, { ...row, corrected: position });
    }
  }

  *dump(): Iterable<string> {
    for (const [id, row] of this.#rows.rows()) yield `${JSON.stringify(id)}\t${canonicalJson(row)}`;
  }
}

function isDecision({ type }: BehaviourEvent): boolean {
  return type === systemTypes.decisionMade || type === systemTypes.choiceMade || type === systemTypes.planMade;
}
