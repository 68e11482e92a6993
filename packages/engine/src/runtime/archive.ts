// The archive of one person (GDPR art. 15 and 20): all that is kept under all their ids, as one ZIP of JSON Lines, CSV, a readable page and
// a schema. It is read along the log and given out part by part, so a person of a million events leaves in flat memory. Invariants: what
// may leave is asked of the gate, event by event; nothing leaves after the person was erased or has changed their consent: the stream
// breaks off instead. Non-goal: what others were shown because of them, which is counts.
import { archivePage, type PageDecision } from '../answer/archive-page.js';
import { ArchiveParts } from '../answer/archive-parts.js';
import { archiveSchema } from '../answer/archive-schema.js';
import { tableHead, TableNames, tableRow } from '../answer/archive-table.js';
import { toldDecision } from '../answer/told-decision.js';
import { Zip, type ZipEntry } from '../answer/zip.js';
import { isoText } from '../base/calendar.js';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { changeStanding, type Standing } from '../consent/standing.js';
import { WithdrawnSince } from '../consent/withdrawn-since.js';
import { decodeEvent } from '../model/event-codec.js';
import type { BehaviourEvent } from '../model/event.js';
import { purposesOf } from '../model/purpose.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { consentIn } from '../understand/consents.js';
import { correctionIn } from '../understand/history.js';
import { edgeIn } from '../understand/identity.js';
import type { Core } from './core.js';
import { traitsTold } from './profile-view.js';

export interface ArchiveParticulars {
  readonly core: Core;
  readonly log: Log;
  readonly clock: Clock;
  /** How much text is gathered before it is given out; limits.archivePartChars if absent. */
  readonly partChars?: number;
}

/** The bytes of the ZIP. Throws CodedError: subject_unknown at the first; permit_stale when the person has changed their consent since. */
export async function* archiveOf(subject: string, parts: ArchiveParticulars): AsyncGenerator<Uint8Array> {
  const zip = new Zip(parts.clock.now());
  const archive = new Archive(subject, parts);
  for await (const entry of archive.entries()) {
    const bytes = await zip.entry(entry);
    archive.check();
    yield bytes;
  }
  yield zip.end();
}

/** Lines of JSON about one person, each with its kind: the same as the files of the archive hold. */
export function* personLines(subject: string, parts: ArchiveParticulars): Iterable<string> {
  const archive = new Archive(subject, parts);
  yield JSON.stringify({ kind: 'profile', ...archive.profile() });
  for (const line of archive.lines()) yield JSON.stringify({ kind: line.kind, ...line.value });
}

const fileOf = { consent: 'consents.jsonl', event: 'events.jsonl', decision: 'decisions.jsonl', record: 'records.jsonl' } as const;

interface Line {
  readonly kind: keyof typeof fileOf;
  readonly value: { readonly [name: string]: unknown };
  readonly event: BehaviourEvent;
  /** Of a decision: as it stands on the page. */
  readonly page?: PageDecision;
}

class Archive {
  readonly #parts: ArchiveParticulars;
  readonly #ids: readonly string[];
  readonly #epochs: string;
  readonly #head: number;
  readonly #counts = new Map<string, number>();
  readonly #tables = new TableNames();
  #withheld = 0;
  /** Decisions that may tell what an id did which is theirs no more. */
  #shared = 0;

