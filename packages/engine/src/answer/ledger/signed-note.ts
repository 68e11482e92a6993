// Signed notes, C2SP signed-note v1.0.0: text, an empty line, signature lines `- name base64(key id || signature)` that begin with an em
// dash. Only Ed25519 (type 0x01). What is signed is the text with its last newline.
// Invariant: the text of a note reaches a caller only through `openNote`, after a signature by the key that the caller trusts has held.
import { Buffer } from 'node:buffer';
import { fromBase64, toBase64 } from '../../base/strict-base64.js';
import type { Signer } from '../../ports/signer.js';
import { isSignedBy, publicKeyBytes } from './ed25519.js';
import { sha256 } from './tree-hash.js';

const ed25519Type = 0x01;
const keyIdBytes = 4;
const dash = '\u2014';
/** The specification asks for at least 16. */
const signaturesMax = 64;

/** A key as it is written down and handed out: `name+hex(key id)+base64(type || public key)`. */
export interface VerifierKey {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** SHA-256(name || 0x0A || type || public key)[:4] */
export function keyIdOf(name: string, publicKey: Uint8Array): Uint8Array {
  return sha256(Buffer.concat([Buffer.from(`${name}\n`, 'utf8'), Buffer.of(ed25519Type), publicKey])).subarray(0, keyIdBytes);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function isKeyName(name: string): boolean {
  return name !== '' && !/[\s\u0085+]/u.test(name) && !hasControl(name);
}

export function verifierKeyOf(name: string, publicKey: Uint8Array): VerifierKey {
  return { name, keyId: keyIdOf(name, publicKey), publicKey };
}

/** All keys of a signer, the one in force first. */
export function verifierKeysOf({ name, publicKey, retired }: Omit<Signer, 'sign'>): VerifierKey[] {
  return [{ name, publicKey }, ...retired.toReversed()].map((key) => verifierKeyOf(key.name, key.publicKey));
}

export function verifierKeyText({ name, keyId, publicKey }: VerifierKey): string {
  return `${name}+${hex(keyId)}+${toBase64(Buffer.concat([Buffer.of(ed25519Type), publicKey]))}`;
}

/** Undefined for what is no Ed25519 key, or one whose id does not belong to it. */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  const parts = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(text.trim());
  const [, name = '', id = '', encoded = ''] = parts ?? [];
  const bytes = fromBase64(encoded);
  if (!isKeyName(name) || bytes?.length !== 1 + publicKeyBytes || bytes[0] !== ed25519Type) return undefined;
  const key = verifierKeyOf(name, bytes.subarray(1));
  return hex(key.keyId) === id ? key : undefined;
}

/** The note of a text, which ends with a newline. */
export function signNote(text: string, signer: Signer): string {
  const signature = signer.sign(Buffer.from(text, 'utf8'));
  const id = keyIdOf(signer.name, signer.publicKey);
  return `${text}\n${dash} ${signer.name} ${toBase64(Buffer.concat([id, signature]))}\n`;
}

export type OpenedNote =
  | { readonly ok: true; readonly text: string; /** Signature lines of any key. */ readonly signatures: number }
  | { readonly ok: false; readonly reason: string };

/** The text, if one of the keys signed it. Signatures of other keys are passed over; one by a known key that does not hold refuses all. */
export function openNote(note: string, keys: readonly VerifierKey[]): OpenedNote {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n') || hasControl(note.replaceAll('\n', '')) || !isUnicode(note))
    return refused('it is no signed note');
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > signaturesMax) return refused('it has too many signatures');
  let verified = 0;
  for (const line of lines) {
    const parsed = parseSignature(line);
    if (parsed === undefined) return refused('a signature line is malformed');
    const key = keys.find(({ name, keyId }) => name === parsed.name && parsed.keyId.equals(keyId));
    if (key === undefined) continue;
    if (!isSignedBy(key.publicKey, Buffer.from(text, 'utf8'), parsed.signature)) return refused('the signature does not hold');
    verified += 1;
  }
  return verified === 0 ? refused('no signature is by a known key') : { ok: true, text, signatures: lines.length };
}

function refused(reason: string): OpenedNote {
  return { ok: false, reason };
}

function parseSignature(line: string): { readonly name: string; readonly keyId: Buffer; readonly signature: Buffer } | undefined {
  const [mark, name = '', encoded = '', ...more] = line.split(' ');
  const bytes = fromBase64(encoded);
  if (mark !== dash || more.length > 0 || !isKeyName(name) || bytes === undefined || bytes.length <= keyIdBytes) return undefined;
  return { name, keyId: bytes.subarray(0, keyIdBytes), signature: bytes.subarray(keyIdBytes) };
}

/** No lone surrogates: those have no UTF-8. */
function isUnicode(text: string): boolean {
  return Buffer.from(text, 'utf8').toString('utf8') === text;
}

/** ASCII control characters: those below U+0020. */
function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) < 0x20) return true;
  return false;
}
