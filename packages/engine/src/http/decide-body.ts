// The body of POST /v1/decide/:point to a rank request. Checked by hand: this is a hot route and the shape is small. A part that is not
// known is refused where ignoring it would change what is shown (a filter), and ignored elsewhere.
import { isSayable } from '../base/canonical-json.js';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { RankRequest } from '../model/decision.js';
import type { ItemFilter, ItemValue } from '../model/item.js';
import { parseSituation } from './choose-body.js';
import { isId, isIds, subjectOf } from './id.js';
import { isObject, refusal, type JsonObject } from './json-body.js';

/** `gpc`: the request carried an objection signal. Fails with body_shape or body_too_deep and the place. */
export function parseDecide(point: string, body: unknown, gpc: boolean): Result<RankRequest> {
  if (!isObject(body)) return fail('body_shape', '');
  const refused = refusal(body, limits.bodyBytesMax);
  if (refused !== null) return fail(refused);
  const subject = subjectOf(body, 'body_shape');
  if (!subject.ok) return subject;
  const { context, exclude, pins, limit } = body;
  const items = isObject(context) ? context['items'] : undefined;
  if (context !== undefined && !isObject(context)) return fail('body_shape', '/context');
  if (items !== undefined && !isIds(items, limits.excludePerRequestMax)) return fail('body_shape', '/context/items');
  if (exclude !== undefined && !isIds(exclude, limits.excludePerRequestMax)) return fail('body_shape', '/exclude');
  if (pins !== undefined && !isIds(pins, limits.rankLimitMax)) return fail('body_shape', '/pins');
  if (limit !== undefined && !isLimit(limit)) return fail('body_shape', '/limit');
  const filter = parseFilter(body['filter']);
  if (!filter.ok) return filter;
  const situation = parseSituation(body);
  if (!situation.ok) return situation;
  return ok({
    point,
    ...(subject.value === undefined ? {} : { subject: subject.value }),
    ...(items === undefined ? {} : { context: { items: items.slice(-limits.queryItemsMax) } }),
    ...(filter.value === undefined ? {} : { filter: filter.value }),
    ...(exclude === undefined ? {} : { exclude }),
    ...(pins === undefined ? {} : { pins }),
    ...(limit === undefined ? {} : { limit }),
    ...(gpc ? { gpc } : {}),
  });
}

function isLimit(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= limits.rankLimitMax;
}

const filterParts: ReadonlySet<string> = new Set<keyof ItemFilter>(['category', 'priceMin', 'priceMax', 'inStock', 'attributes']);

function parseFilter(given: unknown): Result<ItemFilter | undefined> {
  if (given === undefined) return ok(undefined);
  if (!isObject(given) || !isSayable(given)) return fail('body_shape', '/filter');
  for (const name of Object.keys(given)) if (!filterParts.has(name)) return fail('body_shape', '/filter', 'a part that is not known');
  const { priceMin, priceMax, inStock, attributes } = given;
  const category = typeof given['category'] === 'string' ? [given['category']] : given['category'];
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
  return isObject(value) && Object.entries(value).every(([name, part]) => isId(name) && isItemValue(part));
}

function isItemValue(value: JsonObject[string]): value is ItemValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
