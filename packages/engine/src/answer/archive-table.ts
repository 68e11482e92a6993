// The CSV files of an archive: one for each event type, its columns the properties that the registry declares. RFC 4180; a text that a
// spreadsheet would take for a formula begins with an apostrophe here (and without it in the JSON Lines).
import { isoText } from '../base/calendar.js';
import type { BehaviourEvent } from '../model/event.js';
import type { EventType } from '../model/event-type.js';
import { purposesOf } from '../model/purpose.js';

/** Code points of a name: with its number and part it stays below the 255 bytes that a disk takes. */
const nameMax = 50;

/**
 * The file of each event type. Types are called as their host pleases; the files differ on every disk, one that knows no difference between
 * small letters and capitals included, and none is called as a numbered part of another.
 */
export class TableNames {
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();

  of(type: string): string {
    const known = this.#names.get(type);
    if (known !== undefined) return known;
    const letters = Array.from(type.replaceAll(/[^\p{L}\p{M}\p{N}_.-]/gu, '_'));
    const plain = letters.slice(0, nameMax).join('').replace(/-\d+$/u, '$&_');
    let name = plain;
    for (let number = 2; this.#taken.has(plainly(name)); number += 1) name = `${plain}~${number}`;
    this.#taken.add(plainly(name));
    const path = `tables/${name}.csv`;
    this.#names.set(type, path);
    return path;
  }
}

function plainly(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

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
