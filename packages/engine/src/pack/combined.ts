// Several packs together: what the engine is opened with. Order does not matter to what is folded: parts are sorted by name.
import { CodedError } from '../base/errors.js';
import type { ChoicePoint } from '../model/choice.js';
import type { DecisionPoint } from '../model/decision-point.js';
import type { Definitions, ModelSpec } from '../model/definitions.js';
import type { EventType } from '../model/event-type.js';
import type { ItemFilter } from '../model/item.js';
import type { PlanPoint } from '../model/plan.js';
import { byteOrder } from '../ports/tables.js';
import { checkPack, type PackSurroundings } from './check-pack.js';
import type { Guardrail, Pack, ReasonTexts } from './pack.js';

export interface Combined {
  readonly eventTypes: readonly EventType[];
  readonly definitions: Definitions;
  readonly points: readonly DecisionPoint[];
  readonly choicePoints: readonly ChoicePoint[];
  readonly planPoints: readonly PlanPoint[];
  readonly guardrails: readonly Guardrail[];
  readonly reasons: ReasonTexts;
}

/** Throws CodedError pack_wrong for the first finding: `around` is what is there without packs. */
export function combine(
  packs: readonly Pack[],
  around: PackSurroundings & { readonly decisionPoints: readonly DecisionPoint[]; readonly choicePoints?: readonly ChoicePoint[] },
): Combined {
  const sorted = [...packs].sort((a, b) => byteOrder(a.name, b.name));
  const eventTypes = [...around.eventTypes];
  const traits = [...around.traits];
  const points = [...around.points];
  const models = [...(around.models ?? [])];
  for (const pack of sorted) {
    const [wrong] = checkPack(pack, { eventTypes, traits, points, models });
    if (wrong !== undefined) throw new CodedError('pack_wrong', `${pack.name}${wrong.field}: ${wrong.sentence}`);
    const known = new Set(eventTypes.map(({ name }) => name));
    eventTypes.push(...(pack.eventTypes ?? []).filter(({ name }) => !known.has(name)));
    traits.push(...(pack.traits ?? []));
    points.push(...(pack.decisionPoints ?? []).map(({ name }) => name));
    models.push(...(pack.models ?? []).map(({ name }) => name).filter((name) => name !== 'next_item'));
  }
  const all = <T extends { readonly name: string }>(of: (pack: Pack) => readonly T[] | undefined): T[] =>
    sorted.flatMap((pack) => of(pack) ?? []);
  const own = all((pack) => pack.models).filter((each): each is ModelSpec => each.kind !== undefined);
  const added = all((pack) => pack.decisionPoints);
  return {
    eventTypes,
    definitions: {
      traits: all((pack) => pack.traits),
      segments: all((pack) => pack.segments),
      cutPoints: all((pack) => pack.cutPoints),
      ...(own.length === 0 ? {} : { models: own }),
    },
    points: [...around.decisionPoints, ...added.filter((each) => each.kind === 'rank')],
    choicePoints: [...(around.choicePoints ?? []), ...added.filter((each) => each.kind === 'choose')],
    planPoints: added.filter((each) => each.kind === 'plan'),
    guardrails: all((pack) => pack.guardrails),
    reasons: Object.assign({}, ...sorted.map(({ reasons }) => reasons ?? {})) as ReasonTexts,
  };
}

/** What a request may ask for, under the guardrails of its point: what both let through. */
export function guarded(filter: ItemFilter | undefined, point: string, guardrails: readonly Guardrail[]): ItemFilter | undefined {
  return guardrails
    .filter((rule) => rule.point === point)
    .reduce<ItemFilter | undefined>((held, { only }) => narrowed(held ?? {}, only), filter);
}

function narrowed(one: ItemFilter, other: ItemFilter): ItemFilter {
  const category = one.category === undefined ? other.category : one.category.filter((each) => other.category?.includes(each) ?? true);
  const priceMin = Math.max(one.priceMin ?? -Infinity, other.priceMin ?? -Infinity);
  const priceMax = Math.min(one.priceMax ?? Infinity, other.priceMax ?? Infinity);
  const inStock = one.inStock === true || other.inStock === true;
  return {
    ...(category === undefined ? {} : { category }),
    ...(priceMin === -Infinity ? {} : { priceMin }),
    ...(priceMax === Infinity ? {} : { priceMax }),
    ...(inStock ? { inStock } : {}),
    // The rule wins over what a request says about the same attribute.
    ...(one.attributes === undefined && other.attributes === undefined ? {} : { attributes: { ...one.attributes, ...other.attributes } }),
  };
}
