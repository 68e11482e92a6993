// What a request to rank may hold: checked here alone, whoever asks, since all of it stands in the record, which has to be sayable in the
// log, and its size is bounded by that. A part of a filter that is not known is refused, for ignoring it would change what is shown.
// Checked by hand: this is a hot way, and the shape is small. A part that is null is absent, as everywhere in a body.
import { isSayable } from '../base/canonical-json.js';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Asked } from '../model/asked.js';
import type { RankRequest } from '../model/decision.js';
import { isId, isIds, unlessEmpty } from '../model/id.js';
import type { ItemFilter, ItemValue } from '../model/item.js';

type Parts = { readonly [name: string]: unknown };

/** Fails with body_shape and the place. */
export function checkRank(point: string, asked: Asked<RankRequest>): Result<RankRequest> {
  const subject = unlessEmpty(asked.subject);
  const context = asked.context ?? undefined;
  const exclude = asked.exclude ?? undefined;
  const pins = asked.pins ?? undefined;
  const limit = asked.limit ?? undefined;
  const gpc = asked.gpc ?? undefined;
  if (subject !== undefined && !isId(subject)) return fail('body_shape', '/subject');
  if (context !== undefined && !isParts(context)) return fail('body_shape', '/context');
  const items = context?.['items'] ?? undefined;
  if (items !== undefined && !isIds(items, limits.excludePerRequestMax)) return fail('body_shape', '/context/items');
  if (exclude !== undefined && !isIds(exclude, limits.excludePerRequestMax)) return fail('body_shape', '/exclude');
  if (pins !== undefined && !isIds(pins, limits.rankLimitMax)) return fail('body_shape', '/pins');
  if (limit !== undefined && !isLimit(limit)) return fail('body_shape', '/limit');
  if (gpc !== undefined && typeof gpc !== 'boolean') return fail('body_shape', '/gpc');
  const filter = checkFilter(asked.filter ?? undefined);
  if (!filter.ok) return filter;
  return ok({
    point,
    ...(subject === undefined ? {} : { subject }),
    ...(items === undefined ? {} : { context: { items: items.slice(-limits.queryItemsMax) } }),
    ...(filter.value === undefined ? {} : { filter: filter.value }),
    ...(exclude === undefined ? {} : { exclude }),
    ...(pins === undefined ? {} : { pins }),
    ...(limit === undefined ? {} : { limit }),
    ...(gpc === true ? { gpc } : {}),
  });
}

function isParts(value: unknown): value is Parts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLimit(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= limits.rankLimitMax;
}

const filterParts: ReadonlySet<string> = new Set<keyof ItemFilter>(['category', 'priceMin', 'priceMax', 'inStock', 'attributes']);

function checkFilter(given: unknown): Result<ItemFilter | undefined> {
  if (given === undefined) return ok(undefined);
  if (!isParts(given) || !isSayable(given)) return fail('body_shape', '/filter');
  for (const name of Object.keys(given)) if (!filterParts.has(name)) return fail('body_shape', '/filter', 'a part that is not known');
  const priceMin = given['priceMin'] ?? undefined;
  const priceMax = given['priceMax'] ?? undefined;
  const inStock = given['inStock'] ?? undefined;
  const attributes = given['attributes'] ?? undefined;
  const category = typeof given['category'] === 'string' ? [given['category']] : (given['category'] ?? undefined);
  if (category !== undefined && !isIds(category, limits.excludePerRequestMax)) return fail('body_shape', '/filter/category');
  if (priceMin !== undefined && typeof priceMin !== 'number') return fail('body_shape', '/filter/priceMin');
  if (priceMax !== undefined && typeof priceMax !== 'number') return fail('body_shape', '/filter/priceMax');
  if (inStock !== undefined && typeof inStock !== 'boolean') return fail('body_shape', '/filter/inStock');
  if (attributes !== undefined && !isAttributes(attributes)) return fail('body_shape', '/filter/attributes');
  return ok({
    ...(category === undefined ? {} : { category }),
    ...(priceMin === undefined ? {} : { priceMin }),
    ...(priceMax === undefined ? {} : { priceMax }),
    ...(inStock === undefined ? {} : { inStock }),
    ...(attributes === undefined ? {} : { attributes }),
  });
}

function isAttributes(value: unknown): value is { readonly [name: string]: ItemValue } {
  return isParts(value) && Object.entries(value).every(([name, part]) => isId(name) && isItemValue(part));
}

function isItemValue(value: unknown): value is ItemValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
