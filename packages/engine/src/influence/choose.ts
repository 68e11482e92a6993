// choose: one action for one request, or none. Two steps, as for rank: `prepare` reads, asks the guardrails and scores; `settle` looks at
// consent again, and at whether anything was placed or forgotten since, just before the record is appended.
//
// Order of what is asked: holdout (people whom nothing influences), harm (a point that was stopped), guardrails (each stop with its rule),
// then the policy: probabilities from what was learned, raised to the floor, mixed with the uniform slice, and one keyed draw from just
// that vector. So the propensity in the record is the probability with which it happened, whatever was approximated before.
import { dayOf } from '../base/day.js';
import { limits } from '../base/limits.js';
import type { Gate } from '../consent/gate.js';
import type { Permitted } from '../consent/permitted.js';
import type { Action, Candidate, ChoicePoint, ChoiceRecord, ChoiceRequest, GuardrailRule, PointExperiment } from '../model/choice.js';
import type { Item } from '../model/item.js';
import type { Clock } from '../ports/clock.js';
import type { Draw } from '../ports/draw.js';
import { featuresOf } from '../predict/arms/arm-ridges.js';
import type { PackModels } from '../predict/pack/pack-models.js';
import { currentVisit } from '../understand/current-visit.js';
import type { Catalogue } from '../understand/catalogue.js';
import type { Identity } from '../understand/identity.js';
import type { Profiles } from '../understand/profile.js';
import { TraitReader } from '../understand/segments/trait-reader.js';
import { restingOn } from './resting-on.js';
import type { Choices } from './choices.js';
import { choosePolicy, probabilitiesOf, scoreByCounts, scoreByRidge } from './choose/choice-policy.js';
import { drawn } from './choose/floor.js';
import { armOf, isHeldOut } from './experiment/assignment.js';
import { isSpent, stopped } from './guardrails/guardrail.js';
import type { PersonState } from './guardrails/person.js';
import { render } from './templates/render.js';

export interface ChoiceDraft {
  readonly record: ChoiceRecord;
  readonly request: ChoiceRequest;
  readonly point: ChoicePoint;
  readonly permit: Permitted<'personalise', number> | null;
  readonly others: readonly (readonly [subject: string, epoch: number])[];
  /** The fold's losses and the choices placed when it was made. */
  readonly losses: number;
  readonly placed: number;
  /** What each action would say that may be done, claims filled in; of those that say something. */
  readonly texts: ReadonlyMap<string, string>;
}

export interface ChooseParts {
  readonly gate: Gate;
  readonly profiles: Profiles;
  readonly identity: Identity;
  readonly choices: Choices;
  readonly catalogue: Catalogue;
  readonly packModels: PackModels;
  readonly draw: Draw;
  readonly clock: Clock;
  readonly position: () => number;
  readonly losses: () => number;
}

/** What a draft knows of who asks: a person whose data may be read, or nobody. */
interface Asker {
  readonly subject: string | null;
  readonly because: ChoiceRecord['contextualBecause'];
  readonly person: PersonState | null;
  readonly segment: string;
  /** Ids of theirs that may be read. */
  readonly members: readonly string[];
  readonly band?: ChoiceRecord['band'];
  readonly permit: Permitted<'personalise', number> | null;
  readonly others: ChoiceDraft['others'];
}

/** What the engine adds to the segment of a request stands behind this. */
const divider = '|';

/** May a request name its situation so? What it says must not be taken for what the engine knows of a person. */
export function isSegment(segment: string): boolean {
  return segment.length <= limits.choiceSegmentCharsMax && !segment.includes(divider);
}

/** What the request said of its situation, of the segment that stands in a record. */
export function requestedSegment(segment: string): string {
  const end = segment.indexOf(divider);
  return end < 0 ? segment : segment.slice(0, end);
}

export class Choose {
  readonly #parts: ChooseParts;

  constructor(parts: ChooseParts) {
    this.#parts = parts;
  }

