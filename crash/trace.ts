// Reads what recorder.c wrote: one list of records in the order in which things happened, with the process's acknowledgement marks among
// them.
// Why apart from the image builder: tests write records by hand, and the recorder's byte table is then known to one file only.
// Invariant: a record's place in `records` is its moment; every `startedAt` points to a moment at or before it.

import { readFileSync } from 'node:fs';

/** Device and inode at the time of the call. An inode number may be used again after an unlink: the builder follows `created`. */
export type FileKey = string;

interface Moment {
  readonly process: number;
  /**
   * The length of the trace when the call began; for `syncEnd` the place of its `syncStart`. A write is in flight from here to its own
   * place.
   */
  readonly startedAt: number;
}

export type TraceRecord = Moment &
  (
    | {
        readonly op: 'open';
        readonly file: FileKey;
        readonly path: string;
        readonly created: boolean;
        readonly truncated: boolean;
        readonly directory: boolean;
      }
    | { readonly op: 'write'; readonly file: FileKey; readonly offset: number; readonly data: Uint8Array; readonly durable: boolean }
    | { readonly op: 'truncate'; readonly file: FileKey; readonly size: number }
    | { readonly op: 'allocate'; readonly file: FileKey; readonly offset: number; readonly length: number }
    | { readonly op: 'zero'; readonly file: FileKey; readonly offset: number; readonly length: number }
    | { readonly op: 'syncStart'; readonly file: FileKey; readonly directory: boolean; readonly dataOnly: boolean }
    | { readonly op: 'syncEnd'; readonly file: FileKey; readonly directory: boolean; readonly dataOnly: boolean; readonly ok: boolean }
    | { readonly op: 'rename'; readonly from: string; readonly to: string }
    | { readonly op: 'link'; readonly from: string; readonly to: string }
    | { readonly op: 'unlink'; readonly path: string }
    | { readonly op: 'rmdir'; readonly path: string }
    | { readonly op: 'mkdir'; readonly file: FileKey; readonly path: string }
    | { readonly op: 'mark'; readonly data: Uint8Array }
    | { readonly op: 'failed'; readonly call: string; readonly errno: number }
    | { readonly op: 'untracked'; readonly path: string; readonly reason: string }
  );

export interface Trace {
  readonly records: readonly TraceRecord[];
  /** The longest way, in records, from a call's beginning to its record: how far a builder must look past a cut for writes in flight. */
  readonly flightMax: number;
  /**
   * What the recorder saw but could not follow. Images say nothing about these files; a shared mapping of LMDB's lock file is expected
   * here.
   */
  readonly untracked: readonly { readonly path: string; readonly reason: string }[];
  /** Bytes of an unfinished last record, left out. Not 0 only when the machine itself stopped. */
  readonly tailBytes: number;
}

export type TraceResult =
  | { readonly ok: true; readonly trace: Trace }
  | { readonly ok: false; readonly code: 'trace_damaged'; readonly offset: number; readonly message: string };

const MAGIC = 0x31524345;
const HEAD_BYTES = 80;
const FLAG_CREATED = 1;
const FLAG_TRUNCATED = 2;
const FLAG_DIRECTORY = 4;
const FLAG_DURABLE = 8;
const FLAG_DATA_ONLY = 16;
const OPS = [
  '',
  'open',
  'write',
  'truncate',
  'allocate',
  'zero',
  'syncStart',
  'syncEnd',
  'rename',
  'unlink',
  'mkdir',
  'rmdir',
  'link',
  'mark',
  'untracked',
];

/** Turns a list of records into a trace: for the parser, and for traces written by hand. */
export function makeTrace(records: readonly TraceRecord[], tailBytes = 0): Trace {
  const paths = new Map<FileKey, string>();
  const untracked: { path: string; reason: string }[] = [];
  let flightMax = 0;
  records.forEach((record, at) => {
    if (record.op === 'open') paths.set(record.file, record.path);
    if (record.op === 'untracked') untracked.push({ path: paths.get(record.path) ?? record.path, reason: record.reason });
    if (record.op !== 'syncEnd') flightMax = Math.max(flightMax, at - record.startedAt);
  });
  return { records, flightMax, untracked, tailBytes };
}

/** The marks that were written before the cut, oldest first: what the process had acknowledged when the power went. */
export function acknowledgedBefore(trace: Trace, cut: number): Uint8Array[] {
  const marks: Uint8Array[] = [];
  for (const record of trace.records.slice(0, cut)) if (record.op === 'mark') marks.push(record.data);
  return marks;
}

