// ethogram receipt: the signed receipts of a folder, and the check of one, which needs only the file and the public key.
import { readFileSync } from 'node:fs';
import { checkReceipt, type ReceiptCheck } from '../answer/receipt/check-receipt.js';
import { CodedError } from '../base/errors.js';
import { UsageError } from './arguments.js';
import { dataOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { keptText } from './erase.js';
import { exitCode } from './exit-code.js';
import { timeText } from './export-person.js';
import { keyOption, verifierKeys } from './verifier-keys.js';

const acts = ['verify', 'consent', 'erasure'] as const;

export const receipt: Command = {
  name: 'receipt',
  summary: 'check a signed receipt, or write one',
  synopsis: 'receipt verify FILE --key KEY | receipt consent SUBJECT | receipt erasure ID',
  help: [
    'verify    Whether the file is as it was signed, and what it says follows from the log: signature, checkpoint, inclusion. It needs',
    '          nothing but the file and the public key. With --subject it tells whether the receipt concerns that id, too.',
    'consent   What that id has chosen, for that person: ISO/IEC TS 27560 in the JSON-LD of W3C DPV.',
    'erasure   The receipt of an erasure again, without what only the copy of the person holds.',
    'Keep a receipt byte for byte: written down otherwise, it is refused.',
  ],
  examples: [
    'ethogram receipt verify erasure.json --key ledger-key.txt',
    'ethogram receipt verify erasure.json --key ledger-key.txt --subject ann',
    'ethogram receipt consent ann > consent.json',
  ],
  options: {
    ...dataOption,
    ...keyOption,
    subject: { type: 'string', value: 'ID', help: 'verify: does it concern that id?' },
  },
  argument: { kind: 'word', choices: acts },
  shape: [
    'verify: ok, kind, concerns (true, false or null), size; erasure, completedAt, position of an erasure; subject, choices of a consent',
    'consent, erasure: the receipt itself, as a file',
  ],
  async run(args, terminal) {
    const [act, what, ...more] = args.positionals;
    const known = acts.find((each) => each === act);
    if (known === undefined || what === undefined || more.length > 0)
      throw new UsageError(`it takes one of ${acts.join(', ')} and one more`);
    if (known === 'verify') {
      const checked = checkReceipt(fileAt(what), verifierKeys(args), args.text('subject'));
      if (!checked.ok) throw new CodedError('receipt_refused', checked.reason);
      const { check } = checked;
      terminal.result({ ok: true, ...check }, () => sentences(check));
      return check.concerns === false ? exitCode.failed : exitCode.ok;
    }
    const document = await withEngine(new DataFolder(args), terminal, (engine) =>
      known === 'consent' ? engine.answers.consentReceipt(what) : Promise.resolve(engine.answers.erasureReceipt(what)),
    );
    if (!document.ok) throw new CodedError(document.code);
    terminal.print(document.value.trimEnd());
    return exitCode.ok;
  },
};

function fileAt(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch {
    throw new CodedError('file_unreadable', path);
  }
}

function sentences(check: ReceiptCheck): string[] {
  const concerns = check.concerns === null ? [] : [`It ${check.concerns ? 'concerns' : 'does not concern'} that id.`];
  if (check.kind === 'consent') {
    const lines = Object.entries(check.choices).map(([purpose, choice]) => `  ${purpose}: ${choice}`);
    return [`A consent receipt about ${check.subject}, as it was signed over ${check.size} records.`, ...lines, ...concerns];
  }
  const { erasure, completedAt } = check;
  return [
    `An erasure receipt, as it was signed: ${erasure.events} events of ${erasure.subjects} ids, erased ${timeText(erasure.erasedAt)}.`,
    completedAt === null
      ? `Bytes and keys beneath are to be destroyed by ${timeText(erasure.deadlineAt)}.`
      : `Bytes and keys beneath were destroyed by ${timeText(completedAt)}.`,
    ...(erasure.kept ?? []).map(keptText),
    `The log says so at position ${check.position}, under a checkpoint of ${check.size} records.`,
    'It cannot show that no copy was made elsewhere before.',
    ...concerns,
  ];
}
