// Proofs of RFC 6962 in the form that transparency-dev/merkle publishes: {leafIdx, treeSize, root, leafHash, proof, wantErr} for inclusion,
// {size1, size2, root1, root2, proof, wantErr} for consistency; hashes in base 64, `proof` a list or null, sizes unsigned 64-bit numbers.
// They run through the verifier that receipts and `ethogram ledger verify` use.
import { isConsistent, isIncluded } from 'ethogram/internal/answer/ledger/proof';
import { fromBase64 } from 'ethogram/internal/base/strict-base64';
import { isFields, judged, unknown, type Fields, type Outcome } from './outcome.js';

const sizes = ['leafIdx', 'treeSize', 'size1', 'size2'];

/** JSON.parse rounds what does not fit a double; so the sizes are made strings first. */
export function withWholeSizes(text: string): string {
  return text.replace(new RegExp(`("(?:${sizes.join('|')})"\\s*:\\s*)(-?\\d+)(?=\\s*[,}])`, 'g'), '$1"$2"');
}

export function isMerkleVector(value: unknown): value is Fields {
  return isFields(value) && typeof value['wantErr'] === 'boolean' && (isInclusion(value) || isConsistency(value));
}

function isInclusion(value: Fields): boolean {
  return ['leafIdx', 'treeSize', 'root', 'leafHash', 'proof'].every((name) => name in value) && !('start' in value);
}

function isConsistency(value: Fields): boolean {
  return ['size1', 'size2', 'root1', 'root2', 'proof'].every((name) => name in value) && !('start' in value);
}

export function merkleOutcome(vector: Fields, name: string): Outcome {
  const kind = isInclusion(vector) ? 'rfc6962-inclusion' : 'rfc6962-consistency';
  const taken = isInclusion(vector) ? includes(vector) : isConsistentAsSaid(vector);
  if (taken === undefined) return unknown(kind, name, 'a field is not of the usual type');
  return judged(kind, typeof vector['desc'] === 'string' ? `${name}: ${vector['desc']}` : name, taken, vector['wantErr'] !== true);
}

/** Undefined when a field cannot be read. */
function includes(vector: Fields): boolean | undefined {
  const [index, size, leaf, root, proof] = [
    wholeIn(vector['leafIdx']),
    wholeIn(vector['treeSize']),
    bytesIn(vector['leafHash']),
    bytesIn(vector['root']),
    listIn(vector['proof']),
  ];
  if (index === undefined || size === undefined || !leaf || !root || !proof) return undefined;
  return isIncluded({ index, size, leaf, root, proof });
}

function isConsistentAsSaid(vector: Fields): boolean | undefined {
  const [size1, size2, root1, root2, proof] = [
    wholeIn(vector['size1']),
    wholeIn(vector['size2']),
    bytesIn(vector['root1']),
    bytesIn(vector['root2']),
    listIn(vector['proof']),
  ];
  if (size1 === undefined || size2 === undefined || !root1 || !root2 || !proof) return undefined;
  return isConsistent({ size1, size2, root1, root2, proof });
}

function wholeIn(value: unknown): bigint | undefined {
  return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : undefined;
}

function bytesIn(value: unknown): Uint8Array | undefined {
  if (value === null) return new Uint8Array(0);
  return typeof value === 'string' ? fromBase64(value) : undefined;
}

function listIn(value: unknown): Uint8Array[] | undefined {
  if (value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const all = value.map(bytesIn);
  const read = all.filter((each) => each !== undefined);
  return read.length === all.length ? read : undefined;
}
