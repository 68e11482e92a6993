// The events of one person, packed: what they have in common stands once, each field is a column (packed-column.ts), times are told from
// the time at which their record was received. What is not exactly an event of model/event-codec.ts is kept as it is, whole.
//
//   byte 0: events as they are, each behind its length
//   byte with bit 1: subject; kinds (type and names of the properties) with their count; which event is of which kind, if there are
//           several; columns id, occurredAt (minus receivedAt), receivedAt (minus that of its record), source; per kind a column per
//           property. Bit 2: one kind, its count left out. Bit 4: received as their records were, column left out. Bit 8: one
//           source, as a value
//
// Invariant: `unpackEvents` gives the bytes back, or throws RangeError. `packEvents` has made sure of that before it returns.
import { Buffer } from 'node:buffer';
import { PackedReader, PackedWriter } from './packed-bytes.js';
import { packColumn, unpackColumn } from './packed-column.js';
import { ValuePacker, ValueUnpacker } from './packed-value.js';

const asTheyAre = 0;
const inColumns = 1;
const ofOneKind = 2;
const asReceived = 4;
const ofOneSource = 8;
const openList = 0x5b;
const quote = 0x22;
const comma = 0x2c;
/** What decoding puts in the place of bytes that are no UTF-8. */
const replacement = '\uFFFD';

export interface ToPack {
  readonly bytes: Buffer;
  /** What `partsOf` gives for the bytes. */
  readonly parts: Parts | undefined;
  /** When its record was received, ms. */
  readonly receivedAt: number;
}

/** What an event consists of, and its text. */
export interface Parts {
  readonly text: string;
  readonly id: string;
  readonly subject: string | null;
  readonly type: string;
  readonly occurredAt: number;
  readonly receivedAt: number;
  readonly source: string;
  readonly properties: object;
}

/** The parts of an event, if it has the form of one. */
export function partsOf(bytes: Buffer): Parts | undefined {
  const text = bytes.toString('utf8');
  if (!text.startsWith('["')) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isList(parts) || parts.length !== 7) return undefined;
  const [id, subject, type, occurredAt, receivedAt, source, properties] = parts;
  if (typeof id !== 'string' || typeof type !== 'string' || typeof source !== 'string') return undefined;
  if (subject !== null && typeof subject !== 'string') return undefined;
  if (typeof occurredAt !== 'number' || typeof receivedAt !== 'number') return undefined;
  if (!Number.isSafeInteger(occurredAt) || !Number.isSafeInteger(receivedAt)) return undefined;
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return undefined;
  return { text, id, subject, type, occurredAt, receivedAt, source, properties };
}

/**
 * Whom an event is of, without reading on: what `partsOf` would say of an event. For grouping only; whoever stands before the third comma
 * of something that is no event may come out of it too.
 */
export function subjectOf(bytes: Buffer): string | null {
  const idEnd = bytes[0] === openList && bytes[1] === quote ? bytes.indexOf(quote, 2) : -1;
  const start = idEnd + 3;
  if (idEnd > 0 && bytes[idEnd + 1] === comma && bytes[idEnd + 2] === quote) {
    const end = bytes.indexOf(quote, start);
    // An escaped quote ends nothing; whoever has one is read by the book.
    const head = bytes.toString('latin1', 2, Math.max(2, end));
    if (end > 0 && !head.includes('\\')) return bytes.toString('utf8', start, end);
  }
  return partsOf(bytes)?.subject ?? null;
}

export function packEvents(events: readonly ToPack[], words: Words): Buffer {
  const packed = columnsOf(events, words);
  if (packed !== undefined && isSame(packed, events, words)) return packed;
  const into = new PackedWriter();
  into.byte(asTheyAre);
  for (const { bytes } of events) {
    into.uint(bytes.length);
    into.raw(bytes);
  }
  return into.bytes;
}

/** `receivedAt`: of the records in which the events stand, one for each. */
export function unpackEvents(bytes: Buffer, receivedAt: readonly number[], words: Words): Buffer[] {
  const from = new PackedReader(bytes);
  const how = from.byte();
  if (how !== asTheyAre && (how & ~(ofOneKind | asReceived | ofOneSource)) !== inColumns)
    throw new RangeError('events packed in an unknown way');
  const events =
    how === asTheyAre
      ? receivedAt.map(() => from.raw(from.uint()))
      : unpackColumns(how, from, receivedAt, words).map((text) => Buffer.from(text, 'utf8'));
  if (!from.isAtEnd) throw new RangeError('packed bytes go on');
  return events;
}

/** Names from schemas and from our own formats, by number: never anything from an event. */
export class Words {
  readonly list: readonly string[];
  readonly numbers: ReadonlyMap<string, number>;

  constructor(list: readonly string[]) {
    this.list = list;
    this.numbers = new Map(list.map((word, index) => [word, index]));
  }
}

