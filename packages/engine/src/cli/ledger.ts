// ethogram ledger: the checkpoint and keys of a folder, and checks that need no server: of a whole copied folder, or of checkpoints and
// proofs in files. Verification reads only: it takes no lock and needs no key of the log.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { walkHeaders } from '../adapters/file-log/header-walk.js';
import { NodeDisk } from '../adapters/node-disk.js';
import { openSigner, renewSigner, rotateSigner, signerIn } from '../adapters/signing-keys.js';
import { SystemEntropy } from '../adapters/system-entropy.js';
import { openCheckpoint, type Checkpoint } from '../answer/ledger/checkpoint.js';
import { CompactRange } from '../answer/ledger/compact-range.js';
import { savedCheckpoint } from '../answer/ledger/ledger.js';
import { isConsistent } from '../answer/ledger/proof.js';
import { verifierKeysOf, verifierKeyText, type VerifierKey } from '../answer/ledger/signed-note.js';
import { leafHash } from '../answer/ledger/tree-hash.js';
import { CodedError } from '../base/errors.js';
import { fromBase64, toBase64 } from '../base/strict-base64.js';
import { strictJson } from '../base/strict-json.js';
import { ledgerFolder, logFolder, signingFolder } from '../runtime/folders.js';
import { UsageError, type Arguments } from './arguments.js';
import { callerAt } from './caller.js';
import { dataOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { exitCode } from './exit-code.js';
import type { Terminal } from './terminal.js';
import { keyOption, verifierKeys } from './verifier-keys.js';

const acts = ['verify', 'checkpoint', 'keys', 'rotate', 'renew'] as const;

export const ledger: Command = {
  name: 'ledger',
  summary: 'check the ledger of a folder or a checkpoint, and manage the key that signs',
  synopsis: 'ledger verify DIR|FILE [--key KEY] | ledger checkpoint|keys|rotate|renew',
  help: [
    'verify DIR   Reads every header of a (copied) data folder, builds the tree and holds it against the checkpoint of the folder, or',
    '             against one that you kept (--checkpoint). Without --key it believes the public key in the folder, and says so.',
    'verify FILE  A checkpoint, by its signature. With --older and --proof also that nothing it once said was taken back.',
    'checkpoint   A fresh signed checkpoint of the folder. keys: the keys that check it.',
    'rotate       A new key under the same name; the old one can sign no more, and what it signed stays good. No server may run.',
    'renew        A new key under a new name, after a backup was restored: the old ledger ends where its last checkpoint says.',
    '             Its public keys stay listed, so older receipts stay good.',
  ],
  examples: [
    'ethogram ledger verify ./copy-of-the-folder --key ledger-key.txt --checkpoint last-month.txt',
    'ethogram ledger verify now.txt --older last-month.txt --proof consistency.json --key ledger-key.txt',
  ],
  options: {
    ...dataOption,
    ...keyOption,
    checkpoint: { type: 'string', value: 'FILE', help: 'verify DIR: a checkpoint that must hold for it' },
    older: { type: 'string', value: 'FILE', help: 'verify FILE: an older checkpoint' },
    proof: { type: 'string', value: 'FILE', help: 'verify FILE: the answer of GET /v1/ledger/consistency between the two' },
  },
  argument: { kind: 'word', choices: acts },
  shape: [
    'verify DIR: ok, records, events, root, checkpoint: {origin, size} or null, problems',
    'verify FILE: ok, origin, size, root',
    'checkpoint: checkpoint (the note). keys, rotate, renew: keys',
  ],
  async run(args, terminal) {
    const [act, path, ...more] = args.positionals;
    const known = acts.find((each) => each === act);
    if (known === undefined || more.length > 0) throw new UsageError(`it takes one of ${acts.join(', ')}`);
    if ((known === 'verify') !== (path !== undefined))
      throw new UsageError(known === 'verify' ? 'verify takes DIR or FILE' : `${known} takes no path`);
    if (known === 'verify') {
      if (!existsSync(path ?? '')) throw new CodedError('file_unreadable', path);
      return statSync(path ?? '').isDirectory() ? verifyFolder(path ?? '', args, terminal) : verifyNote(path ?? '', args, terminal);
    }
    if (known === 'checkpoint') {
      const signed = await withEngine(new DataFolder(args), terminal, (engine) => Promise.resolve(engine.ledger.checkpoint()));
      if (!signed.ok) throw new CodedError(signed.code);
      terminal.result({ checkpoint: signed.value.note }, () => [signed.value.note.trimEnd()]);
      return exitCode.ok;
    }
    const keys = await keysAfter(known, args, terminal);
    terminal.result({ keys: keys.map(verifierKeyText) }, () => keys.map(verifierKeyText));
    return exitCode.ok;
  },
};

/** Rotations are logged before the new key signs anything. */
async function keysAfter(act: 'keys' | 'rotate' | 'renew', args: Arguments, terminal: Terminal): Promise<VerifierKey[]> {
  const folder = new DataFolder(args);
  const place = { disk: new NodeDisk(folder.path), folder: signingFolder };
  if (act === 'keys') {
    if (!place.disk.exists('tenant.json')) throw new CodedError('data_folder_missing');
  } else {
    await withEngine(folder, terminal, async (engine) => {
      const about = engine.ledger.keys().map(verifierKeyText).at(0) ?? '';
      const done = await engine.answers.act({ what: 'signing-key.rotated', by: callerAt(folder.path), why: act, about });
      if (!done.ok) throw new CodedError(done.code);
    });
    if (act === 'rotate') await rotateSigner(place, new SystemEntropy());
    else {
      await renewSigner(place, new SystemEntropy());
      // The new name has signed nothing yet; the tree is built anew from the log.
      if (place.disk.exists(`${ledgerFolder}/note`)) place.disk.remove(`${ledgerFolder}/note`);
    }
  }
  return verifierKeysOf(await openSigner(place, new SystemEntropy()));
}

function verifyFolder(path: string, args: Arguments, terminal: Terminal): number {
  const disk = new NodeDisk(path, { readOnly: true });
  if (!disk.exists('tenant.json')) throw new CodedError('data_folder_missing');
  const own = args.text('key') === undefined ? signerIn({ disk, folder: signingFolder }) : undefined;
  // Without one in the folder, it says that --key is needed.
  const keys = own === undefined ? verifierKeys(args) : verifierKeysOf(own);
  if (own !== undefined)
    terminal.note('The public key is the one that lies in the folder: compare it with one that you have from elsewhere.');
  const kept = args.text('checkpoint');
  const saved = savedCheckpoint(disk.exists(`${ledgerFolder}/note`) ? readFileSync(join(path, ledgerFolder, 'note'), 'utf8') : null);
  const note = kept === undefined ? saved : readFileSync(kept, 'utf8');
  const opened = note === null ? null : openCheckpoint(note, keys);
  const range = new CompactRange();
  let rootThen: Uint8Array | null = null;
  const size = opened?.ok === true ? opened.checkpoint.size : -1;
  if (size === 0) rootThen = range.root();
  const walked = walkHeaders(disk, logFolder, (hash) => {
    range.append(leafHash(hash));
    if (range.size === size) rootThen = range.root();
  });
  const problems = [...walked.problems, ...checkpointProblems(opened, rootThen)];
  const root = toBase64(range.root());
  const checkpoint = opened?.ok === true ? { origin: opened.checkpoint.origin, size } : null;
  terminal.result({ ok: problems.length === 0, records: walked.records, events: walked.events, root, checkpoint, problems }, () => [
    problems.length === 0 ? 'clean' : `${problems.length} problems`,
    `  records ${walked.records}, events ${walked.events}, root ${root}`,
    checkpoint === null ? '  no checkpoint was held against it' : `  holds the checkpoint of ${checkpoint.origin} at ${size} records`,
    ...problems.map((problem) => `  ! ${problem}`),
  ]);
  return problems.length === 0 ? exitCode.ok : exitCode.failed;
}

function checkpointProblems(opened: ReturnType<typeof openCheckpoint> | null, root: Uint8Array | null): string[] {
  if (opened === null) return [];
  if (!opened.ok) return [`the checkpoint: ${opened.reason}`];
  if (root === null) return [`the log has fewer records than the checkpoint, which says ${opened.checkpoint.size}`];
  return toBase64(root) === toBase64(opened.checkpoint.root) ? [] : ['the log is not the one of the checkpoint: its root is another'];
}

function verifyNote(path: string, args: Arguments, terminal: Terminal): number {
  const keys = verifierKeys(args);
  const newer = checkpointAt(path, keys);
  const older = args.text('older');
  if ((older === undefined) !== (args.text('proof') === undefined)) throw new UsageError('--older and --proof go together');
  if (older !== undefined) holdAgainst(newer, checkpointAt(older, keys), readFileSync(args.text('proof') ?? '', 'utf8'));
  const { origin, size, root } = newer;
  terminal.result({ ok: true, origin, size, root: toBase64(root) }, () => [
    `A checkpoint of ${origin} over ${size} records, as it was signed.`,
  ]);
  return exitCode.ok;
}

function checkpointAt(path: string, keys: readonly VerifierKey[]): Checkpoint {
  const opened = openCheckpoint(readFileSync(path, 'utf8'), keys);
  if (!opened.ok) throw new CodedError('receipt_refused', `${path}: ${opened.reason}`);
  return opened.checkpoint;
}

/** Throws CodedError receipt_refused unless the newer tree is the older one with records added. */
function holdAgainst(newer: Checkpoint, older: Checkpoint, proofText: string): void {
  const proof = proofIn(proofText);
  const holds =
    proof !== undefined &&
    older.origin === newer.origin &&
    isConsistent({ size1: BigInt(older.size), size2: BigInt(newer.size), root1: older.root, root2: newer.root, proof });
  if (!holds) throw new CodedError('receipt_refused', 'the newer checkpoint does not continue the older one');
}

function proofIn(text: string): Uint8Array[] | undefined {
  let value: unknown;
  try {
    value = strictJson(text);
  } catch {
    return undefined;
  }
  const listed: unknown = typeof value === 'object' && value !== null && 'proof' in value ? value.proof : undefined;
  if (!Array.isArray(listed)) return undefined;
  const hashes = listed.map((each: unknown) => (typeof each === 'string' ? fromBase64(each) : undefined));
  const known = hashes.filter((each) => each !== undefined);
  return known.length === hashes.length ? known : undefined;
}
