// ethogram export: what a folder holds, in files that others can read. Streams, so that a folder of any size leaves in bounded memory.
// Non-goals: a backup (copy the folder), and raw events without a purpose: law 3 knows none.
import { UsageError, type Arguments } from './arguments.js';
import { callerAt } from './caller.js';
import { dataOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { exitCode } from './exit-code.js';
import { PermittedEvents, type EventChoice } from './export-events.js';
import { personLines, timeText, writeArchive } from './export-person.js';
import { ExportSink } from './export-sink.js';
import { exportColumns } from './import-mapping.js';
import { Interrupt } from './interrupt.js';
import { purposes } from '../model/purpose.js';
import type { BehaviourEvent } from '../model/event.js';
import type { Engine } from '../runtime/engine.js';
import type { Terminal } from './terminal.js';

const kinds = ['events', 'person', 'items'] as const;
const formats = ['jsonl', 'csv'] as const;

export const exportData: Command = {
  name: 'export',
  summary: 'write events for a purpose, the copy of one person, or the catalogue',
  synopsis: 'export events --purpose PURPOSE | export person SUBJECT | export items  [--out FILE]',
  help: [
    'events   Every event that was kept for that purpose and may be used for it now: the grant or the declared basis still holds. The',
    '         rest stays, and is counted on stderr. There is no export without a purpose: who receives it must be named to the person.',
    '         `ethogram import` reads the file again; there it needs grants or a basis of its own, since neither travels in a file.',
    'person   All that is kept about one person, under all their ids, for that person: choices, events, decisions, traits. Lines of',
    '         JSON; with --out NAME.zip the archive: JSON Lines, CSV, a readable page and a schema.',
    'items    The catalogue, an item a line, as POST /v1/items takes them.',
    'Lines go to stdout without --out. None of these is a backup: for that there is `ethogram backup`.',
  ],
  examples: [
    'ethogram export events --purpose analytics --out views.jsonl.gz',
    'ethogram export events --purpose analytics --type item.viewed --since 2026-03-01 --format csv | head',
    'ethogram export person ann --out ann.zip',
    'ethogram export items --data ./shop',
  ],
  options: {
    purpose: { type: 'string', value: 'PURPOSE', help: `why: ${purposes.join(', ')}`, choices: purposes },
    subject: { type: 'string', value: 'ID', help: 'only events of this person' },
    type: { type: 'string', value: 'NAME', help: 'only events of this type' },
    since: { type: 'string', value: 'TIME', help: 'only events that occurred then or later: 2026-03-01 or 2026-03-01T10:00:00Z' },
    until: { type: 'string', value: 'TIME', help: 'only events that occurred before' },
    format: {
      type: 'string',
      value: 'FORMAT',
      help: 'of events: jsonl or csv (default: by the ending of --out, else jsonl)',
      choices: formats,
    },
    out: { type: 'string', value: 'FILE', help: 'a new file that only you may read; .gz packs it' },
    recipient: { type: 'string', value: 'NAME', help: 'of events: who receives them; logged, and told by `ethogram evidence`' },
    ...dataOption,
  },
  argument: { kind: 'word', choices: kinds },
  shape: [
    'with --out: kind, lines, withheld: {code: count}, out; of an archive: kind, bytes, out',
    'without it the lines themselves. An event: {id, subject, type, occurredAt, source, properties}',
  ],
  async run(args, terminal) {
    const [kind, subject, ...more] = args.positionals;
    const known = kinds.find((each) => each === kind);
    if (known === undefined || more.length > 0) throw new UsageError(`it takes one of ${kinds.join(', ')}`);
    if ((known === 'person') !== (subject !== undefined))
      throw new UsageError(known === 'person' ? 'person takes SUBJECT' : `${known} takes no argument; --subject names a person`);
    const choice = known === 'events' ? choiceIn(args) : undefined;
    const out = args.text('out');
    const csv = (args.choice('format', formats) ?? (/\.csv(?:\.gz)?$/.test(out ?? '') ? 'csv' : 'jsonl')) === 'csv';
    if (csv && known !== 'events') throw new UsageError('only events can be written as CSV');
    const folder = new DataFolder(args);
    const by = callerAt(folder.path);
    const interrupt = new Interrupt(() => terminal.note('stopping'));
    try {
      if (known === 'person' && out?.endsWith('.zip') === true)
        return await withEngine(folder, terminal, async (engine) => {
          const written = await writeArchive(engine, subject ?? '', out, () => interrupt.asked);
          if (written === undefined) return interrupted(out, terminal);
          await engine.answers.act({ what: 'person.exported', by, why: '', about: '' }, subject ?? '');
          terminal.result({ kind: 'archive', bytes: written.bytes, out }, () => [`${written.bytes} bytes in ${out}`]);
          return exitCode.ok;
        });
      return await withEngine(folder, terminal, (engine) =>
        write(
          engine,
          choice,
          { known, subject: subject ?? '', csv, out, recipient: args.text('recipient') ?? '', by },
          interrupt,
          terminal,
        ),
      );
    } finally {
      interrupt.release();
    }
  },
};

interface Wish {
  readonly known: (typeof kinds)[number];
  readonly subject: string;
  readonly csv: boolean;
  readonly out: string | undefined;
  readonly recipient: string;
  /** Whom the history names. */
  readonly by: string;
}

function choiceIn(args: Arguments): EventChoice {
  const purpose = args.choice('purpose', purposes);
  if (purpose === undefined) throw new UsageError(`--purpose is needed: why the events may leave, one of ${purposes.join(', ')}`);
  const [subject, type, since, until] = [args.text('subject'), args.text('type'), args.moment('since'), args.moment('until')];
  return {
    purpose,
    ...(subject === undefined ? {} : { subject }),
    ...(type === undefined ? {} : { type }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

async function write(
  engine: Engine,
  choice: EventChoice | undefined,
  { known, subject, csv, out, recipient, by }: Wish,
  interrupt: Interrupt,
  terminal: Terminal,
): Promise<number> {
  const permitted = choice === undefined ? null : new PermittedEvents(engine, choice);
  const source = permitted !== null ? eventLines(permitted, csv) : known === 'person' ? personLines(engine, subject) : itemLines(engine);
  const sink = await ExportSink.open(terminal, out);
  let lines = 0;
  let isWhole = false;
  try {
    for (const line of source) {
      await sink.line(line);
      lines += 1;
      if (lines % turnLines === 0) await interrupt.wait(0);
      if (interrupt.asked) break;
    }
    if (!interrupt.asked) {
      await sink.end();
      isWhole = true;
    }
  } finally {
    // Who received what is part of the evidence, also when they stopped reading before the end.
    if (isWhole || (out === undefined && lines > 0)) {
      if (known === 'person') await engine.answers.act({ what: 'person.exported', by, why: '', about: '' }, subject);
      else if (choice !== undefined) await engine.answers.act({ what: 'events.exported', by, why: recipient, about: choice.purpose });
    }
    if (!isWhole) await sink.abandon();
  }
  if (interrupt.asked && out !== undefined) return interrupted(out, terminal);
  if (csv) lines -= 1; // its header
  const withheld = Object.fromEntries(permitted?.withheld ?? []);
  const sentences = [
    `${lines} ${known === 'items' ? 'items' : known === 'person' ? 'lines' : 'events'}${out === undefined ? '' : ` in ${out}`}`,
    ...Object.entries(withheld).map(([code, count]) => `  ${count} events withheld: ${code}`),
  ];
  if (out === undefined) for (const sentence of sentences) terminal.note(sentence);
  else terminal.result({ kind: known, lines, withheld, out }, () => sentences);
  return interrupt.asked ? exitCode.interrupted : exitCode.ok;
}

function interrupted(out: string, terminal: Terminal): number {
  terminal.note(`interrupted: ${out} was not whole, and is gone`);
  return exitCode.interrupted;
}

/** Between two looks for Ctrl-C. */
const turnLines = 4096;

function* eventLines(permitted: PermittedEvents, csv: boolean): Iterable<string> {
  if (csv) yield exportColumns.join(',');
  for (const event of permitted.events()) yield csv ? csvLine(event) : jsonLine(event);
}

function jsonLine({ id, subject, type, occurredAt, source, properties }: BehaviourEvent): string {
  return JSON.stringify({ id, subject, type, occurredAt: timeText(occurredAt), source, properties });
}

function csvLine({ id, subject, type, occurredAt, source, properties }: BehaviourEvent): string {
  return [id, subject ?? '', type, timeText(occurredAt), source, JSON.stringify(properties)].map(csvCell).join(',');
}

/** RFC 4180. */
function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function* itemLines({ core }: Engine): Iterable<string> {
  for (const id of core.catalogue.ids()) {
    const row = core.catalogue.get(id);
    if (row !== undefined && !row.retired) yield JSON.stringify(row.item);
  }
}
