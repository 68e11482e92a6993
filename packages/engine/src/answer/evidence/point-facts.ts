// What the evidence says of decision points: what each does to people, how far it may go, and when harm stopped it. From how the points
// were declared, and from facts of the log about nobody.
import { isoText } from '../../base/calendar.js';
import type { Action, ChoicePoint, FrequencyCap } from '../../model/choice.js';
import type { DecisionPoint } from '../../model/decision-point.js';
import type { ItemFilter } from '../../model/item.js';
import type { PlanPoint } from '../../model/plan.js';
import { systemTypes, type PointRestart, type PointStop } from '../../model/system-event.js';
import type { Fact, RegistryEntry, Source, Statement } from './evidence.js';
import { slug } from './slug.js';

export interface PointFacts {
  readonly points: readonly DecisionPoint[];
  readonly choicePoints: readonly ChoicePoint[];
  readonly planPoints: readonly PlanPoint[];
  /** What a ranking or a plan of that point never shows. */
  readonly filters: readonly { readonly name: string; readonly point: string; readonly only: ItemFilter; readonly because: string }[];
  readonly facts: readonly Fact[];
}

const hourMs = 3_600_000;
const at = (point: { readonly name: string }): Source => ({ registry: slug('point', point.name) });
const listed = (parts: readonly string[], none = 'none'): string => (parts.length === 0 ? none : parts.join(', '));
const unique = (parts: readonly string[]): string => [...new Set(parts)].join(', ');

/** Entries of the registry, without what all of the program's have in common. */
export function pointEntries({ points, choicePoints, planPoints, filters }: PointFacts): Omit<RegistryEntry, 'id' | 'proof'>[] {
  return [
    ...points.map(({ name, kind, limit, uniformPpm }) => ({
      kind: 'point',
      name,
      fields: { kind, limit, 'drawn uniformly, ppm': uniformPpm },
    })),
    ...choicePoints.map((point) => ({ kind: 'point', name: point.name, fields: choiceFields(point) })),
    ...planPoints.map(({ name, kind, model, categories }) => ({
      kind: 'point',
      name,
      fields: { kind, model, 'categories of stops': categories.join(', ') },
    })),
    ...filters.map(({ name, point, only, because }) => ({
      kind: 'filter',
      name,
      fields: { point, 'shows only': JSON.stringify(only), because },
    })),
  ];
}

function choiceFields(point: ChoicePoint): RegistryEntry['fields'] {
  const { kind, actions, learner, features, halfLifeDays, model, objective, experiment } = point;
  return {
    kind,
    actions: actions.map(actionText).join('; '),
    'aims at the outcome': objective.outcome,
    learner,
    'goes by of the request': listed(features, 'its segment'),
    'tells people apart by': model === undefined ? 'no model' : `the model ${model.name}, cut at ${model.cuts.join(', ')}`,
    'half-life, days': halfLifeDays ?? 'none',
    'drawn uniformly, ppm': point.uniformPpm,
    'floor at first, ppm': point.floorPpm,
    'uninfluenced, ppm': point.holdoutPpm,
    experiment: experiment === undefined ? 'none' : `${experiment.name}: ${experiment.arms.map(({ name }) => name).join(', ')}`,
  };
}

function actionText({ id, kind, channel, category }: Action): string {
  return `${id} (${kind} by ${channel}, about ${category})`;
}

/** For an impact assessment: what each point does to people. */
export function pointEffects({ points, choicePoints, planPoints }: PointFacts): Statement[] {
  return [
    ...points.map((point) => ({
      says: `Decision point ${point.name}`,
      value: `${point.kind}: an order that is shown; nothing is withheld from a person by it`,
      source: at(point),
    })),
    ...choicePoints.map((point) => ({
      says: `Decision point ${point.name}`,
      value: `choose: one of ${point.actions.length} actions (${unique(point.actions.map(({ kind }) => kind))}, by ${unique(
        point.actions.map(({ channel }) => channel),
      )}), or none, so that ${point.objective.outcome} follows; what others get may be withheld by it`,
      source: at(point),
    })),
    ...planPoints.map((point) => ({
      says: `Decision point ${point.name}`,
      value: 'plan: an order of places and times, for whoever asks and who comes along',
      source: at(point),
    })),
  ];
}

/** What bounds the points, and what stopped them. */
export function pointBounds(facts: PointFacts): Statement[] {
  return [
    ...[...facts.points, ...facts.choicePoints].map((point) => ({
      says: `Point ${point.name}: share of decisions drawn uniformly, so that effects can be judged, ppm`,
      value: point.uniformPpm,
      source: at(point),
    })),
    ...facts.choicePoints.flatMap(choiceBounds),
    ...facts.filters.map(({ name, point, because }) => ({
      says: `Point ${point}: rule ${name}`,
      value: because,
      source: { registry: slug('filter', name) },
    })),
    ...stops(facts),
  ];
}

function choiceBounds(point: ChoicePoint): Statement[] {
  const { caps, fatigue, quiet, zones, deny, vulnerable } = point.guardrails;
  const { welfare } = point.objective;
  const source = at(point);
  const says = (what: string, value: string | number): Statement => ({ says: `Point ${point.name}: ${what}`, value, source });
  return [
    says('share left uninfluenced (holdout), ppm', point.holdoutPpm),
    says('stops by itself', welfare === undefined ? 'never: no harm is watched' : harmText(welfare)),
    says('addresses somebody at most', listed(caps.map(capText), 'without a bound')),
    says('quiet hours', quiet === undefined ? 'none' : `${quiet.from} to ${quiet.until} h in ${zones?.join(', ') ?? 'any zone'}`),
    says(
      'leaves somebody alone',
      fatigue === undefined ? 'never' : `for ${fatigue.pauseMs / hourMs} h after ${fatigue.ignoredMax} in a row that led to nothing`,
    ),
    says('categories that are never chosen', listed(deny)),
    ...vulnerable.map(({ declared, categories }) => says(`not for whoever declared "${declared}"`, categories.join(', '))),
    ...point.actions.flatMap(({ id, ageMin, perDayMax }) => [
      ...(ageMin === undefined ? [] : [says(`${id}: only from an age that was said, years`, ageMin)]),
      ...(perDayMax === undefined ? [] : [says(`${id}: on one day at most, to everybody together`, perDayMax)]),
    ]),
  ];
}

function harmText({ outcome, allowedPpm }: NonNullable<ChoicePoint['objective']['welfare']>): string {
  return `when ${outcome} is proven to be more frequent than in the holdout by over ${allowedPpm} ppm`;
}

function capText({ channels, withinMs, max }: FrequencyCap): string {
  return `${max} in ${withinMs / hourMs} h by ${channels.join(', ')}`;
}

/** A stop holds how many it was seen in, exactly: it is told, and not proved. */
function stops({ facts }: PointFacts): Statement[] {
  return facts.flatMap(({ position, event }): Statement[] => {
    if (event.type === systemTypes.pointStopped) {
      const { point, group } = event.properties['stop'] as PointStop; // written by the engine
      const where = group === null ? 'among everybody' : `in the group ${group}`;
      return [
        {
          says: `Point ${point}: stopped on ${isoText(event.occurredAt)}`,
          value: `harm ${where}`,
          source: { registry: slug('part', 'decision') },
        },
      ];
    }
    if (event.type !== systemTypes.pointRestarted) return [];
    const { point, by, reason } = event.properties['restart'] as PointRestart; // written by the engine
    return [
      { says: `Point ${point}: started again on ${isoText(event.occurredAt)}`, value: `${reason}; by ${by}`, source: { proof: position } },
    ];
  });
}
