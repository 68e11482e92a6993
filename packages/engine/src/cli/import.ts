// ethogram import: rows of a file become events, under a basis that is declared with its evidence. Each batch goes into the log together
// with the mark of how far the import has come, so an interrupted one goes on where it stopped. At most limits.importBatchesInFlight
// batches are in memory. Non-goal: consent by file; people who chose are asked through POST /v1/consents.
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { Result } from '../base/result.js';
import type { IncomingEvent } from '../collect/incoming.js';
import { isBasis } from '../http/basis-body.js';
import { isId } from '../http/id.js';
import type { Purpose } from '../model/purpose.js';
import { lawfulBases, type LawfulBasis } from '../model/system-event.js';
import type { Engine } from '../runtime/engine.js';
import type { WriteAnswer } from '../runtime/writer.js';
import { UsageError, type Arguments } from './arguments.js';
import { dataHelp, dataOption, type Command } from './command.js';
import { DataFolder } from './data-folder.js';
import { exitCode } from './exit-code.js';
import { parseMap } from './import-mapping.js';
import { rowBatches, type BadRow, type RowBatch } from './import-rows.js';
import { ImportSource } from './import-source.js';
import { Interrupt } from './interrupt.js';
import { ProgressBar } from './progress-bar.js';
import type { Terminal } from './terminal.js';

const declaredPurposes: readonly Purpose[] = ['personalise', 'train'];

interface Plan {
  readonly path: string;
  readonly type: string;
  readonly basis: LawfulBasis;
  readonly evidence: string;
  readonly name: string;
  readonly until: number;
  readonly map: ReturnType<typeof parseMap>;
}

interface Tally {
  /** Rows done, from the first of the file. */
  row: number;
  accepted: number;
  unreadable: number;
  readonly refused: Map<string, number>;
  readonly listed: BadRow[];
}

export const importFile: Command = {
  name: 'import',
  summary: 'take in a file of behaviour under a declared basis; can be interrupted and resumed',
  synopsis:
    'import FILE --basis BASIS --evidence TEXT [--type item.imported] [--source NAME] [--map subject=COL,item=COL,time=COL] [--limit N]',
  help: [
    'FILE            .csv (with a header) or .jsonl, either with .gz',
    `--basis BASIS   the lawful basis: ${lawfulBases.join(', ')}`,
    '--evidence TEXT why it holds; stands in the log for ever',
    '--type NAME     the event type (default item.imported, which takes a declared basis)',
    '--source NAME   under which the import is remembered (default: the name of the file)',
    '--map ...       columns that are not called subject, item or product_id, timestamp, id',
    '--limit N       only the first N rows',
    'Times are ISO 8601 with a zone, or seconds or milliseconds since 1970.',
    'Ctrl-C ends after the running batch; the same command goes on from there.',
    dataHelp,
  ],
  examples: [
    'ethogram import views.csv.gz --basis legitimate_interests --evidence "Assessment 2026-03, register no. 7"',
    'ethogram import log.jsonl --basis contract --evidence "Terms of 2025" --map subject=uid,item=sku,time=ts --source shop-2025',
  ],
  options: {
    ...dataOption,
    type: { type: 'string' },
    basis: { type: 'string' },
    evidence: { type: 'string' },
    source: { type: 'string' },
    map: { type: 'string' },
    limit: { type: 'string' },
  },
  async run(args, terminal) {
    const plan = planOf(args);
    const source = new ImportSource(plan.path);
    const interrupt = new Interrupt(() => terminal.note('stopping after the running batch'));
    try {
      const engine = await new DataFolder(args).open(terminal, { make: true });
      try {
        return await run(engine, plan, source, interrupt, terminal);
      } finally {
        await engine.close();
      }
    } finally {
      interrupt.release();
    }
  },
};

function planOf(args: Arguments): Plan {
  const path = args.only('file');
  const basis = args.needed('basis', 'the lawful basis under which the file may be used');
  if (!isBasis(basis)) throw new UsageError(`--basis is one of ${lawfulBases.join(', ')}`);
  const evidence = args.needed('evidence', 'why that basis holds');
  if (evidence.length > limits.reasonCharsMax) throw new UsageError(`--evidence takes at most ${limits.reasonCharsMax} characters`);
  const name = args.text('source') ?? path.replace(/^.*[/\\]/, '');
  if (!isId(name) || name.length > limits.sourceCharsMax) throw new UsageError(`--source takes 1 to ${limits.sourceCharsMax} characters`);
  const until = args.integer('limit', 1, Number.MAX_SAFE_INTEGER) ?? Number.MAX_SAFE_INTEGER;
  return { path, type: args.text('type') ?? 'item.imported', basis, evidence, name, until, map: parseMap(args.text('map')) };
}

