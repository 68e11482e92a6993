// ethogram kept: what is sealed apart of erased people, because a law obliges to keep it or a hold does; reading it, and legal holds. For
// whoever has the data folder: the door has no way in.
import { CodedError } from '../base/errors.js';
import { dayMs } from '../base/day.js';
import type { Result } from '../base/result.js';
import type { Answerable, KeptByLaw } from '../runtime/kept-by-law.js';
import { UsageError } from './arguments.js';
import { dataOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { exitCode } from './exit-code.js';

export const kept: Command = {
  name: 'kept',
  summary: 'list and read what a law obliges to keep of erased people; place and end legal holds',
  synopsis: 'kept [list] | read CLASS --under GROUND | hold ID | end HOLD, each but list with --by NAME --why REASON',
  help: [
    'An event type is kept by law if POST /v1/bases says so (basis legal_obligation, keepDays); docs/erasure.md tells the rest.',
    'It is read under its own ground alone (the obligation or the hold, as `list` shows it), by a named human, and that is logged.',
    'A hold keeps everything of a person from being destroyed until it is ended; what was sealed apart under it then goes.',
  ],
  examples: [
    'ethogram kept',
    'ethogram kept read 17 --under "Commercial code, section 257" --by "Kim Adams" --why audit',
    'ethogram kept hold u1 --by "Sam Ortiz, counsel" --why "claim 7"',
    'ethogram kept end h_abc --by "Sam Ortiz, counsel" --why settled',
  ],
  options: {
    ...dataOption,
    under: { type: 'string', value: 'GROUND', help: 'what it is kept under, word for word' },
    by: { type: 'string', value: 'NAME', help: 'who answers for it' },
    why: { type: 'string', value: 'REASON', help: 'why' },
  },
  argument: { kind: 'word', choices: ['list', 'read', 'hold', 'end'] },
  shape: [
    'list: classes: [{id, kind, name, eventType, purpose, untilDay, events}], holds: [{hold, subject, by, reason, at}]',
    'read: events: [{id, subject, type, occurredAt, receivedAt, source, properties, mask}]',
    'hold: hold',
    'end: destroyed',
  ],
  async run(args, terminal) {
    const [work = 'list', what, ...more] = args.positionals;
    if (more.length > 0 || (work === 'list') !== (what === undefined)) throw new UsageError('it takes list, or read, hold or end and what');
    const within = <T>(use: (kept: KeptByLaw) => Promise<Result<T>>): Promise<T> =>
      withEngine(new DataFolder(args), terminal, async ({ kept: store }) => {
        const done = await use(store);
        if (!done.ok) throw new CodedError(done.code, done.field);
        return done.value;
      });
    if (work === 'list') {
      const found = await within((store) => Promise.resolve({ ok: true, value: { classes: store.list(), holds: store.holds() } }));
      const none = found.classes.length + found.holds.length === 0;
      terminal.result(found, () =>
        none ? ['Nothing is kept, and nobody is on hold.'] : [...found.classes.map(line), ...found.holds.map(heldLine)],
      );
      return exitCode.ok;
    }
    const answerable: Answerable = { by: args.text('by') ?? '', reason: args.text('why') ?? '' };
    if (work === 'read') {
      const events = await within((store) => store.read(Number(what), args.text('under') ?? '', answerable));
      terminal.result({ events }, () => events.map((event) => JSON.stringify(event)));
    } else if (work === 'hold') {
      const placed = await within((store) => store.hold(what ?? '', answerable));
      terminal.result(placed, () => [`On hold: ${placed.hold}. Nothing of this person is destroyed until it is ended.`]);
    } else if (work === 'end') {
      const ended = await within((store) => store.end(what ?? '', answerable));
      terminal.result(ended, () => [`Ended. ${ended.destroyed} events that were kept for it alone are destroyed.`]);
    } else throw new UsageError('it takes list, or read, hold or end and what');
    return exitCode.ok;
  },
};

function line({ id, kind, name, eventType, untilDay, events }: ReturnType<KeptByLaw['list']>[number]): string {
  const until = untilDay === null ? 'until it is ended' : `until ${new Date(untilDay * dayMs).toISOString().slice(0, 10)}`;
  return `${String(id).padEnd(6)}${kind} ${name}  ${eventType ?? 'all types'}: ${events} events, ${until}`;
}

function heldLine({ hold, subject, by, reason }: ReturnType<KeptByLaw['holds']>[number]): string {
  return `${hold}  hold on ${subject}, by ${by}: ${reason}`;
}
