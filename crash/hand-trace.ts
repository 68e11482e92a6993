// Writes short traces by hand, one call a line, for tests of the image builder. Files are known by the name they were created under.
// Invariant: the calls made are the records, in order; only `slowWrite` and `syncAround` begin earlier than they end.

import { makeTrace } from './trace.js';
import type { Trace, TraceRecord } from './trace.js';

/** A record without its moment. Spelled out because Omit would not keep the variants of the union apart. */
type Bare<R> = R extends TraceRecord ? Omit<R, 'process' | 'startedAt'> : never;

export class HandTrace {
  readonly records: TraceRecord[] = [];

  /** The place of the next record, which is also a cut after all records so far. */
  get now(): number {
    return this.records.length;
  }

  create(path: string, file = path): this {
    return this.#add({ op: 'open', file, path, created: true, truncated: false, directory: false });
  }

  open(path: string, file = path, truncated = false): this {
    return this.#add({ op: 'open', file, path, created: false, truncated, directory: false });
  }

  openFolder(path: string): this {
    return this.#add({ op: 'open', file: `folder:${path}`, path, created: false, truncated: false, directory: true });
  }

  mkdir(path: string): this {
    return this.#add({ op: 'mkdir', file: `folder:${path}`, path });
  }

  write(file: string, offset: number, text: string | Uint8Array, durable = false): this {
    return this.#add({ op: 'write', file, offset, data: Buffer.from(text), durable });
  }

  /** A positional write that began before the last `records` records. */
  slowWrite(file: string, offset: number, text: string | Uint8Array, records: number): this {
    return this.#add({ op: 'write', file, offset, data: Buffer.from(text), durable: false }, this.now - records);
  }

  truncate(file: string, size: number): this {
    return this.#add({ op: 'truncate', file, size });
  }

  sync(file: string, ok = true): this {
    return this.syncAround(file, () => undefined, ok);
  }

  syncFolder(path: string): this {
    return this.sync(`folder:${path}`);
  }

  /** A sync during which the given calls happen. */
  syncAround(file: string, during: () => void, ok = true): this {
    const start = this.now;
    const directory = file.startsWith('folder:');
    this.#add({ op: 'syncStart', file, directory, dataOnly: false });
    during();
    return this.#add({ op: 'syncEnd', file, directory, dataOnly: false, ok }, start);
  }

  rename(from: string, to: string): this {
    return this.#add({ op: 'rename', from, to });
  }

  unlink(path: string): this {
    return this.#add({ op: 'unlink', path });
  }

  mark(text: string): this {
    return this.#add({ op: 'mark', data: Buffer.from(text) });
  }

  trace(): Trace {
    return makeTrace(this.records);
  }

  #add(record: Bare<TraceRecord>, startedAt = this.now): this {
    this.records.push({ ...record, process: 1, startedAt });
    return this;
  }
}
