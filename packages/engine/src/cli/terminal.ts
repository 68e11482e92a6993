// Where output goes: results to stdout, everything about them (progress, hints, errors) to stderr. Colour and redrawing only on a
// terminal that wants them: not in a pipe, not under NO_COLOR, TERM=dumb or CI.
import { once } from 'node:events';
import { errors, type ErrorCode } from '../base/errors.js';

export interface TerminalParts {
  readonly out: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: NodeJS.ProcessEnv;
  /** Where `-` reads from. */
  readonly input: NodeJS.ReadableStream;
  /** Aborted when a write to `out` has failed, by that error. */
  readonly lost?: AbortSignal;
}

export class Terminal {
  readonly #parts: TerminalParts;
  readonly json: boolean;
  readonly quiet: boolean;

  constructor(parts: TerminalParts, options: { readonly json: boolean; readonly quiet: boolean }) {
    this.#parts = parts;
    this.json = options.json;
    this.quiet = options.quiet;
  }

  /** May lines of stderr be drawn over? */
  get redraws(): boolean {
    const { err, env } = this.#parts;
    return err.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb' && env['CI'] === undefined;
  }

  get columns(): number {
    return this.#parts.err.columns ?? 80;
  }

  get input(): NodeJS.ReadableStream {
    return this.#parts.input;
  }

  get env(): NodeJS.ProcessEnv {
    return this.#parts.env;
  }

  bold(text: string): string {
    return this.#styled(text, 1, 22);
  }

  dim(text: string): string {
    return this.#styled(text, 2, 22);
  }

  green(text: string): string {
    return this.#styled(text, 32, 39);
  }

  yellow(text: string): string {
    return this.#styled(text, 33, 39);
  }

  red(text: string): string {
    return this.#styled(text, 31, 39);
  }

  /** Calls back when nobody gets what is printed any more. */
  onLost(action: () => void): void {
    const { lost } = this.#parts;
    if (lost?.aborted === true) action();
    else lost?.addEventListener('abort', action, { once: true });
  }

  /** Text of a long result; resolves when more may be written. Throws the error of the write that failed. */
  async write(text: string): Promise<void> {
    this.#parts.lost?.throwIfAborted();
    if (!this.#parts.out.write(text)) await once(this.#parts.out, 'drain');
  }

  /** A line of the result. */
  print(line = ''): void {
    this.#parts.out.write(`${line}\n`);
  }

  /** A line for readers: --json leaves it out. */
  say(line = ''): void {
    if (!this.json) this.print(line);
  }

  /** A result: as one JSON line with --json, else as the lines that `text` gives. */
  result(value: unknown, text: () => readonly string[]): void {
    if (this.json) this.print(JSON.stringify(value));
    else for (const line of text()) this.print(line);
  }

  /** A line about the work; left out when quiet. */
  note(line: string): void {
    if (!this.quiet) this.#parts.err.write(`${line}\n`);
  }

  /** Text that overwrites the current line of stderr. */
  redraw(text: string): void {
    if (!this.quiet) this.#parts.err.write(`\r\u001b[2K${text}`);
  }

  /** A coded failure, with what mends it. */
  failure(code: ErrorCode, detail?: string): void {
    const { sentence, hint } = errors[code];
    if (this.json) this.print(JSON.stringify({ error: { code, sentence, hint, ...(detail === undefined ? {} : { detail }) } }));
    else this.#parts.err.write(`ethogram: ${code}: ${sentence}${detail === undefined ? '' : ` (${detail})`}\n  ${hint}\n`);
  }

  /** A mistake in the command line: what is wrong, and where to read on. */
  misuse(sentence: string, hint: string): void {
    if (this.json) this.print(JSON.stringify({ error: { code: 'usage', sentence, hint } }));
    else this.#parts.err.write(`ethogram: ${sentence}\n${hint}\n`);
  }

  complain(line: string): void {
    this.#parts.err.write(`ethogram: ${line}\n`);
  }

  #styled(text: string, on: number, off: number): string {
    return this.#coloured ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  }

  get #coloured(): boolean {
    const { out, env } = this.#parts;
    return out.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  }
}
