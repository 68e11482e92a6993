// The signing key of a ledger, in a file of its own (mode 0600, as every file of a Disk): {format, name, keys: [{seed | null, publicKey}],
// former?: [{name, publicKey}]}. The last of `keys` signs; `former` are those of ledgers that ended. Rotation and a new name throw the
// seed of the one before away: what it signed stays good, and nobody can sign with it again. Invariant: a key is on stable storage before
// it signs anything. Every change replaces the file whole.
import { Buffer } from 'node:buffer';
import { CodedError } from '../base/errors.js';
import type { Disk } from '../ports/disk.js';
import type { Entropy } from '../ports/entropy.js';
import { makeDurableFolder } from './durable-folder.js';
import { SeededSigner } from './seeded-signer.js';

const format = 'ethogram-signing/1';

interface StoredKey {
  /** Base 64; null once it signs no more. */
  readonly seed: string | null;
  readonly publicKey: string;
}

interface Stored {
  readonly format: typeof format;
  readonly name: string;
  readonly keys: readonly StoredKey[];
  /** Oldest first; absent until a ledger has ended. */
  readonly former?: readonly StoredFormer[];
}

interface StoredFormer {
  readonly name: string;
  readonly publicKey: string;
}

export interface SigningPlace {
  readonly disk: Disk;
  readonly folder: string;
}

/** The signer of the folder; a new key, under a name of its own, when there is none. Throws CodedError signing_key_unreadable. */
export async function openSigner(place: SigningPlace, entropy: Entropy): Promise<SeededSigner> {
  return signerIn(place) ?? renewSigner(place, entropy);
}

/** The signer of the folder, as far as there is one: nothing is written. Throws CodedError signing_key_unreadable. */
export function signerIn(place: SigningPlace): SeededSigner | undefined {
  const stored = read(place);
  return stored === undefined ? undefined : signerOf(stored);
}

/** A new key in place of the one in force, under the same name. */
export async function rotateSigner(place: SigningPlace, entropy: Entropy): Promise<SeededSigner> {
  const stored = read(place);
  if (stored === undefined) return openSigner(place, entropy);
  const retired = stored.keys.map(({ publicKey }) => ({ seed: null, publicKey }));
  return write(place, { ...stored, keys: [...retired, fresh(stored.name, entropy)] });
}

/** A new key under a new name: another ledger begins, beside the public keys of those before. */
export function renewSigner(place: SigningPlace, entropy: Entropy): Promise<SeededSigner> {
  const stored = read(place);
  const name = newName(entropy);
  const keys = [fresh(name, entropy)];
  if (stored === undefined) return write(place, { format, name, keys });
  const ended = stored.keys.map(({ publicKey }) => ({ name: stored.name, publicKey }));
  return write(place, { format, name, keys, former: [...(stored.former ?? []), ...ended] });
}

function newName(entropy: Entropy): string {
  return `ethogram-ledger/${Buffer.from(entropy.bytes(9)).toString('base64url')}`;
}

function fresh(name: string, entropy: Entropy): StoredKey {
  const seed = entropy.bytes(32);
  return { seed: text(seed), publicKey: text(new SeededSigner(name, seed).publicKey) };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function signerOf({ name, keys, former = [] }: Stored): SeededSigner {
  const last = keys.at(-1);
  if (last === undefined || last.seed === null) throw new CodedError('signing_key_unreadable');
  const rotated = keys.slice(0, -1).map(({ publicKey }) => ({ name, publicKey }));
  const retired = [...former, ...rotated].map((key) => ({ name: key.name, publicKey: Buffer.from(key.publicKey, 'base64') }));
  const signer = new SeededSigner(name, Buffer.from(last.seed, 'base64'), retired);
  if (text(signer.publicKey) !== last.publicKey) throw new CodedError('signing_key_unreadable');
  return signer;
}

function pathIn({ folder }: SigningPlace): string {
  return `${folder}/signing-key.json`;
}

function read(place: SigningPlace): Stored | undefined {
  const path = pathIn(place);
  if (!place.disk.exists(path)) return undefined;
  const file = place.disk.open(path);
  try {
    const stored: unknown = JSON.parse(Buffer.from(file.read(0, file.size())).toString('utf8'));
    if (!isStored(stored)) throw new CodedError('signing_key_unreadable');
    return stored;
  } catch (error) {
    throw error instanceof SyntaxError ? new CodedError('signing_key_unreadable') : error;
  } finally {
    file.close();
  }
}

async function write(place: SigningPlace, stored: Stored): Promise<SeededSigner> {
  const { disk, folder } = place;
  await makeDurableFolder(disk, folder);
  const path = pathIn(place);
  const file = disk.open(`${path}.new`, { create: true });
  try {
    file.truncate(0);
    file.write(0, Buffer.from(`${JSON.stringify(stored, null, 1)}\n`, 'utf8'));
    await file.sync();
  } finally {
    file.close();
  }
  disk.rename(`${path}.new`, path);
  await disk.syncFolder(folder);
  return signerOf(stored);
}

function isStored(value: unknown): value is Stored {
  if (typeof value !== 'object' || value === null) return false;
  const { format: said, name, keys, former = [] } = value as Partial<Record<keyof Stored, unknown>>; // every field is checked below
  const isNamed = said === format && typeof name === 'string' && Array.isArray(former) && former.every(isStoredFormer);
  return isNamed && Array.isArray(keys) && keys.length > 0 && keys.every(isStoredKey);
}

function isStoredFormer(value: unknown): value is StoredFormer {
  if (typeof value !== 'object' || value === null) return false;
  const { name, publicKey } = value as Partial<Record<keyof StoredFormer, unknown>>; // both are checked here
  return typeof name === 'string' && typeof publicKey === 'string';
}

function isStoredKey(value: unknown): value is StoredKey {
  if (typeof value !== 'object' || value === null) return false;
  const { seed, publicKey } = value as Partial<Record<keyof StoredKey, unknown>>; // both are checked here
  return (seed === null || typeof seed === 'string') && typeof publicKey === 'string';
}
