// What a choice point must be before the engine starts with it. A tenant's mistake here would be made on people, so it is refused, not
// warned of.
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { ChoicePoint } from '../model/choice.js';
import type { Trait } from '../understand/trait.js';
import { ridgeFeaturesMax } from '../predict/arms/arm-ridges.js';
import { hourIn } from './guardrails/quiet-hours.js';
import { lintTemplate } from './templates/lint.js';

/** Outcomes that only say that somebody stayed or looked: alone they reward what keeps people hooked. */
export const engagementOutcomes: ReadonlySet<string> = new Set([
  'click',
  'clicked',
  'open',
  'opened',
  'view',
  'viewed',
  'scroll',
  'time',
  'dwell',
  'watch',
  'session',
  'session_length',
  'return_visit',
  'impression',
  'engagement',
  'spend',
]);

/** Words in names of features that say that somebody's feelings or distress are read. */
const emotionWords = /emotion|mood|stress|distress|sentiment|affect|anger|angry|sad|anxi|lonel|fear|frustrat|rage|arousal|fatigue|depress/i;

export const holdoutPpmMin = 50_000;
export const uniformPpmMin = 1_000;

/** Fails with objective_refused, feature_refused, point_shape or template_refused; `field` names the place. `traits`: all there are. */
export function checkPoint(point: ChoicePoint, traits: readonly Pick<Trait, 'name' | 'kind' | 'purpose'>[]): Result<ChoicePoint> {
  const { objective, actions, features, guardrails } = point;
  if (engagementOutcomes.has(objective.outcome.toLowerCase()) && objective.welfare === undefined)
    return fail('objective_refused', '/objective', 'engagement alone');
  if (objective.welfare?.outcome === objective.outcome) return fail('objective_refused', '/objective/welfare', 'harm is not the goal');
  const feeling = features.findIndex((name) => emotionWords.test(name));
  if (feeling >= 0) return fail('feature_refused', `/features/${feeling}`);
  const ids = new Set(actions.map(({ id }) => id));
  if (actions.length === 0 || actions.length > limits.choiceActionsMax || ids.size < actions.length) return fail('point_shape', '/actions');
  if (features.length >= ridgeFeaturesMax) return fail('point_shape', '/features');
  // What is no number lies within nothing: it would let everything pass, here and when it is held against what was done.
  if (!within(point.holdoutPpm, holdoutPpmMin, 500_000)) return fail('point_shape', '/holdoutPpm');
  if (!within(point.uniformPpm, uniformPpmMin, 1_000_000)) return fail('point_shape', '/uniformPpm');
  if (!within(point.floorPpm, 0, 500_000)) return fail('point_shape', '/floorPpm');
  if (point.halfLifeDays !== null && !(point.halfLifeDays >= 1)) return fail('point_shape', '/halfLifeDays');
  if (!within(objective.welfare?.allowedPpm ?? 0, 0, 1_000_000)) return fail('point_shape', '/objective/welfare/allowedPpm');
  const unlimited = actions.findIndex(({ perDayMax = 0, ageMin = 0 }) => !(perDayMax >= 0 && ageMin >= 0));
  if (unlimited >= 0) return fail('point_shape', `/actions/${unlimited}`);
  const loose = looseIn(guardrails);
  if (loose !== undefined) return fail('point_shape', `/guardrails/${loose}`);
  const { name: experiment, arms, covariate, groups = [] } = point.experiment ?? {};
  // Who joined stands under its name in an object; what every object has already would pass for them.
  if (experiment !== undefined && experiment in {}) return fail('point_shape', '/experiment/name');
  if (arms !== undefined && !areArms(arms)) return fail('point_shape', '/experiment/arms');
  // [C89]
  const counts = traits.some(({ name, kind, purpose }) => name === covariate?.trait && kind === 'counter' && purpose === 'train');
  // A counter knows no more days than it keeps, and would count twice what is named twice.
  const isCounted = covariate === undefined || (within(covariate.days, 1, limits.counterDays) && isEachOnce(covariate.of));
  if (covariate !== undefined && !(counts && isCounted)) return fail('point_shape', '/experiment/covariate');
  if (groups.length > limits.experimentGroupsMax || !isEachOnce(groups)) return fail('point_shape', '/experiment/groups');
  for (const [at, { template }] of actions.entries()) {
    const finding = template === undefined ? undefined : lintTemplate(template)[0];
    if (finding !== undefined) return fail('template_refused', `/actions/${at}/template`, `${finding.rule}, ${finding.language}`);
  }
  return ok(point);
}

function within(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

/** The first of the guardrails that would stop nothing, or at other hours than it says. */
function looseIn({ caps, fatigue, quiet, zones, vulnerable }: ChoicePoint['guardrails']): string | undefined {
  const open = caps.findIndex(({ max, withinMs, channels }) => !(max >= 0 && withinMs > 0 && channels.length > 0));
  if (open >= 0) return `caps/${open}`;
  if (fatigue !== undefined && !(fatigue.ignoredMax >= 1 && fatigue.pauseMs > 0)) return 'fatigue';
  if (quiet !== undefined && !(within(quiet.from, 0, 23) && within(quiet.until, 0, 24))) return 'quiet';
  const spared = vulnerable.findIndex(({ declared, categories }) => declared.length === 0 || categories.length === 0);
  if (spared >= 0) return `vulnerable/${spared}`;
  return zones?.some((zone) => hourIn(zone, 0) === undefined) === true ? 'zones' : undefined;
}

/** Two at least, told apart by their names, each with a share. */
function areArms(arms: NonNullable<ChoicePoint['experiment']>['arms']): boolean {
  const names = new Set(arms.map(({ name }) => name));
  return arms.length >= 2 && names.size === arms.length && arms.every(({ weight }) => Number.isSafeInteger(weight) && weight > 0);
}

function isEachOnce(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}
