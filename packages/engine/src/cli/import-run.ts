// One run of an import over an open engine: batches of rows go into the log together with the mark of how far it has come. At most
// limits.importBatchesInFlight batches are in memory. Invariant: what is counted is what happened, row for row.
import type { Rejects } from '../access/rejects.js';
import { SystemClock } from '../adapters/system-clock.js';
import { dayOf } from '../base/day.js';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { Result } from '../base/result.js';
import type { IncomingEvent } from '../collect/incoming.js';
import type { Purpose } from '../model/purpose.js';
import type { Engine } from '../runtime/engine.js';
import type { WriteAnswer } from '../runtime/writer.js';
import { exitCode } from './exit-code.js';
import { eventOf } from './import-events.js';
import { mapText, type Mapping } from './import-mapping.js';
import { defaultType, type ImportPlan } from './import-plan.js';
import type { ImportRejects } from './import-rejects.js';
import { rowBatches, type RowBatch } from './import-rows.js';
import type { ImportSource } from './import-source.js';
import { ImportTally } from './import-tally.js';
import type { Interrupt } from './interrupt.js';
import { ProgressBar } from './progress-bar.js';
import type { BadRow } from './row-reader.js';
import type { Terminal } from './terminal.js';

/** What an import declares a basis for, where the event type takes one. */
const declaredPurposes: readonly Purpose[] = ['personalise', 'train'];

export class ImportRun {
  readonly #clock = new SystemClock();
  readonly #engine: Engine;
  readonly #plan: ImportPlan;
  readonly #source: ImportSource;
  readonly #rejects: Rejects;
  readonly #rows: ImportRejects;
  readonly #interrupt: Interrupt;
  readonly #terminal: Terminal;
  readonly #declared = new Set<string>();
  #exported = false;

  constructor(
    engine: Engine,
    plan: ImportPlan,
    source: ImportSource,
    rejects: Rejects,
    rows: ImportRejects,
    interrupt: Interrupt,
    terminal: Terminal,
  ) {
    this.#engine = engine;
    this.#plan = plan;
    this.#source = source;
    this.#rejects = rejects;
    this.#rows = rows;
    this.#interrupt = interrupt;
    this.#terminal = terminal;
  }