/** Undefined when they do not fit into columns: no events, or nested too deeply. */
function columnsOf(events: readonly ToPack[], words: Words): Buffer | undefined {
  try {
    return packColumns(events, words);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface Kind {
  readonly number: number;
  readonly type: string;
  readonly names: readonly string[];
  readonly rows: Parts[];
}

function isOfKind(kind: Kind, type: string, names: readonly string[]): boolean {
  if (kind.type !== type || kind.names.length !== names.length) return false;
  for (let place = 0; place < names.length; place++) if (kind.names[place] !== names[place]) return false;
  return true;
}

function packColumns(events: readonly ToPack[], words: Words): Buffer | undefined {
  const rows: Parts[] = [];
  for (const { parts } of events) {
    if (parts === undefined) return undefined;
    rows.push(parts);
  }
  const into = new PackedWriter();
  const packer = new ValuePacker(into, words.numbers);
  const kinds = new Map<string, Kind>();
  let kind: Kind | undefined;
  const kindOf = rows.map((row) => {
    const names = Object.keys(row.properties);
    // Mostly it is of the kind of the one before.
    if (kind === undefined || !isOfKind(kind, row.type, names)) {
      const key = `${names.length} ${row.type}\u0000${names.join('\u0000')}`;
      kind = kinds.get(key);
      if (kind === undefined) kinds.set(key, (kind = { number: kinds.size, type: row.type, names, rows: [] }));
    }
    kind.rows.push(row);
    return kind.number;
  });
  const source = rows[0]?.source ?? '';
  const isAsReceived = rows.every(({ receivedAt }, index) => receivedAt === events[index]?.receivedAt);
  const isOfOneSource = rows.every((row) => row.source === source);
  into.byte(inColumns | (kinds.size === 1 ? ofOneKind : 0) | (isAsReceived ? asReceived : 0) | (isOfOneSource ? ofOneSource : 0));
  packer.value(rows[0]?.subject ?? null);
  if (kinds.size > 1) into.uint(kinds.size);
  for (const { names, rows: own } of kinds.values()) {
    packer.text(own[0]?.type ?? '');
    into.uint(names.length);
    for (const name of names) packer.text(name);
  }
  if (kinds.size > 1) packColumn(kindOf, into, packer);
  const column = (values: readonly unknown[]): void => packColumn(values, into, packer);
  column(rows.map(({ id }) => id));
  column(rows.map(({ occurredAt, receivedAt }) => occurredAt - receivedAt));
  if (!isAsReceived) column(rows.map(({ receivedAt }, index) => receivedAt - (events[index]?.receivedAt ?? 0)));
  if (isOfOneSource) packer.text(source);
  else column(rows.map((row) => row.source));
  for (const { names, rows: own } of kinds.values()) {
    const values = own.map(({ properties }): unknown[] => Object.values(properties));
    names.forEach((_, place) => column(values.map((each) => each[place])));
  }
  return into.bytes;
}

function unpackColumns(how: number, from: PackedReader, received: readonly number[], words: Words): string[] {
  const unpacker = new ValueUnpacker(from, words.list);
  const subject = unpacker.value();
  const kinds: { readonly type: string; readonly names: readonly string[]; readonly columns: (readonly unknown[])[]; next: number }[] = [];
  const kindCount = (how & ofOneKind) === 0 ? from.uint() : 1;
  if (kindCount > received.length) throw new RangeError('more kinds than events');
  for (let number = 0; number < kindCount; number += 1) {
    const type = unpacker.text();
    const nameCount = from.uint();
    if (nameCount > 0xffff) throw new RangeError('too many properties');
    kinds.push({ type, names: Array.from({ length: nameCount }, () => unpacker.text()), columns: [], next: 0 });
  }
  const column = (count: number): unknown[] => unpackColumn(count, from, unpacker);
  const kindOf = kindCount > 1 ? column(received.length) : received.map(() => 0);
  const ids = column(received.length);
  const occurred = column(received.length);
  const behind = (how & asReceived) === 0 ? column(received.length) : received.map(() => 0);
  const source = (how & ofOneSource) === 0 ? column(received.length) : unpacker.text();
  kinds.forEach((kind, number) => {
    const count = kindOf.filter((each) => each === number).length;
    for (const _ of kind.names) kind.columns.push(column(count));
  });
  return received.map((at, index) => {
    const kind = kinds[Number(kindOf[index])];
    if (kind === undefined) throw new RangeError('a kind that is not there');
    const place = kind.next++;
    const properties = Object.fromEntries(kind.names.map((name, which) => [name, kind.columns[which]?.[place]]));
    const receivedAt = at + Number(behind[index]);
    const occurredAt = receivedAt + Number(occurred[index]);
    const sentFrom = typeof source === 'string' ? source : source[index];
    return JSON.stringify([ids[index], subject, kind.type, occurredAt, receivedAt, sentFrom, properties]);
  });
}

function isSame(packed: Buffer, events: readonly ToPack[], words: Words): boolean {
  try {
    const from = new PackedReader(packed);
    const received = events.map(({ receivedAt }) => receivedAt);
    const back = unpackColumns(from.byte(), from, received, words);
    return from.isAtEnd && events.every((event, index) => isWritten(event, back[index] ?? ''));
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Whether the text, written in UTF-8, is the bytes of the event. Where decoding them lost nothing, the texts say so. */
function isWritten({ bytes, parts }: ToPack, text: string): boolean {
  if (parts === undefined || parts.text.includes(replacement)) return bytes.equals(Buffer.from(text, 'utf8'));
  return parts.text === text;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
