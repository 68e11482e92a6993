// plan: an ordered course for one request, alone or in a group. Two steps, as for rank: `prepare` reads and plans, `settle` looks at
// consent again just before the record is appended. A member who has not granted it contributes nothing and is not named; a change of
// the asker's consent gives the contextual plan, a change of a member's a plan without them.
//
// What a plan is made of lies in plan/: constraints of a group, opening hours, candidates, schedule, must-sees, the planner.
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Gate } from '../consent/gate.js';
import type { Permitted } from '../consent/permitted.js';
import type { ItemFilter } from '../model/item.js';
import type {
  Money,
  PlanJoined,
  PlanPoint,
  PlanProblem,
  PlanRecord,
  PlanRequest,
  PlanRule,
  PlanStop,
  PlanWindow,
  Position,
  Wishes,
} from '../model/plan.js';
import type { Clock } from '../ports/clock.js';
import type { PackModels } from '../predict/pack/pack-models.js';
import { positionOf } from '../predict/pack/live-places.js';
import { newestVisit } from '../understand/current-visit.js';
import type { Catalogue } from '../understand/catalogue.js';
import type { Identity } from '../understand/identity.js';
import type { Profiles } from '../understand/profile.js';
import { restingOn } from './resting-on.js';
import { candidatesFor } from './plan/candidates.js';
import { changesOf, stopsOf } from './plan/changes.js';
import { paceRules, strictest } from './plan/constraints.js';
import { interestOdds, withMembers, withReason } from './plan/group.js';
import { planStops } from './plan/planner.js';
import type { Plans } from './plans.js';

export const planPolicy = 'plan/1';

const minuteMs = 60_000;

/** What one person puts in, and what it rests on. */
interface Contribution {
  readonly subject: string;
  readonly permit: Permitted<'personalise', { readonly wishes: Wishes; readonly interests: readonly string[] }>;
  /** All ids whose data is in it, each with its epoch. */
  readonly epochs: readonly (readonly [subject: string, epoch: number])[];
}

export interface PlanDraft {
  readonly record: PlanRecord;
  /** What goes into the streams of other members. */
  readonly joined: readonly { readonly subject: string; readonly part: PlanJoined }[];
  readonly question: PlanQuestion;
  readonly asker: Contribution | null;
  readonly members: readonly Contribution[];
  readonly losses: number;
}

/** A request with what the runtime knows of it. */
export interface PlanQuestion {
  readonly request: PlanRequest;
  readonly point: PlanPoint;
  readonly id: string;
  /** The plan that is to be changed, if it is there. */
  readonly previous: PlanRecord | null;
  readonly filter: ItemFilter;
}

export interface PlanParts {
  readonly gate: Gate;
  readonly profiles: Profiles;
  readonly catalogue: Catalogue;
  readonly identity: Identity;
  readonly packModels: PackModels;
  readonly plans: Plans;
  readonly clock: Clock;
  readonly position: () => number;
  readonly losses: () => number;
}

export class Plan {
  readonly #parts: PlanParts;

  constructor(parts: PlanParts) {
    this.#parts = parts;
  }

