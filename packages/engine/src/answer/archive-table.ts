// The CSV files of an archive: one for each event type, its columns the properties that the registry declares. RFC 4180; a text that a
// spreadsheet would take for a formula begins with an apostrophe here (and without it in the JSON Lines).
import { isoText } from '../base/calendar.js';
import type { BehaviourEvent } from '../model/event.js';
import type { EventType } from '../model/event-type.js';
import { purposesOf } from '../model/purpose.js';

export const eventColumns = ['id', 'subject', 'occurredAt', 'receivedAt', 'source', 'purposes'] as const;

export function tableHead(type: EventType): string {
  return [...eventColumns, ...Object.keys(type.properties)].map(cell).join(',');
}

export function tableRow(type: EventType, { id, subject, occurredAt, receivedAt, source, mask, properties }: BehaviourEvent): string {
  const own = [id, subject ?? '', isoText(occurredAt), isoText(receivedAt), source, purposesOf(mask).join(' ')];
  const values = Object.keys(type.properties).map((name) => {
    const value = properties[name];
    return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  });
  return [...own, ...values.map((value, at) => (isText(type, at) ? harmless(value) : value))].map(cell).join(',');
}

function isText({ properties }: EventType, at: number): boolean {
  const type = Object.values(properties)[at]?.type;
  return type !== 'number' && type !== 'integer';
}

function harmless(text: string): string {
  return /^[=+\-@\t\r]/u.test(text) ? `'${text}` : text;
}

function cell(text: string): string {
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