export function readTrace(path: string): TraceResult {
  return parseTrace(readFileSync(path));
}

/**
 * Data bytes are views into `bytes`, not copies. Several processes may share one trace; each has its own sequence, which must have no hole.
 */
export function parseTrace(bytes: Uint8Array): TraceResult {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places = new Map<number, number[]>();
  const records: TraceRecord[] = [];
  const damaged = (offset: number, message: string): TraceResult => ({ ok: false, code: 'trace_damaged', offset, message });
  // where the current unbroken run of one process begins; what another process did before its own call is unknown, so assume all
  let turn = 0;
  let last = -1;
  let at = 0;
  while (at + HEAD_BYTES <= bytes.length) {
    if (view.getUint32(at, true) !== MAGIC) return damaged(at, 'A record does not begin with the magic number.');
    const size = view.getUint32(at + 4, true);
    const pathSize = view.getUint32(at + 72, true);
    const dataSize = view.getUint32(at + 76, true);
    if (size !== HEAD_BYTES + pathSize + dataSize) return damaged(at, 'A record whose size is not the sum of its parts.');
    if (at + size > bytes.length) break;
    const process = view.getUint32(at + 24, true);
    const sequence = integer(view, at + 8);
    const started = integer(view, at + 16);
    const place = sequence === 0 ? [] : (places.get(process) ?? []);
    if (sequence !== place.length)
      return damaged(at, `Process ${process} jumps to its record ${sequence} after ${place.length} records: some are missing.`);
    if (started > sequence) return damaged(at, 'A call that began after its own record.');
    place.push(records.length);
    places.set(process, place);
    if (process !== last || sequence === 0) turn = records.length;
    last = process;
    const isEnd = OPS[view.getUint16(at + 28, true)] === 'syncEnd';
    const startedAt = isEnd ? (place[started] ?? 0) : Math.max(turn, started === 0 ? 0 : (place[started - 1] ?? 0) + 1);
    const record = decode(view, bytes, at, pathSize, dataSize, { process, startedAt });
    if (record === undefined) return damaged(at, 'A record of an unknown kind.');
    records.push(record);
    at += size;
  }
  return { ok: true, trace: makeTrace(records, bytes.length - at) };
}

function integer(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * 4_294_967_296 + view.getUint32(at, true); // a third of the time of getBigInt64; exact below 2^53
}

function decode(
  view: DataView,
  bytes: Uint8Array,
  at: number,
  pathSize: number,
  dataSize: number,
  moment: Moment,
): TraceRecord | undefined {
  const op = OPS[view.getUint16(at + 28, true)];
  const flags = view.getUint16(at + 30, true);
  const file = `${integer(view, at + 32)}:${integer(view, at + 40)}`;
  const offset = integer(view, at + 48);
  const length = integer(view, at + 56);
  const result = integer(view, at + 64);
  const path = pathSize === 0 ? '' : Buffer.from(bytes.buffer, bytes.byteOffset + at + HEAD_BYTES, pathSize).toString('utf8');
  const data = bytes.subarray(at + HEAD_BYTES + pathSize, at + HEAD_BYTES + pathSize + dataSize);
  const directory = (flags & FLAG_DIRECTORY) !== 0;
  const dataOnly = (flags & FLAG_DATA_ONLY) !== 0;
  if (result < 0 && op !== 'syncEnd') return { ...moment, op: 'failed', call: op ?? '', errno: -result };
  const [from = '', to = ''] = path.split('\0');
  switch (op) {
    case 'open':
      return { ...moment, op, file, path, created: (flags & FLAG_CREATED) !== 0, truncated: (flags & FLAG_TRUNCATED) !== 0, directory };
    case 'write':
      return { ...moment, op, file, offset, data, durable: (flags & FLAG_DURABLE) !== 0 };
    case 'truncate':
      return { ...moment, op, file, size: length };
    case 'allocate':
    case 'zero':
      return { ...moment, op, file, offset, length };
    case 'syncStart':
      return { ...moment, op, file, directory, dataOnly };
    case 'syncEnd':
      return { ...moment, op, file, directory, dataOnly, ok: result === 0 };
    case 'rename':
    case 'link':
      return { ...moment, op, from, to };
    case 'unlink':
    case 'rmdir':
      return { ...moment, op, path };
    case 'mkdir':
      return { ...moment, op, file, path };
    case 'mark':
      return { ...moment, op, data };
    case 'untracked':
      return { ...moment, op, path: path === '' ? file : path, reason: Buffer.from(data).toString('utf8') };
    default:
      return undefined;
  }
}