  prepare(request: ChoiceRequest, point: ChoicePoint, id: string): ChoiceDraft {
    const { gate, identity, profiles, choices, clock } = this.#parts;
    const { subject } = request;
    if (subject === undefined) return this.#contextual(request, point, id, 'no_subject');
    if (request.gpc === true) return this.#contextual(request, point, id, 'objection_signal');
    const members = identity.members(subject).filter((each) => each === subject || gate.permitRead(each, 'personalise', null).ok);
    const profile = profiles.union(members);
    if (profile === undefined && gate.row(subject) === undefined) return this.#contextual(request, point, id, 'no_grant');
    const permit = gate.permitRead(subject, 'personalise', currentVisit(profile, clock.now()).length);
    if (!permit.ok) return this.#contextual(request, point, id, 'no_grant');
    const depth = gate.open(permit.value, 'personalise');
    const band = this.#band(subject, members, point);
    return this.#draft(request, point, id, {
      subject,
      because: undefined,
      // A person has one attention: what was done towards any of their ids counts, whatever they allow for it.
      // [C87]
      person: choices.person(identity.members(subject)),
      segment: [
        request.segment ?? '',
        depthOf(depth.ok ? depth.value : 0),
        ...(band === undefined ? [] : [`${band.model} ${band.at}`]),
      ].join(divider),
      members,
      ...(band === undefined ? {} : { band }),
      permit: permit.value,
      others: members.filter((each) => each !== subject).map((each) => [each, gate.epoch(each)] as const),
    });
  }

  /** The draft whose record may be appended now. */
  settle(draft: ChoiceDraft): ChoiceDraft {
    const { losses, choices } = this.#parts;
    const { request, point, record } = draft;
    // [C83]
    if (!this.isHeld(draft)) return this.#contextual(request, point, record.id, 'superseded');
    if (draft.losses === losses() && draft.placed === choices.placed) return draft;
    return this.prepare(request, point, record.id);
  }

  /** Does consent still hold as it did when the draft was made? Asked once more when its record is on disk. */
  isHeld({ record, permit, others }: ChoiceDraft): boolean {
    const { gate } = this.#parts;
    const { subject, epoch } = record;
    const own = permit === null || subject === null || (gate.open(permit, 'personalise').ok && gate.epoch(subject) === epoch);
    // [C85]
    return own && others.every(([each, was]) => gate.epoch(each) === was);
  }

  /** What is answered when consent changed while the record of a personal choice was on its way to the disk. */
  superseded(request: ChoiceRequest, point: ChoicePoint, id: string): ChoiceRecord {
    return this.#contextual(request, point, id, 'superseded').record;
  }

  #contextual(
    request: ChoiceRequest,
    point: ChoicePoint,
    id: string,
    because: NonNullable<ChoiceRecord['contextualBecause']>,
  ): ChoiceDraft {
    return this.#draft(request, point, id, {
      // [C86]
      subject: null,
      because,
      person: null,
      segment: request.segment ?? '',
      members: [],
      permit: null,
      others: [],
    });
  }

  #draft(request: ChoiceRequest, point: ChoicePoint, id: string, asker: Asker): ChoiceDraft {
    const { gate, identity, choices, draw, clock, position, losses } = this.#parts;
    const at = clock.now();
    const { subject, because, person, segment, band, permit, others } = asker;
    const { era, stop } = choices.point(point.name);
    // By any of their ids: a person whom nothing influences stays one when they log in.
    const isHeldBack = subject !== null && identity.members(subject).some((each) => isHeldOut(draw, each, point.holdoutPpm));
    const isStopped = stop !== null;
    const excluded: { action: string; rule: GuardrailRule }[] = [];
    const texts = new Map<string, string>();
    const eligible: Action[] = [];
    for (const action of point.actions) {
      const rule = isHeldBack || isStopped ? undefined : this.#ruleOf(action, request, point, person, at, texts);
      if (rule === undefined) eligible.push(action);
      else excluded.push({ action: action.id, rule });
    }
    const held = isHeldBack ? 'holdout' : isStopped ? 'harm_stop' : eligible.length === 0 ? 'nothing_left' : null;
    const bucket = point.halfLifeDays === null ? 0 : Math.floor(dayOf(at) / point.halfLifeDays);
    const features = point.learner === 'ridge' ? featuresOf(request.features ?? [], point.features.length + 1) : [];
    const experiment = isHeldBack ? null : this.#experiment(point, asker, request.segment ?? '', at);
    const isUniform = point.experiment?.arms.find(({ name }) => name === experiment?.arm)?.use === 'uniform';
    const learner = choices.sums.learner(point.name, point.halfLifeDays, features.length);
    const segmentFor = (action: string): string => learner.taughtBy.judgedBy(segment, action);
    const uniformPpm = isUniform ? 1_000_000 : point.uniformPpm;
    const candidates: Candidate[] = [];
    const chance = draw.uint32(id, 0);
    let chosen = -1;
    if (held === null) {
      const names = eligible.map((action) => action.id);
      const scored =
        learner.ridges === null
          ? scoreByCounts(learner.counts, names, segmentFor, bucket, point.halfLifeDays !== null)
          : scoreByRidge(learner.ridges, names, features, bucket);
      const vector = probabilitiesOf(scored, point.floorPpm / 1_000_000, learner.trials, uniformPpm);
      names.forEach((action, index) => {
        candidates.push({
          action,
          mean: scored.means[index] ?? 0,
          deviation: scored.deviations[index] ?? 0,
          probability: vector[index] ?? 0,
        });
      });
      chosen = drawn(vector, names.length, chance);
    }
    const action = eligible[chosen];
    const record: ChoiceRecord = {
      id,
      point: point.name,
      kind: 'choose',
      mode: subject === null ? 'contextual' : 'personal',
      ...(because === undefined ? {} : { contextualBecause: because }),
      ...restingOn(gate, subject),
      subject,
      epoch: subject === null ? null : gate.epoch(subject),
      at,
      position: position(),
      policy: choosePolicy,
      learner: point.learner,
      segment,
      ...(band === undefined ? {} : { band }),
      features,
      halfLifeDays: point.halfLifeDays,
      bucket,
      era,
      objective: point.objective,
      candidates,
      excluded,
      floorPpm: point.floorPpm,
      uniformPpm,
      trials: learner.trials,
      draw: chance,
      action: held === null ? (action?.id ?? null) : null,
      held,
      channel: held === null ? (action?.channel ?? null) : null,
      text: held === null ? (texts.get(action?.id ?? '') ?? null) : null,
      propensity: held === null ? (candidates[chosen]?.probability ?? 1) : 1,
      experiment,
    };
    return { record, request, point, permit, others, losses: losses(), placed: choices.placed, texts };
  }

  /** Whoever is in an arm by one of their ids stays in it by all of them. */
  #experiment({ experiment }: ChoicePoint, { subject, members }: Asker, group: string, at: number): ChoiceRecord['experiment'] {
    if (subject === null || experiment === undefined) return null;
    const { draw, choices } = this.#parts;
    const { name, arms, covariate } = experiment;
    const known = choices.armOf(members, name);
    const arm = arms.some((each) => each.name === known) ? known : undefined;
    return {
      name,
      arm: arm ?? armOf(draw, name, subject, arms),
      group,
      ...(covariate === undefined ? {} : { before: this.#before(covariate, members, at) }),
    };
  }

  /** How much was done before, of what may be learned from. */
  #before({ trait, of, days }: NonNullable<PointExperiment['covariate']>, members: readonly string[], at: number): number {
    const { gate, profiles } = this.#parts;
    const readable = members.filter((each) => gate.permitRead(each, 'train', null).ok);
    const { total } = new TraitReader(profiles.union(readable)?.traits ?? {}).amounts(trait, of, dayOf(at) - days);
    return Math.min(total, limits.covariateMax);
  }

  /** In which band of its model's estimate a person lies; undefined: the point goes by none, or nothing is known. */
  #band(subject: string, members: readonly string[], { model }: ChoicePoint): ChoiceRecord['band'] {
    if (model === undefined) return undefined;
    const { clock, gate, packModels } = this.#parts;
    const permit = gate.permitRead(subject, 'personalise', members);
    const estimate = permit.ok ? packModels.estimate(model.name, permit.value, clock.now()) : permit;
    if (!estimate.ok || estimate.value === null) return undefined;
    const { score } = estimate.value;
    return { model: model.name, at: model.cuts.filter((cut) => score >= cut).length, estimate: score };
  }

  #ruleOf(
    action: Action,
    request: ChoiceRequest,
    point: ChoicePoint,
    person: PersonState | null,
    at: number,
    texts: Map<string, string>,
  ): GuardrailRule | undefined {
    const { choices, catalogue } = this.#parts;
    if (request.among !== undefined && !request.among.includes(action.id)) return 'not_asked';
    const rule = stopped(action, point.guardrails, person, at);
    if (rule !== undefined) return rule;
    if (isSpent(action, choices.spent(point.name, action.id, dayOf(at)), at)) return 'budget';
    if (action.template === undefined) return undefined;
    const languages = request.languages ?? Object.keys(action.template.texts);
    const onOffer = (id: string): Item | undefined => (catalogue.excludes(id, {}, at) === undefined ? catalogue.get(id)?.item : undefined);
    const text = render(action.template, languages, onOffer, at);
    if (!text.ok) return text.code === 'language_missing' ? text.code : 'claim_untrue';
    texts.set(action.id, text.value);
    return undefined;
  }
}

/** How far the current visit has come, in three steps: enough to learn from, too coarse to single anybody out. */
export function depthOf(items: number): string {
  if (items === 0) return 'arrived';
  return items < 4 ? 'looking' : 'deep';
}
