// The rows that imports refused, one by one: name of the import, number of the row, line, code, the part that is wrong. Never a value.
// FOLDER/access/import-rejects.jsonl and import-rejects.1.jsonl, the generation before, each at most limits.importRejectFileBytesMax:
// beyond it the oldest go, while the counts in access/rejects.jsonl go on. Diagnostics: not synced; a row may stand twice after a crash,
// and is told once.
import { errors, type ErrorCode } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { isObject } from '../http/json-body.js';
import type { Disk } from '../ports/disk.js';

export interface RejectedRow {
  /** Name of the import. */
  readonly source: string;
  readonly row: number;
  readonly line: number;
  readonly code: ErrorCode;
  readonly field: string | null;
}

const folder = 'access';
const file = `${folder}/import-rejects.jsonl`;
const before = `${folder}/import-rejects.1.jsonl`;

export class ImportRejects {
  readonly #disk: Disk;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Writes rows; a disk that does not take them loses diagnostics, nothing else. */
  note(rows: readonly RejectedRow[]): void {
    if (rows.length === 0) return;
    const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    try {
      this.#disk.makeFolder(folder);
      const open = this.#disk.open(file, { create: true });
      let size: number;
      try {
        size = open.size();
        open.write(size, bytes);
      } finally {
        open.close();
      }
      if (size + bytes.length > limits.importRejectFileBytesMax) this.#disk.rename(file, before);
    } catch {
      // full or read-only: the counts go on
    }
  }

  /** The newest rows, by import and number; `code`: only those. */
  list(code: string | null, limit: number): RejectedRow[] {
    const found = new Map<string, RejectedRow>();
    for (const row of this.#read()) if (code === null || row.code === code) found.set(`${row.row} ${row.source}`, row);
    return [...found.values()].slice(-limit);
  }

  *#read(): Iterable<RejectedRow> {
    for (const path of [before, file]) {
      if (!this.#disk.exists(path)) continue;
      const open = this.#disk.open(path);
      const text = Buffer.from(open.read(0, 2 * limits.importRejectFileBytesMax)).toString('utf8');
      open.close();
      for (const line of text.split('\n')) {
        const row = parsed(line);
        if (row !== undefined) yield row;
      }
    }
  }
}

/** A line that was torn is left out. */
function parsed(line: string): RejectedRow | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRow(value: unknown): value is RejectedRow {
  if (!isObject(value)) return false;
  const { source, row, line, code, field } = value;
  return (
    typeof source === 'string' &&
    typeof row === 'number' &&
    typeof line === 'number' &&
    typeof code === 'string' &&
    Object.hasOwn(errors, code) &&
    (field === null || typeof field === 'string')
  );
}
