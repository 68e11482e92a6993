// The counts of an import, exact: of the rows of this run, each is accepted, there already, refused by the engine, or could not be read.
import type { ErrorCode } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { Terminal } from './terminal.js';
import type { BadRow } from './row-reader.js';

export class ImportTally {
  /** Rows done, from the first of the file. */
  row: number;
  /** Rows of this run. */
  rows = 0;
  accepted = 0;
  duplicates = 0;
  unreadable = 0;
  /** Of those accepted: older than their type is kept, so that the next cut takes them. */
  expired = 0;
  /** By code: refused by the engine, and unreadable. */
  readonly codes = new Map<ErrorCode, number>();
  readonly listed: BadRow[] = [];
  readonly startRow: number;

  constructor(startRow: number) {
    this.startRow = startRow;
    this.row = startRow;
  }

  count(bad: BadRow): void {
    this.codes.set(bad.code, (this.codes.get(bad.code) ?? 0) + 1);
    if (this.listed.length < limits.importBadRowsListed) this.listed.push(bad);
  }

  /** Rows are read once under a name, so whoever mends a mapping in vain has to be told. */
  #again(): string[] {
    if (this.row === 0 || this.accepted + this.duplicates > 0) return [];
    if (this.rows > 0 && this.startRow > 0) return [];
    const twice = this.rows === 0 ? ' What was accepted under this one counts twice then.' : '';
    return [`Rows are read once under a name. To read them again with other --map or --time-form, say --source with a new name.${twice}`];
  }

  report(name: string, interrupted: boolean, terminal: Terminal, ms: number): void {
    const { row, rows, accepted, expired, duplicates, unreadable, listed } = this;
    const refused = rows - accepted - duplicates - unreadable;
    const rejected = [...this.codes.values()].reduce((sum, count) => sum + count, 0);
    const codes = Object.fromEntries(this.codes);
    terminal.result(
      { source: name, rows: row, accepted, expired, duplicates, refused, unreadable, codes, bad: listed, interrupted, ms: Math.round(ms) },
      () => [
        ...(rows === 0 ? [`${row} rows of ${name} are done${interrupted ? '' : '; nothing was left to do'}.`] : []),
        ...(rows > 0 ? [`${row} rows of ${name} are done. Of the ${rows} of this run (${(ms / 1000).toFixed(1)} s):`] : []),
        ...(rows > 0 ? [`  ${accepted} accepted`] : []),
        ...(expired === 0 ? [] : [`  ${expired} of those are older than their type is kept, and go at the next cut`]),
        ...(duplicates === 0 ? [] : [`  ${duplicates} were there already`]),
        ...[...this.codes].map(([code, count]) => `  ${count} refused: ${code}`),
        ...listed.map(({ line, code, field }) => `    line ${line}: ${code}${field === undefined ? '' : ` at ${field}`}`),
        ...(rejected <= listed.length ? [] : [`    and ${rejected - listed.length} more; \`ethogram rejects\` lists them`]),
        ...(interrupted ? [] : this.#again()),
        ...(interrupted ? ['Interrupted: the same command goes on from there.'] : []),
      ],
    );
  }
}
