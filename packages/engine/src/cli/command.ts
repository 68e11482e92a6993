// A command of the command line. `run` resolves with the exit code; coded failures and usage errors may also be thrown.
import type { Arguments, OptionsConfig } from './arguments.js';
import type { Terminal } from './terminal.js';

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** How it is called, after `ethogram `. */
  readonly synopsis: string;
  /** What help says below the synopsis: one line each. */
  readonly help: readonly string[];
  readonly examples: readonly string[];
  readonly options: OptionsConfig;
  readonly run: (args: Arguments, terminal: Terminal) => Promise<number>;
}

export const dataOption = { data: { type: 'string' } } as const satisfies OptionsConfig;
export const urlOption = { url: { type: 'string' } } as const satisfies OptionsConfig;

export const dataHelp = '--data DIR    the data folder (default ./.ethogram)';
export const urlHelp = '--url URL     ask a running server instead of opening the folder';
