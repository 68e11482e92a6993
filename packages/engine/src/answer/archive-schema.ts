// The schema in an archive: what each file is, and JSON Schema (2020-12) of the lines of events, made of the registry.
import type { EventType, PropertyRule } from '../model/event-type.js';
import { eventColumns, type TableNames } from './archive-table.js';

export const archiveFiles: Readonly<Record<string, string>> = {
  'index.html': 'The same to read: what was chosen, what was folded from it, the newest decisions and events.',
  'profile.json': 'All ids of the person, what holds of their consent for each id, and the traits that were folded from their events.',
  'consents.jsonl': 'Every choice that was made, as it was recorded: a line of JSON each, with its place in the log.',
  'events.jsonl': 'Every event that is kept, with the purposes for which it is; `corrected` where it was put right.',
  'tables/TYPE.csv':
    'The same events for spreadsheets, a file (`table`) for each type; a text that would be a formula begins with an apostrophe.',
  'decisions.jsonl': 'Every decision about the person, of whichever kind: the record, in sentences, and what became of it.',
  'records.jsonl': 'What else stands in the stream of the person: links between ids, requests, recipients, what was forgotten.',
  'schema.json': 'This.',
};

export function archiveSchema(types: readonly EventType[], tables: TableNames): object {
  return {
    format: 'ethogram-archive/1',
    files: archiveFiles,
    parts: 'A long file comes in parts: events-1.jsonl, events-2.jsonl and so on.',
    times: 'ISO 8601 in UTC. `occurredAt` as the device said it, `receivedAt` as it came in.',
    columns: [...eventColumns, 'then the properties of the type, as declared; what is no text or number, as JSON'],
    events: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      oneOf: types.map(({ name }) => ({ $ref: `#/$defs/${pointed(name)}` })),
      $defs: Object.fromEntries(types.map((type) => [type.name, lineOf(type)])),
    },
    eventTypes: types.map(({ name, category, purposes, retentionDays }) => ({
      name,
      table: tables.of(name),
      category,
      purposes,
      retentionDays,
    })),
  };
}

/** A name within a URI fragment that is a JSON pointer (RFC 6901, section 6). */
function pointed(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function lineOf({ name, properties }: EventType): object {
  const declared = Object.entries(properties);
  return {
    type: 'object',
    required: ['id', 'subject', 'type', 'occurredAt', 'receivedAt', 'source', 'purposes', 'properties'],
    properties: {
      id: { type: 'string' },
      subject: { type: 'string' },
      type: { const: name },
      occurredAt: { type: 'string', format: 'date-time' },
      receivedAt: { type: 'string', format: 'date-time' },
      source: { type: 'string' },
      purposes: { type: 'array', items: { type: 'string' } },
      corrected: { const: true },
      properties: {
        type: 'object',
        properties: Object.fromEntries(declared.map(([key, rule]) => [key, valueOf(rule)])),
        required: declared.filter(([, rule]) => rule.required === true).map(([key]) => key),
      },
    },
  };
}

function valueOf({ type, min, max, unit }: PropertyRule): object {
  const bounds = { ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) };
  const told = unit === undefined ? {} : { description: `in ${unit}` };
  if (type === 'strings') return { type: 'array', items: { type: 'string' }, ...told };
  if (type === 'objects') return { type: 'array', items: { type: 'object' }, ...told };
  return { type, ...bounds, ...told };
}
