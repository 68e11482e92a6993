// How a visit is stored: the subject, a day that its times count from, then of each event its item, how far its position lies behind
// that of the visit, and its ms since that day began. One flat list of texts and small numbers, so that an event touches one block of
// memory: a list a column, and a time since 1970, which no small number holds, are each a block of their own.
import { assert } from '../../base/assert.js';
import { dayMs, dayOf } from '../../base/day.js';

export type VisitRow = (string | number)[];

export interface VisitEvent {
  readonly position: number;
  /** ms since 1970 UTC */
  readonly at: number;
  readonly item: string;
}

const head = 2;
const width = 3;
const positionField = 1;
const msField = 2;

/** `at`: when one of its events happened; times count from the day of that. */
export function newVisit(subject: string, at: number): VisitRow {
  return [subject, dayOf(at)];
}

/** Events of the visit. */
export function lengthOf(row: Readonly<VisitRow>): number {
  return (row.length - head) / width;
}

export function subjectOf(row: Readonly<VisitRow>): string {
  return textAt(row, 0);
}

export function itemAt(row: Readonly<VisitRow>, event: number): string {
  return textAt(row, head + event * width);
}

/** Days since 1970 UTC. */
export function dayAt(row: Readonly<VisitRow>, event: number): number {
  return dayOf(timeAt(row, event));
}

/** ms since 1970 UTC */
export function timeAt(row: Readonly<VisitRow>, event: number): number {
  return baseOf(row) + numberAt(row, head + event * width + msField);
}

/** `key`: position of the visit. */
export function positionAt(row: Readonly<VisitRow>, key: number, event: number): number {
  return key + numberAt(row, head + event * width + positionField);
}

export function itemsOf(row: Readonly<VisitRow>): string[] {
  return Array.from({ length: lengthOf(row) }, (_, event) => itemAt(row, event));
}

/** The latest time of an event. */
export function lastTimeOf(row: Readonly<VisitRow>): number {
  let last = -Infinity;
  for (let event = 0; event < lengthOf(row); event++) last = Math.max(last, timeAt(row, event));
  return last;
}

/** Puts an event at the end. */
export function push(row: VisitRow, key: number, position: number, at: number, item: string): void {
  row.push(item, position - key, at - baseOf(row));
}

/** Puts an event before the one at this place. */
export function insert(row: VisitRow, key: number, event: number, { position, at, item }: VisitEvent): void {
  row.splice(head + event * width, 0, item, position - key, at - baseOf(row));
}

/** Puts all events of another visit at the end. */
export function pushAll(row: VisitRow, key: number, other: Readonly<VisitRow>, otherKey: number): void {
  for (let event = 0; event < lengthOf(other); event++) {
    push(row, key, positionAt(other, otherKey, event), timeAt(other, event), itemAt(other, event));
  }
}

/** What is told of a visit. */
export function toldOf(row: Readonly<VisitRow>, key: number): object {
  const events = Array.from({ length: lengthOf(row) }, (_, event) => event);
  return {
    subject: subjectOf(row),
    positions: events.map((event) => positionAt(row, key, event)),
    ats: events.map((event) => timeAt(row, event)),
    items: itemsOf(row),
  };
}

function baseOf(row: Readonly<VisitRow>): number {
  return numberAt(row, 1) * dayMs;
}

function textAt(row: Readonly<VisitRow>, at: number): string {
  const value = row[at];
  assert(typeof value === 'string', 'a visit has a text here');
  return value;
}

function numberAt(row: Readonly<VisitRow>, at: number): number {
  const value = row[at];
  assert(typeof value === 'number', 'a visit has a number here');
  return value;
}
