// The events of one person, packed: what they have in common stands once, each field is a column (packed-column.ts), times are told from
// the time at which their record was received. What is not exactly an event of model/event-codec.ts is kept as it is, whole.
//
//   byte 0: events as they are, each behind its length
//   byte with bit 1: subject; kinds (type and names of the properties) with their count; which event is of which kind, if there are
//           several; columns id, occurredAt (minus receivedAt), receivedAt (minus that of its record), source; per kind a column per
//           property. Bit 2: one kind, its count left out. Bit 4: received as their records were, column left out. Bit 8: one
//           source, as a value
//
// Invariant: `unpackEvents` gives the bytes back, or throws RangeError. `EventPacker` has made sure of that before it goes on.
import { Buffer } from 'node:buffer';
import { EventReader, type Shape } from './event-reader.js';
import { PackedReader, type PackedWriter } from './packed-bytes.js';
import { listOf, packColumn, unpackColumn } from './packed-column.js';
import { ValuePacker, ValueUnpacker } from './packed-value.js';
import { WrittenJson } from './written-json.js';

const asTheyAre = 0;
const inColumns = 1;
const ofOneKind = 2;
const asReceived = 4;
const ofOneSource = 8;
const openList = 0x5b;
const comma = 0x2c;

/** Names from schemas and from our own formats, by number: never anything from an event. */
export class Words {
  readonly list: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;
  /** By the first character of a text: whether a word begins with one that has this rest by 128. Most ids are told from words by it. */
  readonly #begins = new Uint8Array(128);

  constructor(list: readonly string[]) {
    this.list = list;
    this.#numbers = new Map(list.map((word, index) => [word, index]));
    for (const word of list) this.#begins[word.charCodeAt(0) & 127] = 1;
  }

  numberOf(text: string): number | undefined {
    return this.#begins[text.charCodeAt(0) & 127] === 0 ? undefined : this.#numbers.get(text);
  }
}

/** Events of one shape, taken apart. */
interface Kind {
  readonly number: number;
  readonly shape: Shape;
  readonly columns: readonly unknown[][];
}

/** Packs the events of one person after the other. */
export class EventPacker {
  readonly words: Words;
  readonly #reader = new EventReader();
  readonly #written = new WrittenJson();

  constructor(words: Words) {
    this.words = words;
  }

