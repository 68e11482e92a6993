// Validation at the edge: a registered type becomes a TypeBox schema and one compiled Ajv check. Parse once here, trust inside.
// A failure names the field, never its value.
import { Type, type TSchema } from '@sinclair/typebox';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { isSayable } from '../base/canonical-json.js';
import { limits } from '../base/limits.js';
import { fail, ok, type Failure, type Result } from '../base/result.js';
import type { EventType, PropertyRule } from '../model/event-type.js';
import type { Properties } from '../model/event.js';

const ajv = new Ajv({ allErrors: false, strict: true, allowUnionTypes: true });

const schemaOf: Record<PropertyRule['type'], (rule: PropertyRule) => TSchema> = {
  string: () => Type.String({ maxLength: 4096 }),
  number: (rule) => Type.Number(bounds(rule)),
  integer: (rule) => Type.Integer(bounds(rule)),
  boolean: () => Type.Boolean(),
  strings: () => Type.Array(Type.String({ maxLength: 1024 }), { maxItems: 256 }),
  object: () => Type.Object({}, { additionalProperties: true }),
  objects: () => Type.Array(Type.Object({}, { additionalProperties: true }), { maxItems: 256 }),
};

function bounds(rule: PropertyRule): { minimum?: number; maximum?: number } {
  return { ...(rule.min === undefined ? {} : { minimum: rule.min }), ...(rule.max === undefined ? {} : { maximum: rule.max }) };
}

/** The JSON Schema of a type's properties. Properties that are not declared are dropped before it is applied, not refused. */
export function schemaFor(type: EventType): TSchema {
  const parts: Record<string, TSchema> = {};
  for (const [name, rule] of Object.entries(type.properties)) {
    const schema = schemaOf[rule.type](rule);
    parts[name] = rule.required === true ? schema : Type.Optional(schema);
  }
  return Type.Object(parts);
}

export class Validator {
  readonly #compiled = new WeakMap<EventType, { readonly names: readonly string[]; readonly check: ValidateFunction }>();

  /** Only the declared properties, checked. */
  properties(type: EventType, given: Properties): Result<Properties> {
    let compiled = this.#compiled.get(type);
    if (compiled === undefined) {
      compiled = { names: Object.keys(type.properties), check: ajv.compile(schemaFor(type)) };
      this.#compiled.set(type, compiled);
    }
    const kept: Record<string, unknown> = {};
    for (const name of compiled.names) {
      // [C2]
      if (!Object.hasOwn(given, name)) continue;
      const value = given[name];
      if (value === undefined || value === null) continue;
      if (!isSayable(value)) return fail('event_property', `/properties/${name}`);
      kept[name] = value;
    }
    if (compiled.check(kept)) return ok(kept);
    return failureOf(compiled.check.errors?.[0]);
  }
}

function failureOf(error: ErrorObject | undefined): Failure {
  const ranged = error?.keyword === 'minimum' || error?.keyword === 'maximum';
  const missing: unknown = error?.params['missingProperty'];
  const field = `/properties${error?.instancePath ?? ''}${typeof missing === 'string' ? `/${missing}` : ''}`;
  return fail(ranged ? 'event_range' : 'event_property', field);
}

const yearTwoThousandMs = 946_684_800_000;

/** Is the time of an event believable? */
export function plausibleTime(occurredAt: number, receivedAt: number): boolean {
  return Number.isSafeInteger(occurredAt) && occurredAt >= yearTwoThousandMs && occurredAt <= receivedAt + limits.clockSkewMsMax;
}
