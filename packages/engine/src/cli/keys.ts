// ethogram keys: the keys of callers in a data folder. It changes one small file and never opens the log, so it works while a server runs,
// and the server notices within a second. A new key is printed once; only its hash is kept.
import { NodeDisk } from '../adapters/node-disk.js';
import { SystemClock } from '../adapters/system-clock.js';
import { SystemEntropy } from '../adapters/system-entropy.js';
import { keyKinds } from '../access/key-kind.js';
import { isLive } from '../access/key-ring.js';
import { KeyStore, type Key, type NewKey } from '../access/key-store.js';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { Result } from '../base/result.js';
import { UsageError, type Arguments } from './arguments.js';
import { dataOption, type Command } from './command.js';
import { DataFolder } from './data-folder.js';
import { exitCode } from './exit-code.js';
import type { Terminal } from './terminal.js';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
const acts = ['list', 'add', 'rotate', 'revoke'] as const;

export const keys: Command = {
  name: 'keys',
  summary: 'list, add, rotate and revoke the keys of callers',
  synopsis: 'keys list|add|rotate|revoke [ID] [--kind write|secret|admin]',
  help: [
    'list          every key: its id, kind, note and dates; never the key itself',
    'add           a new key, printed once; with the first one the server asks for keys at all',
    'rotate ID     a new key in place of that one, which goes on for a day: change over, nobody is turned away',
    'revoke ID     that key opens nothing any more',
    'A running server notices within a second.',
  ],
  examples: [
    'ethogram keys add --kind write --note "web shop"',
    'ethogram keys add --kind secret --days 90',
    'ethogram keys rotate key_abcdefgh --overlap-hours 2',
    'ethogram keys revoke key_abcdefgh',
  ],
  options: {
    ...dataOption,
    kind: { type: 'string', value: 'KIND', help: 'write (for web pages), secret (for servers), admin (for operators)', choices: keyKinds },
    note: { type: 'string', value: 'TEXT', help: 'what it is for' },
    days: { type: 'string', value: 'N', help: 'it ends after so many days (default: it does not)' },
    rate: { type: 'string', value: 'N', help: `requests a second (default ${limits.keyRequestsPerSecond})` },
    'overlap-hours': { type: 'string', value: 'N', help: 'how long a rotated key goes on (default 24)' },
  },
  argument: { kind: 'word', choices: acts },
  shape: [
    'list: keys: [{id, kind, createdAt, expiresAt, note, requestsPerSecond}]',
    'add, rotate: id, kind, key (the text, this once), expiresAt',
    'revoke: id, revoked',
  ],
  async run(args, terminal) {
    const [act, id, ...more] = args.positionals;
    const known = acts.find((each) => each === act);
    if (known === undefined || more.length > 0) throw new UsageError(`it takes one of ${acts.join(', ')}`);
    if ((known === 'rotate' || known === 'revoke') !== (id !== undefined))
      throw new UsageError(`${known} takes ${id === undefined ? 'an ID' : 'no ID'}`);
    const folder = new DataFolder(args);
    folder.make();
    const disk = new NodeDisk(folder.path);
    const store = new KeyStore(disk, new SystemEntropy());
    const now = new SystemClock().now();
    if (known === 'list') list(store.read() ?? [], now, terminal);
    else if (known === 'add') show(await add(store, args, now), terminal);
    else if (known === 'rotate')
      show(
        await store.rotate(id ?? '', now, (args.integer('overlap-hours', 0, 8_760) ?? limits.keyRotationMs / hourMs) * hourMs),
        terminal,
      );
    else {
      const done = await store.revoke(id ?? '');
      if (!done.ok) throw new CodedError(done.code);
      terminal.result({ id, revoked: true }, () => [`${id ?? ''} opens nothing any more.`]);
    }
    return exitCode.ok;
  },
};

function add(store: KeyStore, args: Arguments, now: number): Promise<Result<NewKey>> {
  const kind = args.choice('kind', keyKinds);
  if (kind === undefined) throw new UsageError(`--kind is needed: one of ${keyKinds.join(', ')}`);
  const note = args.text('note') ?? '';
  if (note.length > limits.keyNoteCharsMax) throw new UsageError(`--note takes at most ${limits.keyNoteCharsMax} characters`);
  const days = args.integer('days', 1, 3_650);
  const rate = args.integer('rate', 1, 1_000_000);
  return store.add(kind, now, { note, expiresAt: days === undefined ? null : now + days * dayMs, requestsPerSecond: rate ?? null });
}

function show(made: Result<NewKey>, terminal: Terminal): void {
  if (!made.ok) throw new CodedError(made.code);
  const { key, text } = made.value;
  terminal.result({ id: key.id, kind: key.kind, key: text, expiresAt: key.expiresAt }, () => [text]);
  terminal.note(`${key.id}, kind ${key.kind}. Keep the key now: it is shown this once, and only its hash is stored.`);
}

function list(all: readonly Key[], now: number, terminal: Terminal): void {
  const rows = all.map(({ id, kind, createdAt, expiresAt, note, requestsPerSecond }) => ({
    id,
    kind,
    createdAt,
    expiresAt,
    note,
    requestsPerSecond,
  }));
  terminal.result({ keys: rows }, () => {
    if (all.length === 0) return ['No keys: whoever reaches the port may do everything, so the server listens on this machine only.'];
    return all.map((key) => `${key.id}  ${key.kind.padEnd(6)}  ${until(key, now)}  ${key.note}`.trimEnd());
  });
}

function until(key: Key, now: number): string {
  if (key.expiresAt === null) return 'no end          ';
  if (key.expiresAt === 0) return 'revoked         ';
  const when = new Date(key.expiresAt).toISOString().slice(0, 10);
  return isLive(key, now) ? `ends ${when} ` : `ended ${when}`;
}