  /** Fails with plan_windows, plan_start, plan_currency, plan_unknown, plan_done, model_unknown. */
  prepare(question: PlanQuestion): Result<PlanDraft> {
    const { subject, gpc, group = [] } = question.request;
    if (gpc === true) return this.#draft(question, null, [], 0, 'objection_signal');
    const asker = subject === undefined ? null : this.#contribution(subject);
    const own = subject === undefined ? [] : this.#parts.identity.members(subject);
    const met = new Set(own);
    const members: Contribution[] = [];
    let leftOut = 0;
    for (const member of group) {
      if (met.has(member)) continue;
      for (const id of this.#parts.identity.members(member)) met.add(id);
      const contribution = this.#contribution(member);
      // [C64]
      if (contribution === null) leftOut += 1;
      else members.push(contribution);
    }
    const because = asker !== null ? undefined : subject === undefined ? 'no_subject' : 'no_grant';
    return this.#draft(question, asker, members, leftOut, because);
  }

  /** What may be appended now: the draft itself; the contextual plan; or one made anew, when a member's data may have gone. */
  settle(draft: PlanDraft): Result<PlanDraft> {
    if (draft.asker !== null && !this.#isHeld(draft.asker)) return this.superseded(draft);
    if (draft.members.every((member) => this.#isHeld(member)) && draft.losses === this.#parts.losses()) return ok(draft);
    return this.prepare(draft.question);
  }

  /** Does everybody's consent still hold as it did? */
  isHeld({ asker, members }: PlanDraft): boolean {
    return (asker === null || this.#isHeld(asker)) && members.every((member) => this.#isHeld(member));
  }

  /** Nobody's data. */
  superseded({ question }: Pick<PlanDraft, 'question'>, id: string = question.id): Result<PlanDraft> {
    return this.#draft({ ...question, id }, null, [], 0, 'superseded');
  }

  #isHeld({ permit, epochs }: Contribution): boolean {
    const { gate } = this.#parts;
    return gate.open(permit, 'personalise').ok && epochs.every(([subject, epoch]) => gate.epoch(subject) === epoch);
  }

  /** What may be read of a person; null: nothing. */
  #contribution(subject: string): Contribution | null {
    const { gate, identity, plans, profiles } = this.#parts;
    const ids = identity.members(subject).filter((each) => each === subject || gate.permitRead(each, 'personalise', null).ok);
    const profile = profiles.union(ids);
    // A declared basis holds for everybody; somebody of whom nothing is known is still nobody to us.
    if (profile === undefined && gate.row(subject) === undefined) return null;
    const permit = gate.permitRead(subject, 'personalise', { wishes: plans.wishes(ids) ?? {}, interests: newestVisit(profile) });
    return permit.ok ? { subject, permit: permit.value, epochs: ids.map((each) => [each, gate.epoch(each)] as const) } : null;
  }

  #draft(
    question: PlanQuestion,
    asker: Contribution | null,
    members: readonly Contribution[],
    membersLeftOut: number,
    because: PlanRecord['contextualBecause'],
  ): Result<PlanDraft> {
    const { gate, catalogue, clock, packModels } = this.#parts;
    const { request, point, id, filter } = question;
    const now = clock.now();
    const model = packModels.places(point.model, now);
    if (model === undefined) return fail('model_unknown');
    const before = this.#previous(question, asker);
    if (!before.ok) return before;
    const asked = askedOf(request, before.value);
    const windows = windowsOf(asked, request, now);
    if (!windows.ok) return windows;
    const start = this.#place(asked.start, '/start');
    const end = this.#place(asked.end, '/end');
    if (!start.ok) return start;
    if (!end.ok) return end;
    const done = this.#done(request, before.value, now);
    const here = this.#here(request, before.value, done.ok ? done.value : []);
    if (!here.ok) return here;
    if (!done.ok) return done;
    const opened = asker === null ? undefined : gate.open(asker.permit, 'personalise');
    const own = opened?.ok === true ? opened.value : null;
    const parts = members.flatMap(({ permit, subject }) => {
      const held = gate.open(permit, 'personalise');
      return held.ok ? [{ subject, ...held.value }] : [];
    });
    const base = strictest([asked.wishes, own?.wishes ?? {}]);
    const all = strictest([asked.wishes, own?.wishes ?? {}, ...parts.map(({ wishes }) => wishes)]);
    if (!base.ok) return base;
    if (!all.ok) return all;
    if (this.#paidOtherwise(done.value, all.value.currency, before.value)) return fail('plan_currency', '/budget/currency');
    const visited = new Set(done.value.map(({ item }) => item));
    const rest = (before.value?.stops ?? []).filter(({ item }) => !visited.has(item));
    const isUnderWay = request.disruption !== undefined && windows.value.begun !== null;
    const found = candidatesFor({
      catalogue,
      places: model.places,
      categories: point.categories,
      filter,
      windows: windows.value.windows,
      utcOffsetMinutes: asked.utcOffsetMinutes ?? 0,
      start: asked.start ?? null,
      end: asked.end ?? null,
      length: Math.min(limits.planStopsMax, paceRules[all.value.pace].stopsMax * Math.max(1, windows.value.windows.length)),
      closed: asked.disruption?.closed ?? [],
      named: [...all.value.mustSee, ...rest.map(({ item }) => item)],
    });
    const interests = own?.interests ?? [];
    const problem: PlanProblem = {
      windows: windows.value.windows,
      start: start.value,
      end: end.value,
      candidates: found.candidates.map((each) =>
        interests.includes(each.item) ? withReason(each, { kind: 'own_interest', contribution: interestOdds }) : each,
      ),
      constraints: base.value,
      paceNamed: asked.wishes.pace !== undefined || own?.wishes.pace !== undefined,
      done: done.value,
      here: isUnderWay ? here.value : null,
      doneInWindow: isUnderWay ? done.value.filter(({ arriveAt }) => arriveAt >= (windows.value.begun ?? 0)).length : 0,
      before: rest.map(({ item, arriveAt }) => ({ item, arriveAt })),
      lost: found.lost,
    };
    const candidates = new Set(found.candidates.map(({ item }) => item));
    const joined = parts.map(({ subject, wishes, interests: theirs }) => ({
      subject,
      part: { plan: id, wishes, interests: theirs.filter((item) => candidates.has(item)) },
    }));
    const effective = withMembers(
      problem,
      joined.map(({ part }) => part),
    );
    if (!effective.ok) return effective;
    const planned = planStops(effective.value);
    const rules = new Map([...found.rules, ...planned.rules]);
    const stops = stopsOf(effective.value, planned);
    const record: PlanRecord = {
      id,
      point: point.name,
      kind: 'plan',
      mode: asker === null ? 'contextual' : 'personal',
      ...(because === undefined ? {} : { contextualBecause: because }),
      ...restingOn(gate, asker?.subject ?? null),
      subject: asker?.subject ?? null,
      epoch: asker === null ? null : gate.epoch(asker.subject),
      at: now,
      position: this.#parts.position(),
      policy: planPolicy,
      catalogueVersion: catalogue.version,
      model: point.model,
      publishedAt: model.publishedAt,
      asked,
      own: own?.wishes ?? null,
      members: joined.length,
      membersLeftOut,
      problem,
      stops,
      total: totalOf(effective.value, stops, (item) => this.#currencyOf(item, before.value)),
      leftOut: countsOf(rules),
      passedOver: [...rules].flatMap(([item, rule]) =>
        candidates.has(item) || found.lost.some((each) => each.item === item) ? [{ item, rule }] : [],
      ),
      refused: planned.refused,
      changes: changesOf(problem, stops, rules, asked.disruption?.closed ?? []),
    };
    return ok({ record, joined, question, asker, members, losses: this.#parts.losses() });
  }

  /** The plan that is to be changed, if whoever asks may go by it; null: there is none to go by. */
  #previous({ request, previous }: PlanQuestion, asker: Contribution | null): Result<PlanRecord | null> {
    if (request.disruption === undefined) return ok(null);
    if (previous === null) return asker === null && request.windows !== undefined ? ok(null) : fail('plan_unknown', '/disruption/plan');
    if (previous.subject === null) return ok(previous);
    // One that was made from somebody's data is read for them alone, under their grant.
    // [C66]
    if (asker !== null && asker.epochs.some(([id]) => id === previous.subject)) return ok(previous);
    return request.windows === undefined ? fail('plan_unknown', '/disruption/plan') : ok(null);
  }

  #place(item: string | undefined, field: string): Result<Position | null> {
    if (item === undefined) return ok(null);
    const row = this.#parts.catalogue.get(item);
    const position = row === undefined ? null : positionOf(row.item);
    return position === null || position.latitude === null ? fail('plan_start', field) : ok(position);
  }

  #here({ disruption }: PlanRequest, previous: PlanRecord | null, done: readonly PlanStop[]): Result<Position | null> {
    if (disruption?.here !== undefined) return this.#place(disruption.here, '/disruption/here');
    const last = done.at(-1)?.item;
    const held = last === undefined ? undefined : previous?.problem.candidates.find(({ item }) => item === last);
    if (held !== undefined) return ok({ latitude: held.latitude, longitude: held.longitude });
    const place = this.#place(last, '/disruption/done');
    return place.ok ? place : ok(null);
  }

  /** What was done keeps the price at which it was planned, and need be no candidate now: others may be wanted more, or it is sold out. */
  #currencyOf(item: string, previous: PlanRecord | null): string | null | undefined {
    const held = previous?.problem.candidates.find((each) => each.item === item);
    if (held !== undefined) return held.currency;
    // Done before the earlier plan: its total was in one currency, if there is one.
    if (previous?.stops.some((each) => each.item === item) === true) return previous.total?.currency;
    const now = this.#parts.catalogue.get(item)?.item;
    return now === undefined ? undefined : (now.currency ?? null);
  }

  /** Was any of it paid for in another currency than that of the budget? It would be added up with what is still to be paid. */
  #paidOtherwise(done: readonly PlanStop[], currency: string | null, previous: PlanRecord | null): boolean {
    if (currency === null) return false;
    const paid = done.filter(({ price }) => price !== null && price > 0).map(({ item }) => this.#currencyOf(item, previous) ?? currency);
    return paid.some((own) => own !== currency);
  }

  /** What has been done, as it was planned; what had been done by the earlier plan stays so. Fails with plan_done. */
  #done({ disruption }: PlanRequest, previous: PlanRecord | null, now: number): Result<PlanStop[]> {
    const done = previous?.stops.filter(({ state }) => state === 'done') ?? [];
    for (const [at, item] of (disruption?.done ?? []).entries()) {
      if (done.some((each) => each.item === item)) continue;
      const stop = previous?.stops.find((each) => each.item === item);
      if (stop !== undefined) done.push({ ...stop, state: 'done' });
      else if (previous !== null) return fail('plan_done', `/disruption/done/${at}`);
      else {
        const price = this.#parts.catalogue.get(item)?.item.price ?? null;
        done.push({ item, arriveAt: now, leaveAt: now, walkMinutes: 0, price, mustSee: false, score: 0, reasons: [], state: 'done' });
      }
    }
    return ok(done);
  }
}

/** The request, over what the plan that it changes was asked with. */
function askedOf(request: PlanRequest, previous: PlanRecord | null): PlanRecord['asked'] {
  const { budget, pace, mustSee, avoid, windows, start, end, utcOffsetMinutes, disruption } = request;
  const closed = previous?.asked.disruption?.closed;
  const given = {
    ...(budget === undefined ? {} : { budget }),
    ...(pace === undefined ? {} : { pace }),
    ...(mustSee === undefined ? {} : { mustSee }),
    ...(avoid === undefined ? {} : { avoid }),
  };
  return {
    ...previous?.asked,
    ...(windows === undefined ? {} : { windows }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(utcOffsetMinutes === undefined ? {} : { utcOffsetMinutes }),
    // What was closed is so still, unless this request says what is.
    ...(disruption === undefined ? {} : { disruption: { ...(closed === undefined ? {} : { closed }), ...disruption } }),
    wishes: { ...previous?.asked.wishes, ...given },
  };
}

interface Ahead {
  readonly windows: readonly PlanWindow[];
  /** When the first of them really began, if it has begun. */
  readonly begun: number | null;
}

/** The windows that are still ahead. Fails with plan_windows. */
function windowsOf({ windows = [] }: PlanRecord['asked'], { disruption }: PlanRequest, now: number): Result<Ahead> {
  if (windows.length === 0 || windows.length > limits.planWindowsMax) return fail('plan_windows', '/windows');
  for (const [at, { from, until }] of windows.entries()) {
    const isWrong = until <= from || until - from > limits.planWindowMsMax || from < (windows[at - 1]?.until ?? -Infinity);
    if (isWrong) return fail('plan_windows', `/windows/${at}`);
  }
  if (disruption === undefined) return ok({ windows, begun: null });
  const at = (disruption.at ?? now) + (disruption.delayMinutes ?? 0) * minuteMs;
  const ahead = windows.filter(({ until }) => until > at);
  const [first] = ahead;
  if (first === undefined || at <= first.from) return ok({ windows: ahead, begun: null });
  return ok({ windows: [{ from: at, until: first.until }, ...ahead.slice(1)], begun: first.from });
}

/**
 * What all stops cost one person; null: in more than one currency, or nobody knows. `elsewhere`: in which currency the price of a stop that
 * is no candidate any more stands; undefined: nobody knows.
 */
function totalOf(
  { candidates, constraints }: PlanProblem,
  stops: readonly PlanStop[],
  elsewhere: (item: string) => string | null | undefined,
): Money | null {
  let amount = 0;
  let currency = constraints.currency;
  for (const { item, price } of stops) {
    if (price === null) return null;
    amount += price;
    if (price === 0) continue;
    const candidate = candidates.find((each) => each.item === item);
    const own = candidate === undefined ? elsewhere(item) : candidate.currency;
    if (own === undefined) return null;
    if (own === null) continue;
    if (currency !== null && currency !== own) return null;
    currency = own;
  }
  return currency === null ? null : { amount, currency };
}

function countsOf(rules: ReadonlyMap<string, PlanRule>): { [R in PlanRule]?: number } {
  const counts: { [R in PlanRule]?: number } = {};
  for (const rule of rules.values()) counts[rule] = (counts[rule] ?? 0) + 1;
  return counts;
}
