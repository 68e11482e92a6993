// What is wrong with a pack: every finding with its place, a code and what to do. A pack without findings opens.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { limits } from '../base/limits.js';
import type { EventType } from '../model/event-type.js';
import { lazily } from '../base/lazily.js';
import { isSystemType } from '../model/system-event.js';
import { checkDefinitions, type DefinitionProblem } from '../understand/segments/check-definitions.js';
import type { Trait } from '../understand/trait.js';
import { checkPoint } from '../influence/point-rules.js';
import type { ModelUse, Pack, PackPoint } from './pack.js';
import { packSchema } from './pack-schema.js';
import { shapeErrors } from './shape-errors.js';

export type PackCode =
  | DefinitionProblem['code']
  | 'type_taken'
  | 'type_system'
  | 'type_item'
  | 'type_unknown'
  | 'model_learns'
  | 'model_taken'
  | 'model_unknown'
  | 'point_shape'
  | 'point_unknown'
  | 'point_taken'
  | 'reason_text';

export interface PackFinding {
  readonly code: PackCode;
  /** JSON pointer into the pack. */
  readonly field: string;
  readonly sentence: string;
  readonly hint: string;
}

/** What is there before a pack is: event types, traits, decision points. */
export interface PackSurroundings {
  readonly eventTypes: readonly EventType[];
  readonly traits: readonly Pick<Trait, 'name' | 'kind' | 'purpose'>[];
  readonly points: readonly string[];
  /** Names of models of other packs. */
  readonly models?: readonly string[];
}

export const packHints: { readonly [C in PackCode]: string } = {
  shape: 'Compare it with docs/packs.md; an editor that knows the type Pack shows the same.',
  name_taken: 'Choose another name, best with the name of the pack in front.',
  purpose_unknown: 'Use one of: service, analytics, personalise, train, care, fraud, wellbeing, fairness, share, research.',
  trait_unknown: 'Define the trait in `traits` of this pack, or name one that is there.',
  trait_kind:
    'Name a trait of the kind that the condition reads: count a counter or sum, seen a recency, times a window, last a last_value.',
  trait_purpose: 'A segment rests on nothing that was kept for another purpose: define a trait of its purpose, or change the purpose.',
  range: 'Choose a value within the limits; docs/limits.md lists them.',
  too_many: 'Take some out; docs/limits.md lists how many there may be.',
  cuts_unknown: 'Define it in `cutPoints`, with that measure.',
  type_taken: 'Another event type has that name or alias and says something else: use it as it is, or rename yours.',
  type_system: 'That name belongs to the engine: choose another.',
  type_item: '`item` and the properties of a model must be declared in `properties`.',
  type_unknown: 'Name an event type of this pack, or one that is there already.',
  model_learns:
    'It learns from types with `train` among their purposes that have what its kind needs: an item, a list, a number (docs/packs.md).',
  model_taken: 'Choose another name for the model, best with the name of the pack in front.',
  model_unknown: 'Name a model of `models` of the kind that the point goes by: rank baskets, plan places, choose propensity or lifetime.',
  point_shape: 'docs/influence.md tells what a choice point must be; the sentence names the place and what is wrong.',
  point_unknown: 'Define the decision point in `decisionPoints`, or name one that is there.',
  point_taken: 'Choose another name for the decision point.',
  reason_text: 'Texts may hold {item} and {people}, and nothing else in braces.',
};

/** Kinds of models that a kind of decision point can use. */
const kindsFor: Readonly<Record<PackPoint['kind'], readonly string[]>> = {
  rank: ['baskets'],
  plan: ['places'],
  choose: ['propensity', 'lifetime'],
};

const shapeOf = lazily(() => new Ajv2020({ strict: false, allErrors: true, discriminator: false }).compile(packSchema));
const shapeFindingsMax = 20;

export function checkPack(given: unknown, around: PackSurroundings): PackFinding[] {
  if (!isPack(given)) {
    const wrong = shapeErrors(shapeOf().errors ?? []).slice(0, shapeFindingsMax);
    return wrong.map(({ field, sentence }) => finding('shape', field, sentence));
  }
  return [...typeFindings(given, around), ...definitionFindings(given, around), ...pointFindings(given, around)];
}

function isPack(given: unknown): given is Pack {
  return shapeOf()(given);
}

function finding(code: PackCode, field: string, sentence: string): PackFinding {
  return { code, field, sentence, hint: packHints[code] };
}

