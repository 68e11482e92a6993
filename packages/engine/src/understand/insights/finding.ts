// What insights have in common: the family of tests that a finding stands in, and the rate at which findings are reported.
// Invariant: a finding is about at least limits.evidencePeopleMin people; a test that could only speak of fewer counts as one that found
// nothing, before rates are worked out.
import { discoveryRates } from '../../base/discovery.js';

/** The expected share of what is reported that is nothing. */
export const discoveryRate = 0.05;

export interface Tested {
  /** Of the test alone. */
  readonly p: number;
}

export interface Report<F> {
  /** At most this share of the findings is expected to be nothing. */
  readonly rate: number;
  /** Tests of the family. */
  readonly tests: number;
  /** People who were looked at. */
  readonly people: number;
  readonly findings: readonly (F & { readonly q: number })[];
}

export function reported<F extends Tested>(tests: readonly F[], people: number, rate: number): Report<F> {
  const rates = discoveryRates(tests.map(({ p }) => p));
  const findings = tests.flatMap((test, index) => {
    const q = rates[index] ?? 1;
    return q <= rate ? [{ ...test, q }] : [];
  });
  findings.sort((a, b) => a.q - b.q);
  return { rate, tests: tests.length, people, findings };
}
