// Rows become events of their type: the item goes into the property that the type names for it, texts of CSV into what the type's schema
// says they are. What does not fit stays as it is, and the engine refuses it with the code and the property.
import type { IncomingEvent } from '../collect/incoming.js';
import type { Registry } from '../consent/registry.js';
import type { EventType, PropertyRule } from '../model/event-type.js';
import type { Properties } from '../model/event.js';
import type { ImportPlan } from './import-plan.js';
import type { ImportRow } from './row-reader.js';

/** An id of a row names the import, unless the file is an export: then it is the event's own. */
export function eventOf(row: ImportRow, plan: ImportPlan, registry: Registry, exported: boolean): IncomingEvent {
  const type = row.type ?? plan.type;
  const known = registry.known(type)?.type;
  const own = exported && row.id !== null;
  return {
    id: own ? (row.id ?? '') : `${plan.name}:${row.id ?? row.row}`,
    subject: row.subject,
    type,
    occurredAt: row.occurredAt,
    source: row.source ?? plan.name,
    properties: propertiesOf(row, known),
  };
}

function propertiesOf({ item, properties }: ImportRow, type: EventType | undefined): Properties {
  const out: { [name: string]: unknown } = {};
  for (const [name, value] of Object.entries(properties ?? {})) {
    const rule = type?.properties[name];
    out[name] = typeof value === 'string' && rule !== undefined ? valueOf(value, rule) : value;
  }
  if (item !== null && type?.item !== undefined) out[type.item] = item;
  return out;
}

function valueOf(text: string, { type }: PropertyRule): unknown {
  if (type === 'string') return text;
  if (type === 'number' || type === 'integer') return /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/.test(text) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
