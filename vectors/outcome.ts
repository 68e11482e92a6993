// What became of one test vector. `unknown` is what this runner cannot judge: another form, another algorithm, a parameter that the library
// beneath does not take. It is never counted as passed.
export type Verdict = 'passed' | 'failed' | 'unknown';

export interface Outcome {
  readonly verdict: Verdict;
  /** Which kind of vector: `rfc6962-inclusion`, `aes-gcm` ...; `unknown` for a form that is not known. */
  readonly kind: string;
  /** Which one of the file, for people. */
  readonly name: string;
  readonly why?: string;
}

/** A vector that must be taken, or refused; `taken` is what our code did. */
export function judged(kind: string, name: string, taken: boolean, mustBeTaken: boolean): Outcome {
  if (taken === mustBeTaken) return { verdict: 'passed', kind, name };
  return { verdict: 'failed', kind, name, why: taken ? 'it must be refused, and was taken' : 'it must be taken, and was refused' };
}

export function unknown(kind: string, name: string, why: string): Outcome {
  return { verdict: 'unknown', kind, name, why };
}

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textIn(fields: Fields, ...names: readonly string[]): string | undefined {
  for (const name of names) if (typeof fields[name] === 'string') return fields[name];
  return undefined;
}
