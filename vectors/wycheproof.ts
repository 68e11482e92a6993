// Vectors in the JSON form of Wycheproof (C2SP/wycheproof): {algorithm, testGroups: [{..., tests: [{tcId, result, ...}]}]}, bytes in hex. A
// `valid` one must be taken and give what it says, an `invalid` one be refused; `acceptable` may go either way, but what is taken must be
// right. AES-GCM runs through the sealing of the log, AES-KW through the wrapping of the key store, Ed25519 through the check of
// checkpoints and receipts.
import { wrapKey, unwrapKey } from 'ethogram/internal/adapters/key-wrap';
import { seal, unseal } from 'ethogram/internal/adapters/file-log/seal';
import { isSignedBy } from 'ethogram/internal/answer/ledger/ed25519';
import { isFields, judged, textIn, unknown, type Fields, type Outcome } from './outcome.js';

export function isWycheproof(value: unknown): value is Fields {
  return isFields(value) && typeof value['algorithm'] === 'string' && Array.isArray(value['testGroups']);
}

/** What our code did: took it rightly, refused it, gave something else, or cannot take such parameters. */
type Did = 'took' | 'refused' | 'differs' | 'cannot';
type Check = (test: Fields, group: Fields) => Did;

const checks: Readonly<Record<string, { readonly kind: string; readonly check: Check }>> = {
  'AES-GCM': { kind: 'aes-gcm', check: aesGcm },
  'AES-WRAP': { kind: 'aes-kw', check: aesWrap },
  'AES-KW': { kind: 'aes-kw', check: aesWrap },
  KW: { kind: 'aes-kw', check: aesWrap },
  EDDSA: { kind: 'ed25519', check: ed25519 },
  ED25519: { kind: 'ed25519', check: ed25519 },
};

export function wycheproofOutcomes(file: Fields, name: string): Outcome[] {
  const algorithm = textIn(file, 'algorithm') ?? '';
  const known = Object.hasOwn(checks, algorithm.toUpperCase()) ? checks[algorithm.toUpperCase()] : undefined;
  return listIn(file['testGroups']).flatMap((group) =>
    listIn(group['tests']).map((test) => {
      const label = `${name}: ${algorithm} ${String(test['tcId'])}`;
      return known === undefined
        ? unknown('unknown', label, `the algorithm ${algorithm} is not run here`)
        : outcome(known, test, group, label);
    }),
  );
}

function outcome({ kind, check }: { readonly kind: string; readonly check: Check }, test: Fields, group: Fields, name: string): Outcome {
  const { result } = test;
  if (result !== 'valid' && result !== 'invalid' && result !== 'acceptable') return unknown(kind, name, 'it says no result that is known');
  let did: Did;
  try {
    did = check(test, group);
  } catch (error) {
    // What the library does not take at all is refused.
    did = error instanceof Unreadable ? 'cannot' : 'refused';
  }
  if (did === 'cannot') return unknown(kind, name, 'its parameters are not taken here');
  if (result === 'acceptable') return judged(kind, name, did !== 'differs', true);
  if (did === 'differs') return { verdict: 'failed', kind, name, why: 'it gives something else' };
  return judged(kind, name, did === 'took', result === 'valid');
}

/** A field that is missing or no hex: the vector cannot be judged. */
class Unreadable extends Error {}

function bytes(fields: Fields, name: string): Buffer {
  const text = textIn(fields, name);
  if (text === undefined || !/^(?:[0-9a-f]{2})*$/i.test(text)) throw new Unreadable(name);
  return Buffer.from(text, 'hex');
}

const tagBytes = 16;
/** What OpenSSL 3 takes; the engine's own are of 12 bytes. */
const nonceBytesMax = 128;

function aesGcm(test: Fields, group: Fields): Did {
  const [key, nonce, authenticated, plain, sealed, tag] = ['key', 'iv', 'aad', 'msg', 'ct', 'tag'].map((name) => bytes(test, name));
  if (!key || !nonce || !authenticated || !plain || !sealed || !tag) throw new Unreadable();
  if (nonce.length > nonceBytesMax || (typeof group['tagSize'] === 'number' && group['tagSize'] !== 8 * tagBytes)) return 'cannot';
  const opened = unseal(key, nonce, authenticated, sealed, tag);
  if (opened === undefined) return 'refused';
  const again = seal(key, nonce, authenticated, plain);
  return opened.equals(plain) && again.sealed.equals(sealed) && again.tag.equals(tag) ? 'took' : 'differs';
}

function aesWrap(test: Fields): Did {
  const [wrapping, key, wrapped] = ['key', 'msg', 'ct'].map((name) => bytes(test, name));
  if (!wrapping || !key || !wrapped) throw new Unreadable();
  const opened = unwrapKey(wrapping, wrapped);
  if (opened === undefined) return wrapped.length === 0 ? wraps(wrapping, key) : 'refused';
  return opened.equals(key) && wrapKey(wrapping, key).equals(wrapped) ? 'took' : 'differs';
}

/** A vector without a ciphertext asks whether the key is wrapped at all. */
function wraps(wrapping: Buffer, key: Buffer): Did {
  wrapKey(wrapping, key);
  return 'took';
}

function ed25519(test: Fields, group: Fields): Did {
  const holder = group['publicKey'] ?? group['key'];
  if (!isFields(holder) || textIn(holder, 'curve') !== 'edwards25519') return 'cannot';
  return isSignedBy(bytes(holder, 'pk'), bytes(test, 'msg'), bytes(test, 'sig')) ? 'took' : 'refused';
}

function listIn(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
