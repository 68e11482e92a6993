// The file of keys, access/keys.json: {format, keys: [...]}, hashes only. Every change replaces the file whole: written beside, synced,
// renamed, so a reader sees the old keys or the new ones. A revoked key stays listed: a door that once had keys never falls open again
// because the last one went; who wants that removes the file.
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import { DiskError, type Disk } from '../ports/disk.js';
import type { Entropy } from '../ports/entropy.js';
import { isKeyKind, type KeyKind } from './key-kind.js';
import { hashOfKey, newKeyId, newKeyText } from './key-text.js';

export interface Key {
  readonly id: string;
  readonly kind: KeyKind;
  /** SHA-256 of the text, hex. */
  readonly sha256: string;
  readonly createdAt: number;
  /** From this moment on (ms since 1970) it opens nothing; 0: it was revoked; null: it does not end. */
  readonly expiresAt: number | null;
  readonly note: string;
  /** Requests a second; limits.keyRequestsPerSecond if null. */
  readonly requestsPerSecond: number | null;
}

export interface NewKey {
  readonly key: Key;
  /** The text itself: to be shown once, kept nowhere. */
  readonly text: string;
}

export const keysFolder = 'access';
const path = `${keysFolder}/keys.json`;
const format = 'ethogram-keys/1';

export class KeyStore {
  readonly #disk: Disk;
  readonly #entropy: Entropy;

  constructor(disk: Disk, entropy: Entropy) {
    this.#disk = disk;
    this.#entropy = entropy;
  }

  /** The bytes of the file as they are; null when there is none. */
  bytes(): Buffer | null {
    if (!this.#disk.exists(path)) return null;
    const file = this.#disk.open(path);
    try {
      return Buffer.from(file.read(0, limits.keysFileBytesMax + 1));
    } finally {
      file.close();
    }
  }

  /** Every key, also expired ones; null when there is no file. Throws CodedError keys_unreadable. */
  read(): readonly Key[] | null {
    const bytes = this.bytes();
    return bytes === null ? null : parseKeys(bytes);
  }

  /** Fails with keys_too_many. */
  async add(kind: KeyKind, at: number, more: Partial<Pick<Key, 'expiresAt' | 'note' | 'requestsPerSecond'>> = {}): Promise<Result<NewKey>> {
    return this.#change((keys) => {
      const kept = withRoom(keys, at);
      if (kept.length >= limits.keysMax) return fail('keys_too_many');
      const made = this.#make(kind, at, more);
      return ok({ keys: [...kept, made.key], answer: made });
    });
  }

  /** A new key in place of one that goes on for `overlapMs`: two are valid at once, so callers change over without a gap. */
  async rotate(id: string, at: number, overlapMs: number): Promise<Result<NewKey>> {
    return this.#change((keys) => {
      const old = keys.find((key) => key.id === id);
      if (old === undefined) return fail('key_id_unknown');
      const kept = withRoom(keys, at);
      if (kept.length >= limits.keysMax) return fail('keys_too_many');
      const made = this.#make(old.kind, at, { note: old.note, requestsPerSecond: old.requestsPerSecond });
      return ok({ keys: [...ending(kept, id, at + overlapMs), made.key], answer: made });
    });
  }

  /** It opens nothing any more, also when the clock is set back. Fails with key_id_unknown. */
  async revoke(id: string): Promise<Result<null>> {
    return this.#change((keys) =>
      keys.some((key) => key.id === id) ? ok({ keys: ending(keys, id, 0), answer: null }) : fail('key_id_unknown'),
    );
  }

  #make(kind: KeyKind, createdAt: number, more: Partial<Key>): NewKey {
    const text = newKeyText(kind, this.#entropy);
    const { expiresAt = null, note = '', requestsPerSecond = null } = more;
    const key = { id: newKeyId(this.#entropy), kind, sha256: hashOfKey(text), createdAt, expiresAt, note, requestsPerSecond };
    return { key, text };
  }

  async #change<T>(by: (keys: readonly Key[]) => Result<{ readonly keys: readonly Key[]; readonly answer: T }>): Promise<Result<T>> {
    this.#disk.makeFolder(keysFolder);
    const release = this.#lock();
    try {
      const changed = by(this.read() ?? []);
      if (!changed.ok) return changed;
      const draft = `${path}.new`;
      const file = this.#disk.open(draft, { create: true });
      try {
        file.truncate(0);
        file.write(0, Buffer.from(`${JSON.stringify({ format, keys: changed.value.keys }, null, 1)}\n`));
        await file.sync();
      } finally {
        file.close();
      }
      this.#disk.rename(draft, path);
      await this.#disk.syncFolder(keysFolder);
      return ok(changed.value.answer);
    } finally {
      release();
    }
  }

  #lock(): () => void {
    try {
      return this.#disk.lock(keysFolder);
    } catch (error) {
      throw error instanceof DiskError && error.code === 'locked' ? new CodedError('data_folder_locked', 'its keys') : error;
    }
  }
}

/** Without those that ended, once there are as many as may be; a new one follows, so the file never becomes empty by this. */
function withRoom(keys: readonly Key[], at: number): readonly Key[] {
  return keys.length < limits.keysMax ? keys : keys.filter((key) => key.expiresAt === null || at < key.expiresAt);
}

/** One of them ending at `at` or sooner. */
function ending(keys: readonly Key[], id: string, at: number): readonly Key[] {
  return keys.map((key) => (key.id === id ? { ...key, expiresAt: Math.min(key.expiresAt ?? at, at) } : key));
}

/** Throws CodedError keys_unreadable. */
export function parseKeys(bytes: Buffer): readonly Key[] {
  if (bytes.length > limits.keysFileBytesMax) throw new CodedError('keys_unreadable', 'too large');
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new CodedError('keys_unreadable', 'not JSON');
  }
  if (!isRecord(value) || value['format'] !== format || !Array.isArray(value['keys'])) throw new CodedError('keys_unreadable');
  const listed: readonly unknown[] = value['keys'];
  return listed.map((each, index) => {
    if (!isKey(each)) throw new CodedError('keys_unreadable', `keys/${index}`);
    return each;
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isKey(value: unknown): value is Key {
  if (!isRecord(value)) return false;
  const { id, kind, sha256, createdAt, expiresAt, note, requestsPerSecond } = value;
  return (
    typeof id === 'string' &&
    isKeyKind(kind) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    Number.isSafeInteger(createdAt) &&
    (expiresAt === null || Number.isSafeInteger(expiresAt)) &&
    typeof note === 'string' &&
    (requestsPerSecond === null || (typeof requestsPerSecond === 'number' && requestsPerSecond > 0))
  );
}
