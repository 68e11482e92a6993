// The hashes of the Merkle tree, RFC 6962 section 2.1: a leaf is SHA-256(0x00 || data), a node SHA-256(0x01 || left || right), so that no
// node can be passed off as a leaf. What a leaf of our ledger holds is told in ledger.ts.
import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';

export const treeHashBytes = 32;

export function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}

/** Root of the tree without leaves. */
export const emptyRoot: Buffer = sha256(new Uint8Array(0));

const single = Buffer.alloc(1 + treeHashBytes);

/** Hash of a leaf that holds these bytes: 32 in the ledger, for which nothing is allocated. */
export function leafHash(data: Uint8Array): Buffer {
  const input = data.length === treeHashBytes ? single : Buffer.alloc(1 + data.length);
  input.set(data, 1);
  return sha256(input);
}

const pair = Buffer.alloc(1 + 2 * treeHashBytes, 1);

/** Hash of the node above two hashes of 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  pair.set(left, 1);
  pair.set(right, 1 + treeHashBytes);
  return sha256(pair);
}
