// ethogram tune: chooses the settings of the visit model on the newest visits of the log, which are held out, and logs what it chose.
// Bounded in time; what is found is noted in the folder (settings, no personal data) after each step, so that an interrupted search goes on.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../base/errors.js';
import type { HashKey } from '../base/half-sip-hash.js';
import { settingsText, tuneVisits, type TuneState } from '../predict/visits/tune-visits.js';
import { visitSettingsOf } from '../predict/visits/visit-settings.js';
import { dataOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { exitCode } from './exit-code.js';
import { Interrupt } from './interrupt.js';
import { ProgressBar } from './progress-bar.js';

const notesFile = 'tune.json';
const minutesIfAbsent = 10;
/** Tables of a search that nobody else reads: any key does. */
const hashKey: HashKey = [0x7475_6e65, 0x6b65_7931];

export const tune: Command = {
  name: 'tune',
  summary: 'choose the settings of the next-item model on held-out visits; can be interrupted and resumed',
  synopsis: 'tune [--minutes N] [--again] [--dry-run]',
  help: [
    'The newest tenth of the visits is held out; settings are tried one at a time, and kept when they foretell it better.',
    'What is chosen is logged as model.tuned and holds from then on: decisions name it in `policy`.',
  ],
  examples: ['ethogram tune', 'ethogram tune --minutes 30 --dry-run --json'],
  options: {
    ...dataOption,
    minutes: { type: 'string', value: 'N', help: `stop after so many minutes and keep the best so far (default ${minutesIfAbsent})` },
    again: { type: 'boolean', help: 'begin anew instead of going on with an interrupted search' },
    'dry-run': { type: 'boolean', help: 'only print; log nothing' },
  },
  argument: { kind: 'none' },
  shape: ['questions, before: {hr20, mrr20}, after: {hr20, mrr20}, settings, ended, applied'],
  async run(args, terminal) {
    args.none();
    const minutes = args.integer('minutes', 1, 24 * 60) ?? minutesIfAbsent;
    const folder = new DataFolder(args);
    const interrupt = new Interrupt(() => terminal.note('stopping after the running step; the same command goes on from there'));
    try {
      return await withEngine(folder, terminal, async (engine) => {
        const notes = join(folder.path, notesFile);
        if (args.flag('again')) rmSync(notes, { force: true });
        const begun = notedState(notes);
        const untilMs = performance.now() + minutes * 60_000;
        const bar = new ProgressBar(terminal, 'tuning');
        const model = engine.core.model;
        let first: TuneState | undefined;
        let last: TuneState | undefined;
        let questions = 0;
        let ended = false;
        for (const step of tuneVisits([...model.visitsForTuning()], begun ?? model.settings, hashKey)) {
          first ??= step;
          last = step;
          questions = step.questions;
          ended = step.ended;
          const { settings, hr20, mrr20, round, within, moved } = step;
          writeFileSync(notes, JSON.stringify({ settings, hr20, mrr20, round, within, moved }), { mode: 0o600 });
          bar.update(step.done, () => `HR@20 ${hr20.toFixed(4)}, MRR@20 ${mrr20.toFixed(4)}`);
          await interrupt.wait(0);
          if (interrupt.asked || performance.now() > untilMs) break;
        }
        bar.end();
        if (first === undefined || last === undefined) throw new Error('a search gives its first step');
        if (ended) rmSync(notes, { force: true });
        const applies = questions > 0 && !interrupt.asked && !args.flag('dry-run');
        if (applies) {
          const done = await engine.tune(last.settings);
          if (!done.ok) throw new CodedError(done.code);
        }
        const [before, after] = [first, last].map(({ hr20, mrr20 }) => ({ hr20, mrr20 }));
        const { settings } = last;
        terminal.result({ questions, before, after, settings, ended, applied: applies }, () => [
          `${questions} held-out questions: HR@20 ${before?.hr20.toFixed(4)} to ${after?.hr20.toFixed(4)}, MRR@20 ${before?.mrr20.toFixed(4)} to ${after?.mrr20.toFixed(4)}`,
          ...settingsText(settings).map((line) => `  ${line}`),
          applies
            ? 'logged: it holds from now on'
            : questions === 0
              ? 'too few visits to choose settings on: nothing was logged'
              : 'nothing was logged',
        ]);
        return interrupt.asked ? exitCode.interrupted : exitCode.ok;
      });
    } finally {
      interrupt.release();
    }
  },
};

/** The state of an interrupted search, if the folder holds one that can be read. */
function notedState(path: string): TuneState | undefined {
  if (!existsSync(path)) return undefined;
  let noted: unknown;
  try {
    noted = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
  if (typeof noted !== 'object' || noted === null) return undefined;
  const given = new Map<string, unknown>(Object.entries(noted));
  const settings = visitSettingsOf(given.get('settings'));
  const [hr20, mrr20, round, within] = ['hr20', 'mrr20', 'round', 'within'].map((name) => given.get(name));
  if (settings === undefined || typeof hr20 !== 'number' || typeof mrr20 !== 'number') return undefined;
  if (typeof round !== 'number' || typeof within !== 'number') return undefined;
  return { settings, hr20, mrr20, round, within, moved: given.get('moved') === true };
}
