// The proof that an event stands in the log, for somebody who has no log: the event with its salt, the header of its record, and the path
// of the header to the root of a checkpoint.
//
//   SHA-256(salt || event) = a digest in the header -> SHA-256(header) = leaf data -> leaf hash -> path -> root
//
// A header tells the number, order and purposes of the other events of its record and nothing else about them: their digests are salted.
import { Buffer } from 'node:buffer';
import { fromBase64, toBase64 } from '../../base/strict-base64.js';
import { decodeEvent } from '../../model/event-codec.js';
import type { BehaviourEvent } from '../../model/event.js';
import type { Checkpoint } from '../ledger/checkpoint.js';
import type { Proven } from '../ledger/ledger.js';
import { isIncluded } from '../ledger/proof.js';
import { leafHash, sha256 } from '../ledger/tree-hash.js';

/** Bytes in base 64. */
export interface EventProof {
  /** Number of the record: index of the leaf. */
  readonly record: number;
  readonly header: string;
  /** Which event of the record it is. */
  readonly index: number;
  readonly salt: string;
  /** The event as it stands in the log, JSON text (model/event-codec.ts). */
  readonly event: string;
  readonly path: readonly string[];
}

export function eventProof({ evidence, path }: Proven): EventProof {
  const { record, header, index, salt, bytes } = evidence;
  return {
    record,
    header: toBase64(header),
    index,
    salt: toBase64(salt),
    event: Buffer.from(bytes).toString('utf8'),
    path: path.map(toBase64),
  };
}

// The header of format v1 (adapters/file-log/format.ts has the whole table).
const countAt = 16;
const fixedBytes = 56;
const digestBytes = 32;
const perEventBytes = 34;

export type ShownEvent = { readonly position: number; readonly event: BehaviourEvent };

/** The event and its position, if the proof leads to the root of the checkpoint. */
export function shownEvent(proof: EventProof, checkpoint: Checkpoint): ShownEvent | undefined {
  const header = fromBase64(proof.header);
  const salt = fromBase64(proof.salt);
  const path = proof.path.map(fromBase64);
  if (header === undefined || salt === undefined || header.length < fixedBytes) return undefined;
  const count = header.readUInt32LE(countAt);
  if (header.length !== fixedBytes + count * perEventBytes || !(proof.index >= 0 && proof.index < count)) return undefined;
  const bytes = Buffer.from(proof.event, 'utf8');
  const at = fixedBytes + proof.index * perEventBytes;
  if (!sha256(Buffer.concat([salt, bytes])).equals(header.subarray(at, at + digestBytes))) return undefined;
  const known = path.filter((hash) => hash !== undefined);
  const isThere = isIncluded({
    index: BigInt(proof.record),
    size: BigInt(checkpoint.size),
    leaf: leafHash(sha256(header)),
    root: checkpoint.root,
    proof: known,
  });
  if (!isThere || known.length !== path.length) return undefined;
  const position = Number(header.readBigUInt64LE(0)) + proof.index;
  return { position, event: decodeEvent(bytes, header.readUInt16LE(at + digestBytes)) };
}

export function isEventProof(value: unknown): value is EventProof {
  if (typeof value !== 'object' || value === null) return false;
  const { record, header, index, salt, event, path } = value as Partial<Record<keyof EventProof, unknown>>; // every field is checked here
  return (
    Number.isSafeInteger(record) &&
    Number.isSafeInteger(index) &&
    [header, salt, event].every((each) => typeof each === 'string') &&
    Array.isArray(path) &&
    path.every((each) => typeof each === 'string')
  );
}