  async run(): Promise<number> {
    const plan = this.#plan;
    const terminal = this.#terminal;
    const known = this.#engine.core.registry.known(plan.type)?.type;
    if (known === undefined) throw new CodedError('event_type_unknown');
    const ownType = plan.named.columns.type === undefined;
    if (ownType && plan.type !== defaultType) await this.#declare(plan.type, true);
    await this.#sameFile();
    const skip = this.#engine.importMark(plan.name)?.row ?? 0;
    terminal.note(skip === 0 ? `importing ${plan.path}` : `importing ${plan.path}, going on after row ${skip}`);
    const tally = new ImportTally(skip);
    const bar = new ProgressBar(terminal, 'importing');
    const startedMs = performance.now();
    const inFlight: Promise<void>[] = [];
    const itemRule = known.item === undefined ? undefined : known.properties[known.item];
    const options = {
      named: plan.named,
      timeOf: plan.timeOf,
      itemNeeded: ownType && itemRule?.required === true && plan.named.properties[known.item ?? ''] === undefined,
      skip,
      until: plan.until,
      onMapping: (mapping: Mapping): void => this.#tell(mapping),
    };
    try {
      for await (const batch of rowBatches(this.#source, options)) {
        if (this.#interrupt.asked) break;
        await this.#declareFor(batch);
        if (inFlight.length >= limits.importBatchesInFlight) await inFlight.shift();
        const storing = this.#store(batch, tally);
        storing.catch(() => undefined); // told when it is waited for, at the latest below
        inFlight.push(storing);
        const perSecond = Math.round((tally.rows * 1000) / Math.max(1, performance.now() - startedMs));
        bar.update(this.#source.fraction, () => `${tally.row} rows, ${perSecond}/s`);
      }
    } finally {
      bar.end();
      await Promise.all(inFlight);
    }
    tally.report(plan.name, this.#interrupt.asked, terminal, performance.now() - startedMs);
    return this.#interrupt.asked ? exitCode.interrupted : exitCode.ok;
  }

  /** Says which columns are read as what, before a row is taken. */
  #tell(mapping: Mapping): void {
    this.#exported = mapping.exported;
    const columns = Object.fromEntries(Object.entries(mapping.columns).filter(([, column]) => column !== null));
    this.#terminal.note(`  columns: ${mapText({ columns, properties: Object.fromEntries(mapping.properties) }).replaceAll(',', ', ')}`);
  }

  async #store(batch: RowBatch, tally: ImportTally): Promise<void> {
    const { registry } = this.#engine.core;
    const events = batch.rows.map((row) => eventOf(row, this.#plan, registry, this.#exported));
    const done = await stored(this.#engine.importRows(events, { source: this.#plan.name, row: batch.last, offset: 0 }));
    tally.row = batch.last;
    tally.rows += batch.rows.length + batch.bad.length;
    tally.accepted += done.accepted - 1; // the mark itself was accepted too
    tally.unreadable += batch.bad.length;
    const bad: BadRow[] = [...batch.bad];
    const types = new Map<number, string | null>();
    const refused = new Set(done.rejections.map(({ index }) => index));
    const today = dayOf(this.#clock.now());
    const isExpired = ({ type, occurredAt }: IncomingEvent): boolean =>
      dayOf(occurredAt) + (registry.known(type)?.type.retentionDays ?? Infinity) < today;
    tally.expired += events.filter((event, index) => !refused.has(index) && isExpired(event)).length;
    for (const { index, code, field } of done.rejections) {
      if (code === 'duplicate') tally.duplicates += 1;
      const row = batch.rows[index];
      if (code === 'duplicate' || row === undefined) continue;
      bad.push({ row: row.row, line: row.line, code, ...(field === undefined ? {} : { field }) });
      types.set(row.row, registry.known(row.type ?? this.#plan.type)?.type.name ?? null);
    }
    if (bad.length === 0) return;
    bad.sort((a, b) => a.row - b.row);
    for (const each of bad) {
      tally.count(each);
      const type = types.get(each.row) ?? null;
      this.#rejects.note({ code: each.code, type, source: this.#plan.name, declared: ownWords, ...fieldOf(each) });
    }
    this.#rows.note(bad.map(({ row, line, code, field }) => ({ source: this.#plan.name, row, line, code, field: field ?? null })));
  }

  /** A basis is declared before the first row that rests on it. */
  async #declareFor({ rows }: RowBatch): Promise<void> {
    for (const { type } of rows) {
      const name = type ?? this.#plan.type;
      if (!this.#declared.has(name)) await this.#declare(name, false);
    }
  }

  /** `demanded`: a type that takes no declared basis is refused, where one is given. */
  async #declare(name: string, demanded: boolean): Promise<void> {
    const { declared } = this.#plan;
    const type = this.#engine.core.registry.known(name)?.type;
    if (type === undefined || declared === null) return;
    this.#declared.add(name);
    for (const purpose of declaredPurposes) {
      if (type.purposes[purpose] !== 'declared') {
        if (demanded) throw new CodedError('basis_not_declarable', purpose);
        continue;
      }
      await stored(this.#engine.declareBasis({ eventType: type.name, purpose, basis: declared.basis, reason: declared.evidence }));
    }
  }

  /** The first import under a name notes the file's fingerprint in the log, as a mark of its own; later ones compare it. */
  async #sameFile(): Promise<void> {
    const { fingerprint } = this.#source;
    const key = `${this.#plan.name}#file`;
    const noted = this.#engine.importMark(key);
    if (noted === undefined) {
      await stored(this.#engine.importRows([], { source: key, row: fingerprint.hash48, offset: fingerprint.size }));
    } else if (noted.row !== fingerprint.hash48 || noted.offset !== fingerprint.size) {
      if (this.#source.completes({ hash48: noted.row, size: noted.offset })) return;
      throw new CodedError('import_source_changed');
    }
  }
}

/** Words of our own that may stand in the place of a reject. */
const words: ReadonlySet<string> = new Set(['item', 'product_id', 'quantity']);
const ownWords = (word: string): boolean => words.has(word);

function fieldOf({ field }: BadRow): { readonly field?: string } {
  return field === undefined ? {} : { field };
}

/** What was written, or the coded failure thrown: an import cannot go on without its batch. */
async function stored(written: Promise<Result<WriteAnswer>>): Promise<WriteAnswer> {
  const done = await written;
  if (!done.ok) throw new CodedError(done.code);
  return done.value;
}