async function run(engine: Engine, plan: Plan, source: ImportSource, interrupt: Interrupt, terminal: Terminal): Promise<number> {
  const known = engine.core.registry.known(plan.type);
  const itemProperty = known?.type.item;
  if (known === undefined || itemProperty === undefined) throw new CodedError('event_type_unknown');
  for (const purpose of declaredPurposes) {
    if (known.type.purposes[purpose] !== 'declared') throw new CodedError('basis_not_declarable', purpose);
    await stored(engine.declareBasis({ eventType: known.type.name, purpose, basis: plan.basis, reason: plan.evidence }));
  }
  await sameFile(engine, plan.name, source);
  const skip = engine.importMark(plan.name)?.row ?? 0;
  terminal.note(skip === 0 ? `importing ${plan.path}` : `importing ${plan.path}, going on after row ${skip}`);
  const tally: Tally = { row: skip, accepted: 0, unreadable: 0, refused: new Map(), listed: [] };
  const bar = new ProgressBar(terminal, 'importing');
  const startedMs = performance.now();
  const inFlight: Promise<void>[] = [];
  const eventOf = (row: RowBatch['rows'][number]): IncomingEvent => ({
    id: `${plan.name}:${row.id ?? row.row}`,
    subject: row.subject,
    type: plan.type,
    occurredAt: row.occurredAt,
    source: plan.name,
    properties: { [itemProperty]: row.item },
  });
  try {
    for await (const batch of rowBatches(source, { named: plan.map, skip, until: plan.until })) {
      if (interrupt.asked) break;
      if (inFlight.length >= limits.importBatchesInFlight) await inFlight.shift();
      const storing = store(engine, plan.name, batch, batch.rows.map(eventOf), tally);
      storing.catch(() => undefined); // told when it is waited for, at the latest below
      inFlight.push(storing);
      const perSecond = Math.round(((tally.row - skip) * 1000) / Math.max(1, performance.now() - startedMs));
      bar.update(source.fraction, () => `${tally.row} rows, ${perSecond}/s`);
    }
  } finally {
    bar.end();
    await Promise.all(inFlight);
  }
  return report(plan, tally, interrupt.asked, terminal, performance.now() - startedMs);
}

async function store(engine: Engine, name: string, batch: RowBatch, events: readonly IncomingEvent[], tally: Tally): Promise<void> {
  const done = await stored(engine.importRows(events, { source: name, row: batch.last, offset: 0 }));
  tally.row = batch.last;
  tally.accepted += done.accepted - 1; // the mark itself was accepted too
  for (const { code } of done.rejections) tally.refused.set(code, (tally.refused.get(code) ?? 0) + 1);
  tally.unreadable += batch.bad.length;
  for (const bad of batch.bad) if (tally.listed.length < limits.importBadRowsListed) tally.listed.push(bad);
}

/** What was written, or the coded failure thrown: an import cannot go on without its batch. */
async function stored(written: Promise<Result<WriteAnswer>>): Promise<WriteAnswer> {
  const done = await written;
  if (!done.ok) throw new CodedError(done.code);
  return done.value;
}

/** The first import under a name notes the file's fingerprint in the log, as a mark of its own; later ones compare it. */
async function sameFile(engine: Engine, name: string, { fingerprint }: ImportSource): Promise<void> {
  const key = `${name}#file`;
  const noted = engine.importMark(key);
  if (noted === undefined) {
    await stored(engine.importRows([], { source: key, row: fingerprint.hash48, offset: fingerprint.size }));
  } else if (noted.row !== fingerprint.hash48 || noted.offset !== fingerprint.size) {
    throw new CodedError('import_source_changed');
  }
}

function report(plan: Plan, tally: Tally, interrupted: boolean, terminal: Terminal, ms: number): number {
  const refused = Object.fromEntries(tally.refused);
  terminal.result(
    {
      source: plan.name,
      rows: tally.row,
      accepted: tally.accepted,
      unreadable: tally.unreadable,
      refused,
      bad: tally.listed,
      interrupted,
      ms: Math.round(ms),
    },
    () => [
      `${tally.row} rows done, ${tally.accepted} events taken in this run (${(ms / 1000).toFixed(1)} s)`,
      ...[...tally.refused].map(([code, count]) => `  ${count} refused: ${code}`),
      ...(tally.unreadable === 0 ? [] : [`  ${tally.unreadable} could not be read:`]),
      ...tally.listed.map(({ line, column }) => `    line ${line}, column ${column === '' ? '(whole line)' : column}`),
      ...(interrupted ? ['Interrupted: the same command goes on from there.'] : []),
    ],
  );
  return interrupted ? exitCode.interrupted : exitCode.ok;
}