function typeFindings({ eventTypes = [], models = [], segments = [], cutPoints = [] }: Pack, around: PackSurroundings): PackFinding[] {
  const found: PackFinding[] = [];
  const names = new Map<string, EventType>();
  for (const type of around.eventTypes) for (const name of [type.name, ...(type.aliases ?? [])]) names.set(name, type);
  eventTypes.forEach((type, at) => {
    const field = `/eventTypes/${at}`;
    if (isSystemType(type.name)) found.push(finding('type_system', `${field}/name`, `${type.name} is a type of the engine`));
    for (const name of [type.name, ...(type.aliases ?? [])]) {
      const other = names.get(name);
      if (other !== undefined && JSON.stringify(other) !== JSON.stringify(type))
        found.push(finding('type_taken', field, `${name} is taken by ${other.name}`));
      names.set(name, type);
    }
    if (type.item !== undefined && type.properties[type.item]?.type !== 'string')
      found.push(finding('type_item', `${field}/item`, `the property ${type.item} is not declared as a string`));
  });
  // An event is kept under its type's own name: what asks for another name would never find it.
  const unknown = (of: readonly string[], field: string): void => {
    for (const name of of) {
      const type = names.get(name);
      if (type === undefined) found.push(finding('type_unknown', field, `there is no event type ${name}`));
      else if (type.name !== name) found.push(finding('type_unknown', field, `${name} is another name of ${type.name}: name that`));
    }
  };
  models.forEach((model, at) => {
    model.learnsFrom.forEach((name, index) => {
      const field = `/models/${at}/learnsFrom/${index}`;
      const type = names.get(name);
      if (type?.name !== name) unknown([name], field);
      else if (type.purposes.train === undefined || !canLearn(model, type))
        found.push(finding('model_learns', field, `nothing is learned from ${name}`));
    });
    if (model.kind === 'propensity' && !model.learnsFrom.includes(model.target))
      found.push(finding('model_learns', `/models/${at}/target`, `${model.target} is not among what it learns from`));
  });
  cutPoints.forEach(({ measures }, at) => measures.forEach(({ of }, index) => unknown(of, `/cutPoints/${at}/measures/${index}/of`)));
  segments.forEach(({ when }, at) => {
    for (const of of typesIn(when)) unknown(of, `/segments/${at}/when`);
  });
  return found;
}

function canLearn(model: ModelUse, { counts, item, properties }: EventType): boolean {
  switch (model.kind) {
    case undefined:
      return counts === true && item !== undefined;
    case 'places':
      return item !== undefined;
    case 'baskets':
      return properties[model.list]?.type === 'objects' || properties[model.list]?.type === 'strings';
    case 'lifetime':
      return properties[model.value]?.type === 'number' || properties[model.value]?.type === 'integer';
    case 'propensity':
      return true;
  }
}

/** The lists of event types that a condition names, at any depth. */
function* typesIn(value: unknown): Iterable<readonly string[]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    if (key === 'of' && Array.isArray(part)) yield part.filter((each): each is string => typeof each === 'string');
    else yield* typesIn(part);
  }
}

function definitionFindings({ traits = [], segments = [], cutPoints = [] }: Pack, around: PackSurroundings): PackFinding[] {
  return checkDefinitions({ traits, segments, cutPoints }, around.traits).map(({ code, field, sentence }) =>
    finding(code, field, sentence),
  );
}

function pointFindings(pack: Pack, around: PackSurroundings): PackFinding[] {
  const { decisionPoints = [], guardrails = [], reasons = {}, models = [] } = pack;
  const found: PackFinding[] = [];
  const taken = new Set(around.models ?? []);
  models.forEach(({ name, kind }, at) => {
    if (kind !== undefined && taken.has(name)) found.push(finding('model_taken', `/models/${at}/name`, `${name} is there already`));
    taken.add(name);
  });
  if (taken.size > limits.modelsMax) found.push(finding('too_many', '/models', `at most ${limits.modelsMax}`));
  const points = new Set(around.points);
  decisionPoints.forEach((point, at) => {
    const field = `/decisionPoints/${at}`;
    const { name } = point;
    if (points.has(name)) found.push(finding('point_taken', `${field}/name`, `${name} is there already`));
    if (point.kind === 'rank' && point.limit > limits.rankLimitMax)
      found.push(finding('range', `${field}/limit`, `at most ${limits.rankLimitMax}`));
    if (point.kind === 'choose') {
      const checked = checkPoint(point, [...around.traits, ...(pack.traits ?? [])]);
      if (!checked.ok)
        found.push(
          finding(
            'point_shape',
            `${field}${checked.field ?? ''}`,
            `${checked.code}${checked.detail === undefined ? '' : `: ${checked.detail}`}`,
          ),
        );
    }
    const used = typeof point.model === 'object' ? point.model.name : point.model;
    if (used !== undefined && !models.some((model) => model.name === used && kindsFor[point.kind].includes(model.kind ?? 'next_item')))
      found.push(finding('model_unknown', `${field}/model`, `there is no such model ${used} for a point of kind ${point.kind}`));
    points.add(name);
  });
  guardrails.forEach(({ point }, at) => {
    if (!points.has(point)) found.push(finding('point_unknown', `/guardrails/${at}/point`, `there is no decision point ${point}`));
  });
  for (const [kind, text] of Object.entries(reasons)) {
    const odd = [...text.matchAll(/\{([^}]*)\}/g)].find(([, name]) => name !== 'item' && name !== 'people');
    if (odd !== undefined) found.push(finding('reason_text', `/reasons/${kind}`, `${odd[0]} stands for nothing`));
  }
  return found;
}
