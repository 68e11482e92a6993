// rank: one ordered list for one request. Two steps: `prepare` reads and scores, `settle` compares consent again and fixes the record just
// before it is appended. A change of consent between the two gives the contextual answer; when anybody withdrew or was erased between them,
// it is scored anew, since what it rests on may be gone.
//
// Candidates come in tiers: the model's (score >= 0), then popular now (score in (-1, 0)), then the rest of the catalogue (-2): so there is
// an answer from the first minute, and every score says from which tier it came. Filters run on live state, at decision time.
import { dayOf } from '../base/day.js';
import { limits } from '../base/limits.js';
import { ok, type Result } from '../base/result.js';
import type { DecisionMode, DecisionRecord, ExclusionRule, RankedItem, RankRequest, Reason, ScoredItem } from '../model/decision.js';
import type { DecisionPoint } from '../model/decision-point.js';
import type { Clock } from '../ports/clock.js';
import type { Draw } from '../ports/draw.js';
import type { Gate } from '../consent/gate.js';
import type { Permitted } from '../consent/permitted.js';
import type { Identity } from '../understand/identity.js';
import type { Catalogue } from '../understand/catalogue.js';
import type { Profiles } from '../understand/profile.js';
import { newestVisit } from '../understand/current-visit.js';
import type { NextItem } from '../predict/next-item.js';
import type { PackModels } from '../predict/pack/pack-models.js';
import { restingOn } from './resting-on.js';
import { inSlice, permute, propensities } from './uniform-slice.js';

export const rankPolicy = 'rank/4';

/** The name of the policy with the settings that it ran with: those of the program, or of the `model.tuned` at that position. */
function policyOf(tunedAt: number | null): string {
  return tunedAt === null ? rankPolicy : `${rankPolicy}+tuned@${tunedAt}`;
}

/** A decision as prepared: complete but for the last look at consent. */
export interface Draft {
  readonly record: DecisionRecord;
  readonly request: RankRequest;
  readonly point: DecisionPoint;
  /** What the personal inputs rest on; null when contextual. */
  readonly permit: Permitted<'personalise', readonly string[]> | null;
  /** The person's other ids whose data it starts from, each with its epoch. */
  readonly others?: readonly (readonly [subject: string, epoch: number])[];
  /** The fold's losses as it was scored. */
  readonly losses: number;
}

/** What an order follows from, beside the state. */
export type RankParameters = Pick<DecisionRecord, 'inputs' | 'filter' | 'exclude' | 'pins' | 'limit'>;

export interface RankParts {
  readonly gate: Gate;
  readonly profiles: Profiles;
  readonly catalogue: Catalogue;
  readonly model: NextItem;
  readonly packModels: PackModels;
  readonly identity: Identity;
  readonly draw: Draw;
  readonly clock: Clock;
  /** The fold's position. */
  readonly position: () => number;
  /** How often the fold has taken something back. */
  readonly losses: () => number;
}

export class Rank {
  readonly #parts: RankParts;

  constructor(parts: RankParts) {
    this.#parts = parts;
  }

