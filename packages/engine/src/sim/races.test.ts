// Laws 2 and 3 against the clock, bounded; `npm run -s test:races` is the long form.
import { describe, expect, it } from 'vitest';
import { raceMutants } from './race-mutants.js';
import { runRaces } from './races.js';

describe('races', () => {
  it('laws 2 and 3: after the acknowledgement nothing is learned, kept or personalised, in whatever order things happen', async () => {
    const report = await runRaces({ schedules: 400, seed: 1 });
    expect(report.violations).toEqual([]);
    expect(report.interleavings).toBeGreaterThan(150);
  }, 60_000);

  it.each(raceMutants.map((mutant) => [mutant.name, mutant] as const))('sees the planted one: %s', async (_, mutant) => {
    const report = await runRaces({ schedules: 1000, seed: 2, mutant, untilFirst: true });
    expect(report.violations.length).toBeGreaterThan(0);
  });
});
