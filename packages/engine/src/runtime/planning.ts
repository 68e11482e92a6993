// Plan points of an engine: prepares, places and syncs plans. A plan is on disk before it is answered (law 5); consent of everybody in
// it is compared once more after the sync, and if it changed meanwhile, a plan from nobody's data takes its place, with a record of its
// own. The plan stands in the stream of its asker, each other member's part in that member's: one record of the log, so they are there
// together.
import { fail, ok, type Result } from '../base/result.js';
import { explainPlan, type PlanWhy } from '../answer/why-plan.js';
import { everyPurpose } from '../collect/sequencer.js';
import type { PlanDraft } from '../influence/plan.js';
import { checkPlan } from '../influence/plan-request.js';
import { joinedIn, planIn } from '../influence/plans.js';
import type { BehaviourEvent } from '../model/event.js';
import type { PlanJoined, PlanPoint, PlanRecord, PlanRequest } from '../model/plan.js';
import { systemTypes } from '../model/system-event.js';
import { guarded } from '../pack/combined.js';
import type { Guardrail } from '../pack/pack.js';
import type { Core } from './core.js';
import type { Decided } from './decided.js';
import type { Writer } from './writer.js';

export interface PlanningParts {
  readonly core: Core;
  readonly writer: Writer;
  readonly newId: () => string;
  readonly guardrails: readonly Guardrail[];
  readonly decided: Decided;
}

export class Planning {
  readonly #parts: PlanningParts;
  readonly #points: ReadonlyMap<string, PlanPoint>;

  constructor(parts: PlanningParts, points: readonly PlanPoint[]) {
    this.#parts = parts;
    this.#points = new Map(points.map((point) => [point.name, point]));
  }

  get points(): readonly PlanPoint[] {
    return [...this.#points.values()];
  }

  /**
   * Plans, or changes a plan. Resolves when the record is on disk. That there is no plan is a decision too (`refused`); fails with
   * point_unknown, body_shape, model_unknown, plan_windows, plan_start, plan_currency, plan_unknown, plan_done.
   */
  async plan(request: PlanRequest): Promise<Result<PlanRecord>> {
    const draft = this.prepare(request);
    return draft.ok ? await this.emit(draft.value) : draft;
  }

  /** First half: reads and plans. */
  prepare(request: PlanRequest): Result<PlanDraft> {
    const point = this.#points.get(request.point);
    if (point === undefined) return fail('point_unknown');
    const asked = checkPlan(request);
    if (!asked.ok) return asked;
    const id = request.disruption?.plan;
    const previous = id === undefined ? null : (this.made(id) ?? null);
    const filter = guarded(undefined, point.name, this.#parts.guardrails) ?? {};
    return this.#parts.core.plan.prepare({ request: asked.value, point, id: this.#parts.newId(), previous, filter });
  }

  /** Second half: settles, appends, waits for the sync, looks at consent again, answers. */
  async emit(draft: PlanDraft): Promise<Result<PlanRecord>> {
    const { core, writer, newId } = this.#parts;
    const settled = core.plan.settle(draft);
    if (!settled.ok) return settled;
    const appended = this.#place(settled.value);
    if (!appended.ok) return appended;
    await writer.settled();
    // [C65]
    if (core.plan.isHeld(settled.value)) return ok(settled.value.record);
    const contextual = core.plan.superseded(draft, newId());
    if (!contextual.ok) return contextual;
    const placed = this.#place(contextual.value);
    if (!placed.ok) return placed;
    await writer.settled();
    return ok(contextual.value.record);
  }

  /** The record of a plan; undefined: there is none. */
  made(id: string): PlanRecord | undefined {
    const event = this.#parts.decided.event(id);
    return event?.type === systemTypes.planMade ? planIn(event) : undefined;
  }

  /** Why a plan is what it is. Fails with plan_unknown, decision_withdrawn. */
  why(id: string): Result<PlanWhy> {
    const { core, decided } = this.#parts;
    const event = decided.told(id, systemTypes.planMade);
    if (!event.ok) return event.code === 'decision_unknown' ? fail('plan_unknown') : event;
    const title = (item: string): string => core.catalogue.titleOf(item);
    return ok(explainPlan(planIn(event.value), this.#joined(id), core.decisions.became(id), title));
  }

  #place({ record, joined }: PlanDraft): Result<number> {
    const event = (id: string, subject: string | null, type: string, properties: BehaviourEvent['properties']): BehaviourEvent => ({
      id,
      subject,
      type,
      occurredAt: record.at,
      receivedAt: record.at,
      source: 'engine',
      properties,
      mask: everyPurpose,
    });
    return this.#parts.writer.appendNow([
      event(record.id, record.subject, systemTypes.planMade, { plan: record }),
      ...joined.map(({ subject, part }) => event(this.#parts.newId(), subject, systemTypes.planJoined, { joined: part })),
    ]);
  }

  #joined(id: string): PlanJoined[] {
    const { core, decided } = this.#parts;
    return core.plans.joined(id).flatMap((position) => {
      const event = decided.at(position);
      return event?.type === systemTypes.planJoined && decided.mayBeTold(event, position) ? [joinedIn(event)] : [];
    });
  }
}
