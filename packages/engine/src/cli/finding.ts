// What `ethogram doctor` found: one sentence each, and what mends it. Never a value or an id of anybody.

export type FindingState = 'ok' | 'warning' | 'problem';

export interface Finding {
  /** Which check; docs/cli.md lists them. */
  readonly code: FindingCode;
  readonly state: FindingState;
  readonly sentence: string;
  /** null: there is nothing to mend. */
  readonly mend: string | null;
}

/** Every check, with what it looks at. */
export const checks = {
  node: 'the version of Node',
  clock: 'the clock of the machine, against the files of the folder',
  port: 'may the port be listened on',
  disk: 'free space where the folder lies',
  folder: 'is there a data folder, and may this process write in it',
  modes: 'nobody but the owner may read it (folders 0700, files 0600)',
  tenant: 'tenant.json: the salts of this tenant',
  sealing: 'the keys that open the log, and where the key lies that wraps them',
  lock: 'does another process hold the folder, and which',
  server: 'the noted address of a server: does it answer',
  log: 'the log from head to tail: checksums, chain, seals, positions',
  state: 'the state store: its format, and how far behind the log it is',
  keys: 'the keys of callers: readable, and which end soon',
  rejects: 'what was refused in the last day',
  overdue: 'requests of people, notices to recipients and erasures that are past their date',
} as const;

export type FindingCode = keyof typeof checks;

export function fine(code: FindingCode, sentence: string, mend: string | null = null): Finding {
  return { code, state: 'ok', sentence, mend };
}

export function warning(code: FindingCode, sentence: string, mend: string): Finding {
  return { code, state: 'warning', sentence, mend };
}

export function problem(code: FindingCode, sentence: string, mend: string): Finding {
  return { code, state: 'problem', sentence, mend };
}
