// ethogram erase: erases people. Their events become gaps, what was learned from them goes, the bytes and keys beneath are destroyed.
import { dataOption, urlOption, type Command } from './command.js';
import type { KeptNote } from '../answer/receipts.js';
import { UsageError } from './arguments.js';
import { DataFolder, withEngine } from './data-folder.js';
import { exitCode } from './exit-code.js';
import { Remote } from './remote.js';
import { subjectId } from './subject-id.js';

const receiptsShown = 5;

export const erase: Command = {
  name: 'erase',
  summary: 'erase people: their events, traits, and what was learned from them',
  synopsis: 'erase SUBJECT...',
  help: [
    'It cannot be undone. Erasing somebody who is not there succeeds. What they captured before is refused from now on.',
    'On a folder the bytes and keys are destroyed before the command ends; a server does that by the deadline in its answer.',
  ],
  examples: ['ethogram erase ann', 'ethogram erase ann bob --url http://127.0.0.1:4040'],
  options: { ...dataOption, ...urlOption },
  argument: { kind: 'none' },
  shape: [
    'subjects (how many), events (how many were erased), receipts: [id],',
    'kept: [{kind, name, eventType, events, until}] (what a law or a hold keeps)',
  ],
  async run(args, terminal) {
    if (args.positionals.length === 0) throw new UsageError('it takes SUBJECT...');
    const subjects = args.positionals.map(subjectId);
    const url = args.text('url');
    let events = 0;
    const kept: KeptNote[] = [];
    const receipts: string[] = [];
    if (url === undefined) {
      events = await withEngine(new DataFolder(args), terminal, async (engine) => {
        const receipt = await engine.erase(subjects);
        await engine.completeErasures();
        kept.push(...(receipt.kept ?? []));
        receipts.push(receipt.receipt);
        return receipt.events;
      });
    } else {
      const remote = new Remote(url, args.text('key'));
      for (const subject of subjects) {
        const told = await remote.delete<{ events: number; receipt: string; kept?: KeptNote[] }>(
          `/v1/subjects/${encodeURIComponent(subject)}`,
        );
        events += told.events;
        kept.push(...(told.kept ?? []));
        receipts.push(told.receipt);
      }
    }
    terminal.result({ subjects: subjects.length, events, receipts, kept }, () => [
      `${events} ${events === 1 ? 'event' : 'events'} of ${subjects.length} ${subjects.length === 1 ? 'id' : 'ids'} erased.`,
      `Receipt: ${receiptText(receipts)} (\`ethogram receipt erasure ID\` prints one, signed).`,
      ...kept.map(keptText),
    ]);
    return exitCode.ok;
  },
};

function receiptText(receipts: readonly string[]): string {
  return receipts.length > receiptsShown ? `${receipts.length}, listed by --json` : receipts.join(', ');
}

/** What a receipt says of what is kept, in words. */
export function keptText({ kind, name, eventType, events, until }: KeptNote): string {
  const what = eventType === null ? `${events} events` : `${events} of type ${eventType}`;
  return `Sealed apart, not destroyed: ${what}, under ${kind} "${name}", ${until === null ? 'until the hold is ended' : `until ${until}`}.`;
}
