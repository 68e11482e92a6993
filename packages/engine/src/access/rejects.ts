// What was refused, counted by kind, without a value: code, place, event type if registered, id of the key, library that sent it. So an
// operator sees what goes wrong, and nobody sees whom it concerned.
//
// In memory: counts by kind. In the data folder, when it is given: access/rejects.jsonl, one line of additional counts per kind at every
// flush, and access/rejects.1.jsonl, the generation before. They are diagnostics: not synced, and what a crash loses of them is a few
// seconds.
import type { ErrorCode } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { Clock } from '../ports/clock.js';
import type { Disk } from '../ports/disk.js';
import { safeField } from './reject-field.js';

export interface RejectKind {
  readonly code: ErrorCode;
  readonly field: string | null;
  /** A registered event type. */
  readonly type: string | null;
  /** Id of the caller's key: no secret. */
  readonly key: string | null;
  readonly source: string | null;
}

export interface RejectRow extends RejectKind {
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** What a route knows of a refusal; `declared` tells words of a schema from words of the sender. */
export interface Refused {
  readonly code: ErrorCode;
  readonly field?: string;
  readonly type?: string | null;
  readonly key?: string | null;
  readonly source?: string | null;
  readonly declared?: (word: string) => boolean;
}

interface Counted {
  readonly kind: RejectKind;
  count: number;
  firstAt: number;
  lastAt: number;
  unwritten: number;
}

const folder = 'access';
const file = `${folder}/rejects.jsonl`;
const before = `${folder}/rejects.1.jsonl`;
const nothing = (): boolean => false;

export class Rejects {
  readonly #clock: Clock;
  readonly #disk: Disk | null;
  /** By kind, the one that came up longest ago first. */
  readonly #kinds = new Map<string, Counted>();
  #timer: (() => void) | null = null;

  constructor(clock: Clock, disk: Disk | null = null) {
    this.#clock = clock;
    this.#disk = disk;
    if (disk === null) return;
    for (const line of readLines(disk)) this.#add(line, line.count, line.firstAt, line.lastAt, 0);
  }

  note(refused: Refused): void {
    const { code, type = null, key = null, source = null } = refused;
    const field = safeField(refused.field, refused.declared ?? nothing);
    const now = this.#clock.now();
    this.#add({ code, field, type, key, source: source === null ? null : plainSource(source) }, 1, now, now, 1);
    if (this.#disk !== null) this.#timer ??= this.#clock.after(limits.rejectFlushMs, () => this.flush());
  }

  /** Latest first. */
  list(code: string | null, limit: number): RejectRow[] {
    return [...this.#kinds.values()]
      .filter(({ kind }) => code === null || kind.code === code)
      .sort((a, b) => b.lastAt - a.lastAt)
      .slice(0, limit)
      .map(({ kind, count, firstAt, lastAt }) => ({ ...kind, count, firstAt, lastAt }));
  }

  /** Writes what was counted since the last time. A disk that does not take it loses diagnostics, nothing else. */
  flush(): void {
    this.#timer?.();
    this.#timer = null;
    const disk = this.#disk;
    if (disk === null) return;
    let text = '';
    for (const each of this.#kinds.values()) {
      if (each.unwritten === 0) continue;
      text += `${JSON.stringify({ ...each.kind, count: each.unwritten, firstAt: each.firstAt, lastAt: each.lastAt })}\n`;
      each.unwritten = 0;
    }
    if (text === '') return;
    try {
      disk.makeFolder(folder);
      append(disk, Buffer.from(text));
    } catch {
      // full or read-only: the counts in memory go on
    }
  }

  close(): void {
    this.flush();
  }

  #add(kind: RejectKind, count: number, firstAt: number, lastAt: number, unwritten: number): void {
    const name = `${kind.code}\u0000${kind.field ?? ''}\u0000${kind.type ?? ''}\u0000${kind.key ?? ''}\u0000${kind.source ?? ''}`;
    const held = this.#kinds.get(name);
    if (held !== undefined) {
      held.count += count;
      held.unwritten += unwritten;
      held.firstAt = Math.min(held.firstAt, firstAt);
      held.lastAt = Math.max(held.lastAt, lastAt);
      return;
    }
    if (this.#kinds.size >= limits.rejectKindsMax) {
      const [oldest] = this.#kinds.keys();
      if (oldest !== undefined) this.#kinds.delete(oldest);
    }
    const { code, field, type, key, source } = kind;
    this.#kinds.set(name, { kind: { code, field, type, key, source }, count, firstAt, lastAt, unwritten });
  }
}

function append(disk: Disk, bytes: Buffer): void {
  const open = disk.open(file, { create: true });
  let size: number;
  try {
    size = open.size();
    open.write(size, bytes);
  } finally {
    open.close();
  }
  if (size + bytes.length > limits.rejectFileBytesMax) disk.rename(file, before);
}

/** Lines of both generations, older first; a line that was torn is left out. */
function* readLines(disk: Disk): Iterable<RejectRow> {
  for (const path of [before, file]) {
    if (!disk.exists(path)) continue;
    const open = disk.open(path);
    const text = Buffer.from(open.read(0, 2 * limits.rejectFileBytesMax)).toString('utf8');
    open.close();
    for (const line of text.split('\n')) {
      try {
        if (line !== '') yield JSON.parse(line) as RejectRow; // written above
      } catch {
        continue;
      }
    }
  }
}

/** Names of libraries hold no long numbers and no mail addresses; what does may be about somebody. */
function plainSource(source: string): string | null {
  return /^[\w@./ -]{1,64}$/.test(source) && !/\d{4}|.@/.test(source) ? source : null;
}
