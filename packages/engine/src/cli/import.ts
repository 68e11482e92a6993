// ethogram import: rows of a file become events, under a basis that is declared with its evidence or under grants that hold already. Each
// batch goes into the log together with the mark of how far the import has come (import-run.ts), so an interrupted one goes on where it
// stopped. Non-goal: consent by file; people who chose are asked through POST /v1/consents.
import { NodeDisk } from '../adapters/node-disk.js';
import { SystemClock } from '../adapters/system-clock.js';
import { Rejects } from '../access/rejects.js';
import { lawfulBases } from '../model/system-event.js';
import { dataOption, type Command } from './command.js';
import { DataFolder } from './data-folder.js';
import { exitCode } from './exit-code.js';
import { infer, inferredPlan } from './import-infer.js';
import { importOptions, planOf, type ImportPlan } from './import-plan.js';
import { ImportRejects } from './import-rejects.js';
import { ImportRun } from './import-run.js';
import { ImportSource } from './import-source.js';
import { timeFormMeans, timeForms } from './import-time.js';
import { Interrupt } from './interrupt.js';
import type { Terminal } from './terminal.js';

export const importFile: Command = {
  name: 'import',
  summary: 'take in a file of behaviour under a declared basis; can be interrupted and resumed',
  synopsis: 'import FILE --basis BASIS --evidence TEXT [--map subject=COL,item=COL,time=COL] | import FILE --infer',
  help: [
    'FILE is CSV with a header (separated by comma, semicolon, tab or bar; RFC 4180 quotes) or JSONL, either packed with gzip.',
    'Without --map the columns are found by usual names: user_id, product_id, timestamp and their like. --map names others, as',
    'PART=COLUMN with commas: subject, item, time, id, type (the event type of each row), source, properties (a JSON object), or any',
    'property of the event type. In JSONL a column may be a path: user.id. Files of `ethogram export events` need no --map.',
    'A row that cannot be read, or is refused, is counted under its code and the rest goes on; `ethogram rejects` lists lines and codes,',
    'never values. Ctrl-C ends after the running batch; the same command goes on from there, and repeating it adds nothing. Rows that',
    'were refused are done as well: to read them again with other --map or --time-form, say --source with a new name.',
    `BASIS is one of ${lawfulBases.join(', ')}.`,
    'FORM is one of:',
    ...timeForms.map((form) => `  ${form.padEnd(13)}${timeFormMeans[form]}`),
  ],
  examples: [
    'ethogram import views.csv.gz --basis legitimate_interests --evidence "Assessment 2026-03, register no. 7"',
    'ethogram import views.csv --infer',
    'ethogram import log.jsonl --basis contract --evidence "Terms of 2025" --map subject=uid,item=sku,time=ts --source shop-2025',
    'ethogram import events.jsonl --by-consent --data ./other',
  ],
  options: { ...importOptions, ...dataOption },
  argument: { kind: 'file' },
  shape: [
    'source, rows (done, from the first of the file), accepted, expired (of those: past their retention),',
    'duplicates, refused, unreadable (of this run), interrupted, ms',
    'codes: {code: count}',
    'bad: [{row, line, code, field?}], the first of them',
    'with --infer alone: file, form, separator, columns: [{column, part, reason}], missing, map, timeForm, command',
  ],
  async run(args, terminal) {
    if (args.flag('infer')) {
      const found = await infer(args.only('file'));
      found.report(terminal, args.flag('yes'));
      if (!args.flag('yes')) return found.missing.length === 0 ? exitCode.ok : exitCode.failed;
      return await importPlan(inferredPlan(args, found), new DataFolder(args), terminal);
    }
    return await importPlan(planOf(args), new DataFolder(args), terminal);
  },
};

async function importPlan(plan: ImportPlan, folder: DataFolder, terminal: Terminal): Promise<number> {
  const source = new ImportSource(plan.path);
  const interrupt = new Interrupt(() => terminal.note('stopping after the running batch'));
  try {
    const engine = await folder.open(terminal, { make: true });
    const disk = new NodeDisk(folder.path);
    const rejects = new Rejects(new SystemClock(), disk);
    try {
      return await new ImportRun(engine, plan, source, rejects, new ImportRejects(disk), interrupt, terminal).run();
    } finally {
      rejects.close();
      await engine.close();
    }
  } finally {
    interrupt.release();
  }
}