  prepare(request: RankRequest, point: DecisionPoint, id: string): Draft {
    const { gate, identity, profiles } = this.#parts;
    const { subject } = request;
    if (subject === undefined) return this.#contextual(request, point, id, 'no_subject');
    if (request.gpc === true) return this.#contextual(request, point, id, 'objection_signal');
    const members = identity.members(subject).filter((each) => each === subject || gate.permitRead(each, 'personalise', null).ok);
    const profile = profiles.union(members);
    // A declared basis holds for everybody; somebody of whom nothing is known is still nobody to us, and their id is not kept.
    if (profile === undefined && gate.row(subject) === undefined) return this.#contextual(request, point, id, 'no_grant');
    const inputs = newestVisit(profile).slice(-limits.queryItemsMax);
    const permit = gate.permitRead(subject, 'personalise', inputs);
    if (!permit.ok) return this.#contextual(request, point, id, 'no_grant');
    const others = members.filter((each) => each !== subject).map((each) => [each, gate.epoch(each)] as const);
    return { ...this.#draft(request, point, id, 'personal', permit.value, undefined), others };
  }

  /**
   * The record that may be appended now: the draft's own; the contextual one when the grant beneath it has changed; a new one when data
   * that it may rest on has gone, of the asker or of anybody.
   */
  settle(draft: Draft): DecisionRecord {
    const { gate, losses } = this.#parts;
    const { request, point, permit } = draft;
    const { subject, epoch, id } = draft.record;
    // [C24]
    const held = permit === null || subject === null || (gate.open(permit, 'personalise').ok && gate.epoch(subject) === epoch);
    // [C44]
    const othersHeld = draft.others?.every(([each, was]) => gate.epoch(each) === was) ?? true;
    if (!held || !othersHeld) return this.#contextual(request, point, id, 'superseded').record;
    // [C47]
    return draft.losses === losses() ? draft.record : this.prepare(request, point, id).record;
  }

  /**
   * What would be answered now to what a record was an answer to, with the parts that `changed` names put in the place of its own; the same
   * id, hence the same draws. Nothing is appended. Fails with no_grant: what it started from may be read no more.
   */
  again(record: DecisionRecord, changed: Partial<RankParameters>): Result<DecisionRecord> {
    const { gate } = this.#parts;
    const { inputs, filter, exclude, pins, limit, model } = { ...record, ...changed };
    const point: DecisionPoint = {
      name: record.point,
      kind: 'rank',
      limit,
      uniformPpm: record.uniformPpm,
      ...(model === undefined ? {} : { model }),
      ...(record.countsAs === undefined ? {} : { countsAs: record.countsAs }),
    };
    const request: RankRequest = { point: point.name, filter, exclude, pins, limit };
    const { subject } = record;
    if (subject === null) {
      const carried = gate.permitRequest('personalise', inputs);
      return ok(this.#draft(request, point, record.id, 'contextual', carried, record.contextualBecause).record);
    }
    const permit = gate.permitRead(subject, 'personalise', inputs);
    if (!permit.ok) return permit;
    return ok(this.#draft({ ...request, subject }, point, record.id, 'personal', permit.value, undefined).record);
  }

  #contextual(request: RankRequest, point: DecisionPoint, id: string, because: NonNullable<DecisionRecord['contextualBecause']>): Draft {
    const inputs = this.#parts.gate.permitRequest('personalise', request.context?.items?.slice(-limits.queryItemsMax) ?? []);
    return this.#draft(request, point, id, 'contextual', inputs, because);
  }

  #draft(
    request: RankRequest,
    point: DecisionPoint,
    id: string,
    mode: DecisionMode,
    permit: Permitted<'personalise', readonly string[]>,
    because: DecisionRecord['contextualBecause'],
  ): Draft {
    const { gate, catalogue, model, packModels, clock } = this.#parts;
    const baskets = point.model === undefined ? undefined : packModels.baskets(point.model);
    const now = clock.now();
    // [C25]
    const asker = mode === 'personal' ? (request.subject ?? null) : null;
    const filter = request.filter ?? {};
    const limit = Math.min(request.limit ?? point.limit, limits.rankLimitMax);
    const excluded: { [R in ExclusionRule]?: number } = {};
    const byRequest = new Set(request.exclude ?? []);
    const pins: string[] = [];
    const seen = new Set<string>();
    const eligible = (item: string): boolean => {
      const rule = byRequest.has(item) ? 'request' : catalogue.excludes(item, filter, now);
      if (rule === undefined) return true;
      excluded[rule] = (excluded[rule] ?? 0) + 1;
      seen.add(item);
      return false;
    };
    for (const pin of request.pins ?? []) {
      if (seen.has(pin)) continue;
      seen.add(pin);
      if (eligible(pin)) pins.push(pin);
    }
    const wanted = Math.max(limit, limits.topScoresKept);
    const opened = gate.open(permit, 'personalise');
    const inputs = opened.ok ? opened.value : [];
    const accept = (item: string): boolean => !seen.has(item) && eligible(item);
    const byModel = (): ScoredItem[] => baskets?.score(permit, accept, wanted) ?? model.score(permit, asker, now, accept, wanted);
    const scored = opened.ok ? byModel() : [];
    const top: ScoredItem[] = [...scored];
    for (const { item } of scored) seen.add(item);
    if (top.length < wanted) this.#fill(top, wanted, seen, eligible, now);
    const order = this.#order(id, top.length, Math.max(0, limit - pins.length), point.uniformPpm);
    const chances = propensities(order.places, top.length, point.uniformPpm);
    const shown = order.places.map((place) => top[place]).filter((each) => each !== undefined);
    const evidence = (baskets ?? model).explain(
      permit,
      shown.filter(({ score }) => score >= 0).map(({ item }) => item),
    );
    const answer: RankedItem[] = pins.map((item) => ({ item, score: 0, propensity: 1, reasons: [{ kind: 'pinned', contribution: 0 }] }));
    shown.forEach((each, index) => {
      answer.push({
        item: each.item,
        score: each.score,
        propensity: chances[index] ?? 0,
        reasons: evidence.get(each.item) ?? [tierReason(each)],
      });
    });
    const record: DecisionRecord = {
      id,
      point: point.name,
      kind: 'rank',
      mode,
      ...(because === undefined ? {} : { contextualBecause: because }),
      ...restingOn(gate, asker),
      subject: asker,
      epoch: asker === null ? null : gate.epoch(asker),
      at: now,
      position: this.#parts.position(),
      policy: policyOf(model.tunedAt),
      ...(baskets === undefined || point.model === undefined ? {} : { model: point.model }),
      catalogueVersion: catalogue.version,
      inputs,
      limit,
      filter,
      exclude: request.exclude ?? [],
      pins,
      ...(request.pins === undefined || request.pins.length === pins.length ? {} : { pinsAsked: request.pins }),
      excluded,
      candidates: top.length,
      top: top.slice(0, wanted),
      uniformPpm: point.uniformPpm,
      draws: order.draws,
      slice: order.slice,
      ...(asker === null || point.countsAs === undefined || answer.length === 0 ? {} : { countsAs: point.countsAs }),
      answer,
    };
    return { record, request, point, permit: mode === 'personal' ? permit : null, losses: this.#parts.losses() };
  }

  /** What is popular now, then the rest of the catalogue by id: an answer from the first minute. */
  #fill(top: ScoredItem[], wanted: number, seen: Set<string>, eligible: (item: string) => boolean, now: number): void {
    const { model, catalogue } = this.#parts;
    const popular = model.popular.top(dayOf(now), wanted * 2);
    const most = popular[0]?.score ?? 1;
    for (const { item, score } of popular) {
      if (top.length >= wanted) return;
      if (seen.has(item) || !eligible(item)) continue;
      seen.add(item);
      top.push({ item, score: score / (most + 1) - 1 });
    }
    for (const item of catalogue.ids()) {
      if (top.length >= wanted) return;
      if (seen.has(item) || !eligible(item)) continue;
      seen.add(item);
      top.push({ item, score: -2 });
    }
  }

  #order(id: string, n: number, places: number, uniformPpm: number): { places: number[]; draws: number[]; slice: 'policy' | 'uniform' } {
    const { draw } = this.#parts;
    const length = Math.min(n, places);
    const first = draw.uint32(id, 0);
    if (!inSlice(first, uniformPpm)) return { places: Array.from({ length }, (_, index) => index), draws: [first], slice: 'policy' };
    const draws = [first];
    for (let place = 0; place < length; place += 1) draws.push(draw.uint32(id, place + 1));
    return { places: permute(n, length, draws.slice(1)), draws, slice: 'uniform' };
  }
}

function tierReason({ score }: ScoredItem): Reason {
  return { kind: score > -1 ? 'popular' : 'in_catalogue', contribution: score };
}
