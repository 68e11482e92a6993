// The laws of merging, bounded; `npm run -s test:merges` is the long form.
import { describe, expect, it } from 'vitest';
import { mergeMutants } from './merge-mutants.js';
import { MergeHistory, nobodyErased } from './merges.js';

describe('merging ids', () => {
  it('is commutative, associative, idempotent, never widens, and a split gives nothing back: over 3,000 histories', async () => {
    const suppressions = await nobodyErased();
    for (let seed = 1; seed <= 3000; seed += 1) expect([seed, ...new MergeHistory(seed, suppressions).run()]).toEqual([seed]);
  }, 60_000);

  it.each(mergeMutants.map((mutant) => [mutant.name, mutant] as const))('sees the planted one: %s', async (_, mutant) => {
    const suppressions = await nobodyErased();
    let seen = 0;
    for (let seed = 1; seed <= 1000 && seen === 0; seed += 1) seen = new MergeHistory(seed, suppressions, mutant).run().length;
    expect(seen).toBeGreaterThan(0);
  });
});
