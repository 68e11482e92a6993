// The body of POST /v1/items: {items: [Item, ...]}. A TypeBox schema and one compiled Ajv check; all of them are taken, or none.
import { Type, type Static } from '@sinclair/typebox';
import { Ajv, type ErrorObject } from 'ajv';
import { lazily } from '../base/lazily.js';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Item } from '../model/item.js';
import { isId } from '../model/id.js';
import { isObject, refusal } from './json-body.js';

/** No half of a surrogate pair: it has no UTF-8. */
export const wellFormed = { pattern: '^[^\\ud800-\\udfff]*$' } as const;
const text = Type.String({ maxLength: limits.itemTextCharsMax, ...wellFormed });
const time = Type.Integer({ minimum: 0 });

export const itemSchema = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: limits.idCharsMax }),
    title: Type.Optional(text),
    category: Type.Optional(Type.String({ minLength: 1, maxLength: limits.idCharsMax, ...wellFormed })),
    price: Type.Optional(Type.Integer({ minimum: 0 })),
    currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
    stock: Type.Optional(Type.Integer({ minimum: 0 })),
    validFrom: Type.Optional(time),
    validUntil: Type.Optional(time),
    image: Type.Optional(text),
    attributes: Type.Optional(
      Type.Record(Type.String(wellFormed), Type.Union([text, Type.Number(), Type.Boolean()]), {
        maxProperties: limits.itemAttributesMax,
        additionalProperties: false,
      }),
    ),
  },
  { additionalProperties: false },
);

const checkOf = lazily(() => new Ajv({ strict: true, allowUnionTypes: true }).compile<Static<typeof itemSchema>>(itemSchema));

/** Fails with body_shape, body_too_deep, batch_too_long or item_shape and the place. */
export function parseItems(body: unknown): Result<readonly Item[]> {
  if (!isObject(body) || !Array.isArray(body['items'])) return fail('body_shape', '/items');
  const given: readonly unknown[] = body['items'];
  if (given.length > limits.itemsPerRequestMax) return fail('batch_too_long', '/items');
  const items: Item[] = [];
  const check = checkOf();
  for (const [index, each] of given.entries()) {
    const refused = refusal(each, limits.eventBytesMax);
    if (refused !== null) return fail(refused, `/items/${index}`);
    if (!check(each)) return fail('item_shape', `/items/${index}${placeOf(check.errors?.[0])}`);
    if (!isId(each.id)) return fail('item_shape', `/items/${index}/id`);
    items.push(each);
  }
  return ok(items);
}

/** The member that is wrong. One that is unknown is not named: its name is the sender's own text. */
function placeOf(error: ErrorObject | undefined): string {
  const missing: unknown = error?.params['missingProperty'];
  const inAttributes = error?.instancePath.startsWith('/attributes') === true;
  return `${inAttributes ? '/attributes' : (error?.instancePath ?? '')}${typeof missing === 'string' ? `/${missing}` : ''}`;
}
