// A command of the command line, as one table entry: what runs, and what help, completion, docs/cli.md and spelling hints are made of.
// `run` resolves with the exit code; coded failures and usage errors may also be thrown.
import type { Arguments } from './arguments.js';
import type { Terminal } from './terminal.js';

export interface CommandOption {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** What stands for its value in help: FILE and DIR are completed as such. */
  readonly value?: string;
  readonly help: string;
  /** All values that it takes, for completion. */
  readonly choices?: readonly string[];
}

export type OptionsConfig = { readonly [name: string]: CommandOption };

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** How it is called, after `ethogram `. */
  readonly synopsis: string;
  /** What help says beside the options: one line each. */
  readonly help: readonly string[];
  readonly examples: readonly string[];
  readonly options: OptionsConfig;
  /** What its first argument is, for completion. */
  readonly argument?: { readonly kind: 'file' | 'none' | 'word'; readonly choices?: readonly string[] };
  /** What --json prints, a line for each part of it. */
  readonly shape: readonly string[];
  readonly run: (args: Arguments, terminal: Terminal) => Promise<number>;
}

export const dataOption = {
  data: { type: 'string', value: 'DIR', help: 'the data folder (default ./.ethogram)' },
} as const satisfies OptionsConfig;

export const urlOption = {
  url: { type: 'string', value: 'URL', help: 'ask a running server instead of opening the folder' },
  key: { type: 'string', value: 'KEY', help: 'the key for --url (better: in the environment as ETHOGRAM_KEY)' },
} as const satisfies OptionsConfig;

/** Options that every command takes. */
export const everywhere = {
  json: { type: 'boolean', help: 'print the result as one JSON line' },
  quiet: { type: 'boolean', help: 'no progress on stderr' },
  help: { type: 'boolean', short: 'h', help: 'say how it is called' },
} as const satisfies OptionsConfig;
