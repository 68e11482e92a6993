// Checkpoints, C2SP tlog-checkpoint: a signed note of origin, size and root of the tree. Extension lines are not used, and refused: nobody
// could audit them. The name of the key is the origin of the log.
import { fromBase64, toBase64 } from '../../base/strict-base64.js';
import type { Signer } from '../../ports/signer.js';
import { openNote, signNote, type VerifierKey } from './signed-note.js';
import { treeHashBytes } from './tree-hash.js';

export interface Checkpoint {
  readonly origin: string;
  /** Leaves of the tree: records of the log. */
  readonly size: number;
  readonly root: Uint8Array;
}

export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

export function signCheckpoint(size: number, root: Uint8Array, signer: Signer): string {
  return signNote(checkpointText({ origin: signer.name, size, root }), signer);
}

/** What a note says as a checkpoint, whoever signed it: only for a note that was opened, or for one of our own. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin = '', digits = '', encoded = '', end, ...more] = text.split('\n');
  const root = fromBase64(encoded);
  const size = Number(digits);
  if (origin === '' || end !== '' || more.length > 0 || root?.length !== treeHashBytes) return undefined;
  return /^(?:0|[1-9]\d*)$/.test(digits) && Number.isSafeInteger(size) ? { origin, size, root } : undefined;
}

/** The checkpoint of a note that one of the keys signed and whose origin is that key's name. */
export function openCheckpoint(
  note: string,
  keys: readonly VerifierKey[],
): { readonly ok: true; readonly checkpoint: Checkpoint } | { readonly ok: false; readonly reason: string } {
  const opened = openNote(note, keys);
  if (!opened.ok) return opened;
  const checkpoint = parseCheckpoint(opened.text);
  if (checkpoint === undefined) return { ok: false, reason: 'the note is no checkpoint' };
  // Keys of a ledger that ended stand beside those of the one that took its place: neither speaks for the other.
  const own = keys.filter(({ name }) => name === checkpoint.origin);
  return openNote(note, own).ok ? { ok: true, checkpoint } : { ok: false, reason: 'the origin is not the name of the key' };
}
