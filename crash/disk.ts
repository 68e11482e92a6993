// A disk at one moment of a trace: the tree of names and each file's certain and pending bytes. Applying records moves it forward.
// Why apart from image.ts: this is the model of what a sync promises, and it writes nothing anywhere.
// Invariant: `apply` is called for every record in order; a fork and its origin never see each other's changes.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Content } from './content.js';
import { Names, ROOT } from './names.js';
import type { NodeId } from './names.js';
import { PendingFile } from './pending-file.js';
import type { Placed } from './pending-file.js';
import type { FileKey, TraceRecord } from './trace.js';

export interface DiskRules {
  /** ext4: syncing a new file commits its directory entry too. POSIX promises that only for a sync of the directory. */
  readonly createDurableOnFileSync: boolean;
  /** Treat every sync and every O_DSYNC as if it had not been asked for. */
  readonly ignoreSyncs: boolean;
}

export class Disk {
  readonly names: Names;
  readonly files: Map<NodeId, PendingFile>;
  readonly #rules: DiskRules;
  readonly #nodes: Map<FileKey, NodeId>;
  #lastNode: NodeId;

  constructor(
    rules: DiskRules,
    names = new Names(rules.createDurableOnFileSync),
    files = new Map<NodeId, PendingFile>(),
    nodes = new Map<FileKey, NodeId>(),
    lastNode = ROOT,
  ) {
    this.#rules = rules;
    this.names = names;
    this.files = files;
    this.#nodes = nodes;
    this.#lastNode = lastNode;
  }

  fork(): Disk {
    const files = new Map([...this.files].map(([node, file]) => [node, file.fork()]));
    return new Disk(this.#rules, this.names.fork(), files, new Map(this.#nodes), this.#lastNode);
  }

  /** Takes a folder as the state before the recording, all of it on disk. Regular files and folders only. */
  load(folder: string, under = ''): void {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = under + entry.name;
      const node = (this.#lastNode += 1);
      this.names.found(path, node, entry.isDirectory());
      if (entry.isDirectory()) this.load(join(folder, entry.name), `${path}/`);
      else {
        const content = new Content();
        content.put(0, readFileSync(join(folder, entry.name)));
        this.files.set(node, new PendingFile(content));
      }
    }
  }

  nodeOf(file: FileKey): NodeId | undefined {
    return this.#nodes.get(file);
  }

  /** Moves on by the record at place `at`. Returns a sentence when the trace speaks of a file that it never introduced. */
  apply(at: number, record: TraceRecord): string | undefined {
    switch (record.op) {
      case 'open':
        return this.#open(at, record);
      case 'mkdir':
        return this.#named(record.path, () => this.names.created(at, record.path, this.#appear(record.file), true));
      case 'write':
      case 'truncate':
      case 'allocate':
      case 'zero':
        return this.#change({ at, change: record }, record.file);
      case 'syncEnd':
        return this.#synced(record);
      case 'rename':
      case 'link': {
        const node = this.names.lookup(record.from);
        if (node === undefined) return unknown(record.from);
        return this.#named(record.to, () =>
          record.op === 'link' ? this.names.linked(at, record.to, node) : this.names.renamed(at, record.from, record.to, node),
        );
      }
      case 'unlink':
      case 'rmdir':
        if (this.names.lookup(record.path) !== undefined) this.names.removed(at, record.path);
        return undefined;
      case 'syncStart':
      case 'mark':
      case 'failed':
      case 'untracked':
        return undefined;
    }
  }

  #open(at: number, record: Extract<TraceRecord, { op: 'open' }>): string | undefined {
    if (record.created) {
      const node = this.#appear(record.file);
      this.files.set(node, new PendingFile(new Content()));
      return this.#named(record.path, () => this.names.created(at, record.path, node, false));
    }
    const node = this.names.lookup(record.path);
    const known = this.#nodes.get(record.file);
    if (node === undefined || (known !== undefined && known !== node)) return unknown(record.path);
    this.#nodes.set(record.file, node);
    if (!record.truncated) return undefined;
    return this.#change(
      { at, change: { op: 'truncate', file: record.file, size: 0, process: record.process, startedAt: record.startedAt } },
      record.file,
    );
  }

  #change(placed: Placed, key: FileKey): string | undefined {
    const file = this.#fileOf(key);
    if (file === undefined) return unknown(key);
    const durable = placed.change.op === 'write' && placed.change.durable && !this.#rules.ignoreSyncs;
    file.add(placed, durable);
    const node = this.#nodes.get(key);
    if (durable && node !== undefined) this.names.fileSynced(node, placed.at);
    return undefined;
  }

  #synced(record: Extract<TraceRecord, { op: 'syncEnd' }>): string | undefined {
    const node = this.#nodes.get(record.file);
    if (node === undefined) return unknown(record.file);
    if (this.#rules.ignoreSyncs) return undefined;
    const file = this.files.get(node);
    if (!record.ok) file?.syncFailed(record.startedAt);
    else if (file === undefined) this.names.directorySynced(node, record.startedAt);
    else {
      file.synced(record.startedAt);
      this.names.fileSynced(node, record.startedAt);
    }
    return undefined;
  }

  #fileOf(key: FileKey): PendingFile | undefined {
    const node = this.#nodes.get(key);
    return node === undefined ? undefined : this.files.get(node);
  }

  #appear(key: FileKey): NodeId {
    const node = (this.#lastNode += 1);
    this.#nodes.set(key, node);
    return node;
  }

  #named(path: string, act: () => void): string | undefined {
    if (this.names.place(path) === undefined) return unknown(path);
    act();
    return undefined;
  }
}

function unknown(what: string): string {
  return `The trace changes ${what}, which neither it nor the initial folder introduced.`;
}