  constructor(subject: string, parts: ArchiveParticulars) {
    const { core, log } = parts;
    this.#parts = parts;
    this.#ids = core.identity.members(subject);
    this.#head = log.head;
    this.#epochs = this.#epochsNow();
    if (!this.#isHere()) throw new CodedError('subject_unknown');
  }

  /** Throws when nothing more may leave of what was read before. */
  check(): void {
    if (!this.#isHere()) throw new CodedError('subject_unknown');
    // [C53]
    if (this.#epochsNow() !== this.#epochs) throw new CodedError('permit_stale');
  }

  profile(): { readonly [name: string]: unknown } {
    const { core } = this.#parts;
    const consents = Object.fromEntries(this.#ids.map((id) => [id, core.gate.standing(id) ?? null]));
    return { subject: this.#ids[0], ids: this.#ids, consents, traits: core.profiles.view(this.#ids) };
  }

  async *entries(): AsyncGenerator<ZipEntry> {
    const { core, clock } = this.#parts;
    yield { name: 'schema.json', bytes: jsonBytes(archiveSchema(core.registry.list(), this.#tables)) };
    yield { name: 'profile.json', bytes: jsonBytes(this.profile()) };
    const parts = new ArchiveParts(this.#parts.partChars);
    const newest = { events: new Newest<BehaviourEvent>(), decisions: new Newest<PageDecision>() };
    let read = 0;
    for (const { kind, value, event, page } of this.lines()) {
      parts.add(fileOf[kind], JSON.stringify(value));
      const type = kind === 'event' ? core.registry.known(event.type)?.type : undefined;
      if (type !== undefined) parts.add(this.#tables.of(type.name), tableRow(type, event), tableHead(type));
      if (kind === 'event') newest.events.add(event.occurredAt, event);
      if (page !== undefined) newest.decisions.add(page.at, page);
      read += 1;
      if (read % limits.archiveSliceEvents !== 0) continue;
      await clock.yield();
      this.check();
      if (parts.isFull) yield* parts.take(false);
    }
    yield* parts.take(true);
    yield { name: 'index.html', bytes: Buffer.from(this.#page(newest.events.all(), newest.decisions.all()), 'utf8') };
  }

  /** What leaves, id after id, each in log order. */
  *lines(): Iterable<Line> {
    const { core } = this.#parts;
    for (const id of this.#ids) {
      const withdrawn = this.#withdrawn(id);
      for (const { position, event: was } of this.#events(id)) {
        const correction = correctionIn(was);
        const event = correction?.event ?? was;
        const left = core.gate.leaveToPerson(event, withdrawn.of(correction?.at ?? position));
        if (!left.ok) this.#withheld += 1;
        // [C102]
        else if (core.shared.strangersIn(event, position).length > 0) this.#shared += 1;
        else yield this.#line(left.value, position, correction !== undefined);
      }
    }
  }

  #line(event: BehaviourEvent, position: number, corrected: boolean): Line {
    const { core } = this.#parts;
    const { id, subject, type, occurredAt, receivedAt, source, properties } = event;
    const common = { id, subject, type, occurredAt: isoText(occurredAt), receivedAt: isoText(receivedAt), source };
    if (type === systemTypes.consentChanged) return { kind: 'consent', event, value: { ...common, position, properties } };
    const told = toldDecision(event, (item) => core.catalogue.titleOf(item));
    if (told !== undefined) {
      const { sentences, point, record } = told;
      const value = { ...common, position, sentences, ...core.decisions.became(id), properties: record };
      return { kind: 'decision', event, value, page: { at: occurredAt, point, sentences } };
    }
    if (isSystemType(type) && core.registry.known(type) === undefined)
      return { kind: 'record', event, value: { ...common, position, properties } };
    this.#counts.set(type, (this.#counts.get(type) ?? 0) + 1);
    const purposes = purposesOf(event.mask);
    return { kind: 'event', event, value: { ...common, purposes, ...(corrected ? { corrected } : {}), properties } };
  }

  /** Only while bytes of withdrawn events are still there is the person's past looked through. */
  #withdrawn(id: string): WithdrawnSince {
    const withdrawn = new WithdrawnSince();
    if (!this.#parts.core.withdrawals.owes(id)) return withdrawn;
    let standing: Standing | undefined;
    for (const { position, event } of this.#events(id)) {
      if (event.type !== systemTypes.consentChanged) continue;
      const after = changeStanding(standing, consentIn(event), position, event.occurredAt, event.receivedAt);
      standing = after.standing;
      withdrawn.note(position, after.narrowed);
    }
    return withdrawn;
  }

  *#events(id: string): Iterable<{ readonly position: number; readonly event: BehaviourEvent }> {
    const { core, log } = this.#parts;
    let last = -1;
    for (;;) {
      const next = core.trace.after(id, last);
      if (next.length === 0) return;
      for (const position of next) {
        last = position;
        if (position >= this.#head) return;
        const entry = log.readOne(position);
        if (entry === undefined || entry.bytes === null) continue;
        const event = decodeEvent(entry.bytes, entry.mask);
        // A link concerns two ids, and stands in the traces of both. One that was parted from them may be somebody else's.
        const isTheirs = edgeIn(event)?.every((end) => this.#ids.includes(end)) ?? true;
        if (event.subject === id && isTheirs) yield { position, event };
      }
    }
  }

  #page(events: readonly BehaviourEvent[], decisions: readonly PageDecision[]): string {
    const { core, clock } = this.#parts;
    const standings = this.#ids.map((id) => [id, core.gate.standing(id)] as const);
    return archivePage({
      madeAt: clock.now(),
      ids: this.#ids,
      stands: standings.flatMap(([id, standing]) =>
        Object.entries(standing?.stands ?? {}).map(([purpose, { choice, at }]) => [id, purpose, choice, isoText(at)] as const),
      ),
      restricted: standings.some(([, standing]) => standing?.restricted === true),
      traits: traitsTold(core, core.profiles.view(this.#ids)),
      counts: this.#counts,
      withheld: this.#withheld,
      shared: this.#shared,
      decisions,
      events,
    });
  }

  #epochsNow(): string {
    return this.#ids.map((id) => this.#parts.core.gate.epoch(id)).join();
  }

  #isHere(): boolean {
    const { gate, trace } = this.#parts.core;
    return this.#ids.some((id) => trace.has(id) || gate.row(id) !== undefined);
  }
}

/** The newest by the time at which they happened, whatever the order in which they are met: one id follows another, and some came late. */
class Newest<T> {
  #list: (readonly [at: number, one: T])[] = [];

  add(at: number, one: T): void {
    this.#list.push([at, one]);
    if (this.#list.length === 2 * limits.archivePageRows) this.#cut();
  }

  /** At most limits.archivePageRows of them, newest first; of the same time the one met last. */
  all(): T[] {
    this.#cut();
    return this.#list.map(([, one]) => one).toReversed();
  }

  #cut(): void {
    this.#list = this.#list.sort(([a], [b]) => a - b).slice(-limits.archivePageRows);
  }
}

function jsonBytes(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`, 'utf8');
}
