// Choice points of an engine: asks, places and syncs choices, stops points at which harm is proven, starts them again on a human's word.
// A choice is on disk before it is answered (law 5). Consent is compared once more after the sync: if it changed meanwhile, what was
// chosen is not told, and the contextual answer takes its place, with a record of its own.
import { CodedError } from '../base/errors.js';
import { fail, ok, type Result } from '../base/result.js';
import { everyPurpose } from '../collect/sequencer.js';
import { reportOf, type ArmResult, type Report } from '../influence/experiment/report.js';
import type { PairedSums } from '../influence/experiment/cuped.js';
import { harmIn } from '../influence/experiment/harm-stop.js';
import { checkPoint } from '../influence/point-rules.js';
import { checkChoice } from '../influence/choice-request.js';
import type { ChoiceDraft } from '../influence/choose.js';
import type { ChoicePoint, ChoiceRecord, ChoiceRequest } from '../model/choice.js';
import type { BehaviourEvent, Properties } from '../model/event.js';
import { systemTypes, type PointRestart, type PointStop } from '../model/system-event.js';
import type { Trait } from '../understand/trait.js';
import type { Core } from './core.js';
import type { Writer, WriteAnswer } from './writer.js';

/** Chance that a point is ever stopped without harm. */
const harmAlpha = 0.05;

export interface ChoosingParts {
  readonly core: Core;
  readonly writer: Writer;
  /** That there are, or will be when the definitions asked for are in force. */
  readonly traits: readonly Pick<Trait, 'name' | 'kind' | 'purpose'>[];
  readonly newId: () => string;
  /** Writes one fact about no person. */
  readonly record: (type: string, properties: Properties) => Promise<Result<WriteAnswer>>;
}

export class Choosing {
  readonly #parts: ChoosingParts;
  readonly #points = new Map<string, ChoicePoint>();
  /** Points whose stop is on its way. */
  readonly #stopping = new Set<string>();

  /** Throws CodedError when a point may not be started with. */
  constructor(parts: ChoosingParts, points: readonly ChoicePoint[]) {
    this.#parts = parts;
    for (const point of points) {
      const checked = checkPoint(point, parts.traits);
      if (!checked.ok)
        throw new CodedError(checked.code, [`point ${point.name}`, checked.field, checked.detail].filter(Boolean).join(': '));
      this.#points.set(point.name, point);
    }
  }

  point(name: string): ChoicePoint | undefined {
    return this.#points.get(name);
  }

  get points(): readonly ChoicePoint[] {
    return [...this.#points.values()];
  }

  /** Chooses. Resolves when the record is on disk. */
  async choose(request: ChoiceRequest): Promise<Result<ChoiceRecord>> {
    const draft = this.prepare(request);
    if (!draft.ok) return draft;
    return await this.emit(draft.value);
  }

  /** First half: reads and scores. */
  prepare(request: ChoiceRequest): Result<ChoiceDraft> {
    const point = this.#points.get(request.point);
    if (point === undefined) return fail('point_unknown');
    const asked = checkChoice(point.name, request);
    if (!asked.ok) return asked;
    return ok(this.#parts.core.choose.prepare(asked.value, point, this.#parts.newId()));
  }

  /** Second half: settles, appends, waits for the sync, looks at consent again, answers. */
  async emit(draft: ChoiceDraft): Promise<Result<ChoiceRecord>> {
    const { core, writer, newId } = this.#parts;
    const { request, point } = draft;
    const settled = core.choose.settle(draft);
    const { record } = settled;
    const appended = this.#place(record);
    if (!appended.ok) return appended;
    await writer.settled();
    this.#watch(point);
    // [C84]
    if (core.choose.isHeld(settled)) return ok(record);
    const contextual = core.choose.superseded(request, point, newId());
    const placed = this.#place(contextual);
    if (!placed.ok) return placed;
    await writer.settled();
    return ok(contextual);
  }

  /** Starts a stopped point again. `by` names the human who answers for it; both stand in the log. */
  async restart(restart: PointRestart): Promise<Result<WriteAnswer>> {
    if (!this.#points.has(restart.point)) return fail('point_unknown');
    if (restart.by.trim() === '' || restart.reason.trim() === '') return fail('point_shape', restart.by.trim() === '' ? '/by' : '/reason');
    if (this.#parts.core.choices.point(restart.point).stop === null) return fail('point_running');
    return await this.#parts.record(systemTypes.pointRestarted, { restart });
  }

  /** What the experiment at a point says now, its first arm against its second; undefined: there is none. Of people, not ids. */
  report(name: string): Report | undefined {
    const experiment = this.#points.get(name)?.experiment;
    const [treated, control] = experiment?.arms ?? [];
    if (experiment === undefined || treated === undefined || control === undefined) return undefined;
    const { choices, identity } = this.#parts.core;
    const { people, crossed } = choices.people(experiment.name, identity.persons());
    const result = (arm: { readonly name: string; readonly weight: number }): ArmResult => {
      const of = (group?: string): PairedSums => people.of(experiment.name, arm.name, group);
      return { ...arm, people: of(), groups: new Map(experiment.groups?.map((group) => [group, of(group)])) };
    };
    return reportOf(result(treated), result(control), crossed);
  }

  #place(record: ChoiceRecord): Result<number> {
    const event: BehaviourEvent = {
      id: record.id,
      subject: record.subject,
      type: systemTypes.choiceMade,
      occurredAt: record.at,
      receivedAt: record.at,
      source: 'engine',
      properties: { choice: record },
      mask: everyPurpose,
    };
    const appended = this.#parts.writer.appendNow([event]);
    if (appended.ok) this.#parts.core.choices.place(record);
    return appended;
  }

  /** Stops a point at which harm is proven. */
  #watch({ name, objective: { welfare } }: ChoicePoint): void {
    const { choices } = this.#parts.core;
    const { era, stop } = choices.point(name);
    if (welfare === undefined || stop !== null || this.#stopping.has(name)) return;
    const { all, groups } = choices.sums.harm(name, era);
    const harm = harmIn(all, groups, { allowed: welfare.allowedPpm / 1_000_000, alpha: harmAlpha });
    if (harm === undefined) return;
    const proven: PointStop = { point: name, group: harm.group, low: harm.effect.low, n: harm.effect.n };
    this.#stopping.add(name);
    void this.#parts
      .record(systemTypes.pointStopped, { stop: proven })
      // A writer that halts tells the host itself; nobody else waits for this one, and a rejection that nobody catches ends the process.
      .catch(() => undefined)
      .finally(() => this.#stopping.delete(name));
  }
}
