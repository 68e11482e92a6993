// The arguments of a command, as util.parseArgs reads them, with the few checks that all commands need. What is wrong with them is a
// UsageError: a sentence, exit code 2, and no stack.
import { parseArgs, type ParseArgsConfig } from 'node:util';

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type OptionsConfig = NonNullable<ParseArgsConfig['options']>;

export class Arguments {
  readonly #values: { readonly [name: string]: unknown };
  readonly positionals: readonly string[];

  constructor(argv: readonly string[], options: OptionsConfig) {
    try {
      const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
      this.#values = values;
      this.positionals = positionals;
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : 'the arguments cannot be read');
    }
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

  /** Refuses positional arguments. */
  none(): void {
    if (this.positionals.length > 0) throw new UsageError('it takes no arguments besides options');
  }
}
