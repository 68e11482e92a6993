// A signed document: a file that is exactly one canonical JSON text (RFC 8785) and at most one newline. Its field `signature` holds a
// signed note (C2SP) of the key that signs checkpoints; what the note says is the SHA-256 of the canonical text of all other fields, under
// a first line of its own, so that it can be taken for no checkpoint. Invariant: there is one spelling only, so a file in which any byte is
// another one is refused, wherever that byte stands.
import { canonicalJson } from '../../base/canonical-json.js';
import { toBase64 } from '../../base/strict-base64.js';
import type { Signer } from '../../ports/signer.js';
import { openNote, signNote, type VerifierKey } from '../ledger/signed-note.js';
import { sha256 } from '../ledger/tree-hash.js';

export type Content = Readonly<Record<string, unknown>>;

const context = 'ethogram signed document v1';

function noteText(content: Content): string {
  return `${context}\n${toBase64(sha256(new TextEncoder().encode(canonicalJson(content))))}\n`;
}

/** The file: to be kept as it is. */
export function signDocument(content: Content, signer: Signer): string {
  return `${canonicalJson({ ...content, signature: signNote(noteText(content), signer) })}\n`;
}

export type OpenedDocument = { readonly ok: true; readonly content: Content } | { readonly ok: false; readonly reason: string };

/** What stands in the file, if one of the keys signed it. */
export function openDocument(file: Uint8Array, keys: readonly VerifierKey[]): OpenedDocument {
  const read = contentOf(file);
  if (read === undefined) return { ok: false, reason: 'it is not one canonical JSON text' };
  const { signature, ...content } = read;
  if (typeof signature !== 'string') return { ok: false, reason: 'it is not signed' };
  // Looked at first, because it is cheap; what the note says counts only once it is opened.
  if (!signature.startsWith(`${noteText(content)}\n`)) return { ok: false, reason: 'it was changed after it was signed' };
  const opened = openNote(signature, keys);
  if (!opened.ok) return opened;
  // One line, as we write it: what is passed over in a note would be a place where bytes may change.
  if (opened.signatures !== 1) return { ok: false, reason: 'it has more than one signature' };
  return opened.text === noteText(content) ? { ok: true, content } : { ok: false, reason: 'it was changed after it was signed' };
}

function contentOf(file: Uint8Array): Content | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file);
    const body = text.endsWith('\n') ? text.slice(0, -1) : text;
    // A name that stands twice makes another canonical text, so it is refused as well.
    const value: unknown = JSON.parse(body);
    return isContent(value) && canonicalJson(value) === body ? value : undefined;
  } catch {
    return undefined;
  }
}

function isContent(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
