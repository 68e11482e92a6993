// The arguments of a command, as util.parseArgs reads them, with the few checks that all commands need. What is wrong with them is a
// UsageError: a sentence, exit code 2, and no stack.
import { parseArgs } from 'node:util';
import { parseTime } from '../http/time.js';
import type { OptionsConfig } from './command.js';
import { nearest } from './spelling.js';

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export class Arguments {
  readonly #values: { readonly [name: string]: unknown };
  readonly #options: OptionsConfig;
  readonly positionals: readonly string[];

  /** Throws UsageError: an option that there is not, one without its value, or with one that it does not take. */
  constructor(argv: readonly string[], options: OptionsConfig) {
    refuseUnknown(argv, options);
    this.#options = options;
    try {
      const { values, positionals } = parseArgs({ args: [...argv], options: plain(options), allowPositionals: true, strict: true });
      this.#values = values;
      this.positionals = positionals;
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : 'the arguments cannot be read');
    }
  }

  /** Is there such an option? */
  takes(name: string): boolean {
    return this.#options[name] !== undefined;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  needed(name: string, why: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw new UsageError(`--${name} is needed: ${why}`);
    return value;
  }

  /** A whole number in [min, max]. */
  integer(name: string, min: number, max: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) throw new UsageError(`--${name} takes a whole number from ${min} to ${max}`);
    return value;
  }

  /** A number, not negative. */
  amount(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!/^\d+(?:\.\d+)?$/.test(text)) throw new UsageError(`--${name} takes a number that is not negative`);
    return Number(text);
  }

  /** One of the words that it takes. */
  choice<T extends string>(name: string, words: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const word = words.find((each) => each === text);
    if (word !== undefined) return word;
    const hint = nearest(text, words);
    throw new UsageError(`--${name} is one of ${words.join(', ')}${hint === undefined ? '' : `; did you mean ${hint}?`}`);
  }

  /** A moment: ISO 8601 with a zone, or a day, which begins at midnight UTC. */
  moment(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const ms = parseTime(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00Z` : text);
    if (ms === undefined) throw new UsageError(`--${name} takes a day (2026-03-01) or a time with its zone (2026-03-01T10:00:00Z)`);
    return ms;
  }

  /** A list written with commas; empty parts are left out. */
  list(name: string): string[] {
    return (this.text(name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }

  /** The one positional argument. */
  only(name: string): string {
    const [value] = this.positionals;
    if (value === undefined || this.positionals.length !== 1) throw new UsageError(`it takes ${name.toUpperCase()}`);
    return value;
  }

  /** At most one positional argument. */
  optional(name: string): string | undefined {
    if (this.positionals.length > 1) throw new UsageError(`it takes one ${name.toUpperCase()} at most`);
    return this.positionals[0];
  }

  /** Refuses positional arguments. */
  none(): void {
    if (this.positionals.length > 0) throw new UsageError('it takes no arguments besides options');
  }
}

/** Options as parseArgs knows them. */
function plain(options: OptionsConfig): { [name: string]: { type: 'string' | 'boolean'; short?: string } } {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, short }]) => [name, { type, ...(short === undefined ? {} : { short }) }]),
  );
}

function refuseUnknown(argv: readonly string[], options: OptionsConfig): void {
  const { tokens } = parseArgs({ args: [...argv], options: plain(options), allowPositionals: true, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== 'option' || Object.hasOwn(options, token.name)) continue;
    const hint = nearest(token.name, Object.keys(options));
    throw new UsageError(`there is no option ${token.rawName}${hint === undefined ? '' : `; did you mean --${hint}?`}`);
  }
}