  /** `receivedAt`: of the records in which the events stand, one for each. */
  pack(events: readonly Buffer[], receivedAt: readonly number[], into: PackedWriter): void {
    const start = into.length;
    const kinds = this.#packColumns(events, receivedAt, into);
    if (kinds !== undefined && this.#isSame(into.bytes.subarray(start), events, receivedAt, kinds)) return;
    into.cutTo(start);
    into.byte(asTheyAre);
    for (const bytes of events) {
      into.uint(bytes.length);
      into.raw(bytes);
    }
  }

  /** Undefined when they do not fit into columns: no events, or nested too deeply. */
  #packColumns(events: readonly Buffer[], recordsAt: readonly number[], into: PackedWriter): readonly Kind[] | undefined {
    const reader = this.#reader;
    const ids: string[] = [];
    const occurred: number[] = [];
    const behind: number[] = [];
    const sources: string[] = [];
    const kinds = new Map<Shape, Kind>();
    const kindOf: number[] = [];
    let subject: string | null = null;
    let isAsReceived = true;
    let kind: Kind | undefined;
    reader.begin();
    for (let index = 0; index < events.length; index += 1) {
      const bytes = events[index];
      if (bytes === undefined || !reader.read(bytes)) return undefined;
      const { shape, values } = reader;
      if (kind?.shape !== shape) kind = kinds.get(shape);
      if (kind === undefined) kinds.set(shape, (kind = { number: kinds.size, shape, columns: shape.names.map((): unknown[] => []) }));
      if (index === 0) ({ subject } = reader);
      const late = reader.receivedAt - (recordsAt[index] ?? 0);
      if (late !== 0) isAsReceived = false;
      ids.push(reader.id);
      occurred.push(reader.occurredAt - reader.receivedAt);
      behind.push(late);
      sources.push(reader.source);
      kindOf.push(kind.number);
      const { columns } = kind;
      for (let place = 0; place < columns.length; place += 1) columns[place]?.push(values[place]);
    }
    const [source = ''] = sources;
    const isOfOneSource = sources.every((each) => each === source);
    const all = [...kinds.values()];
    const packer = new ValuePacker(into, this.words);
    try {
      into.byte(inColumns | (all.length === 1 ? ofOneKind : 0) | (isAsReceived ? asReceived : 0) | (isOfOneSource ? ofOneSource : 0));
      packer.value(subject);
      if (all.length > 1) into.uint(all.length);
      for (const { shape } of all) {
        packer.text(shape.type);
        into.uint(shape.names.length);
        for (const name of shape.names) packer.text(name);
      }
      if (all.length > 1) packColumn(kindOf, into, packer);
      packColumn(ids, into, packer);
      packColumn(occurred, into, packer);
      if (!isAsReceived) packColumn(behind, into, packer);
      if (isOfOneSource) packer.text(source);
      else packColumn(sources, into, packer);
      for (const { columns } of all) for (const column of columns) packColumn(column, into, packer);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
    return all;
  }

  /** Whether unpacking gives the bytes of the events: it is done, and what writing would give is held against them. */
  #isSame(packed: Buffer, events: readonly Buffer[], receivedAt: readonly number[], expected: readonly Kind[]): boolean {
    try {
      const from = new PackedReader(packed);
      const columns = new Columns(from.byte(), from, receivedAt, this.words);
      if (!from.isAtEnd) return false;
      for (let index = 0; index < events.length; index += 1) {
        const kind = columns.next(index, receivedAt[index] ?? 0);
        const shape = expected[kind.number]?.shape;
        if (shape === undefined || !isOfShape(kind, shape)) return false;
        const bytes = events[index];
        if (bytes === undefined || !isWritten(bytes, columns, kind, shape, this.#written)) return false;
      }
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }
}

function isOfShape({ type, names }: UnpackedKind, shape: Shape): boolean {
  if (type !== shape.type || names.length !== shape.names.length) return false;
  for (let place = 0; place < names.length; place += 1) if (names[place] !== shape.names[place]) return false;
  return true;
}

/** Whether the text of the event at hand, written in UTF-8, is these bytes. */
function isWritten(bytes: Buffer, columns: Columns, kind: UnpackedKind, shape: Shape, written: WrittenJson): boolean {
  written.begin(bytes);
  if (!written.byte(openList) || !written.value(columns.id) || !written.byte(comma)) return false;
  if (!written.value(columns.subject) || !written.raw(shape.typeBytes)) return false;
  if (!written.value(columns.occurredAt) || !written.byte(comma) || !written.value(columns.receivedAt)) return false;
  if (!written.byte(comma) || !written.value(columns.source)) return false;
  for (let place = 0; place < shape.before.length; place += 1) {
    if (!written.raw(shape.before[place] ?? shape.end) || !written.value(kind.columns[place]?.[kind.place])) return false;
  }
  return written.raw(shape.end) && written.isAtEnd;
}

/** `receivedAt`: of the records in which the events stand, one for each. */
export function unpackEvents(bytes: Buffer, receivedAt: readonly number[], words: Words): Buffer[] {
  const from = new PackedReader(bytes);
  const how = from.byte();
  if (how !== asTheyAre && (how & ~(ofOneKind | asReceived | ofOneSource)) !== inColumns)
    throw new RangeError('events packed in an unknown way');
  const columns = how === asTheyAre ? undefined : new Columns(how, from, receivedAt, words);
  const events = receivedAt.map((at, index) => {
    if (columns === undefined) return from.raw(from.uint());
    const { type, names, columns: own, place } = columns.next(index, at);
    const properties = Object.fromEntries(names.map((name, which) => [name, own[which]?.[place]]));
    const { id, subject, occurredAt, receivedAt: ownAt, source } = columns;
    return Buffer.from(JSON.stringify([id, subject, type, occurredAt, ownAt, source, properties]), 'utf8');
  });
  if (!from.isAtEnd) throw new RangeError('packed bytes go on');
  return events;
}

interface UnpackedKind {
  readonly number: number;
  readonly type: string;
  readonly names: readonly string[];
  readonly columns: (readonly unknown[])[];
  /** Of the event at hand among those of its kind. */
  place: number;
}

/** The columns of a block, and the event at hand among them. */
class Columns {
  readonly subject: unknown;
  id: unknown = '';
  occurredAt = 0;
  receivedAt = 0;
  source: unknown = '';
  readonly #kinds: UnpackedKind[] = [];
  readonly #kindOf: readonly unknown[] | null;
  readonly #ids: readonly unknown[];
  readonly #occurred: readonly unknown[];
  readonly #behind: readonly unknown[] | null;
  readonly #sources: readonly unknown[] | null;

  constructor(how: number, from: PackedReader, received: readonly number[], words: Words) {
    const { length } = received;
    const unpacker = new ValueUnpacker(from, words.list);
    this.subject = unpacker.value();
    const kindCount = (how & ofOneKind) === 0 ? from.uint() : 1;
    if (kindCount > length) throw new RangeError('more kinds than events');
    for (let number = 0; number < kindCount; number += 1) {
      const type = unpacker.text();
      const nameCount = from.uint();
      if (nameCount > 0xffff) throw new RangeError('too many properties');
      this.#kinds.push({ number, type, names: listOf(nameCount, () => unpacker.text()), columns: [], place: -1 });
    }
    const column = (count: number): unknown[] => unpackColumn(count, from, unpacker);
    this.#kindOf = kindCount > 1 ? column(length) : null;
    this.#ids = column(length);
    this.#occurred = column(length);
    this.#behind = (how & asReceived) === 0 ? column(length) : null;
    this.#sources = (how & ofOneSource) === 0 ? column(length) : null;
    if (this.#sources === null) this.source = unpacker.text();
    const counts = new Uint32Array(kindCount);
    for (let index = 0; index < length; index += 1) {
      const number = this.#numberOf(index);
      counts[number] = (counts[number] ?? 0) + 1;
    }
    for (const { number, names, columns } of this.#kinds) for (const _ of names) columns.push(column(counts[number] ?? 0));
  }

  #numberOf(index: number): number {
    return this.#kindOf === null ? 0 : Number(this.#kindOf[index]);
  }

  /** Takes the events in order. `recordAt`: when its record was received. */
  next(index: number, recordAt: number): UnpackedKind {
    const kind = this.#kinds[this.#numberOf(index)];
    if (kind === undefined) throw new RangeError('a kind that is not there');
    kind.place += 1;
    this.id = this.#ids[index];
    this.receivedAt = this.#behind === null ? recordAt : recordAt + Number(this.#behind[index]);
    this.occurredAt = this.receivedAt + Number(this.#occurred[index]);
    if (this.#sources !== null) this.source = this.#sources[index];
    return kind;
  }
}
