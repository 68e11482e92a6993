// The six laws in the test suite, by name: a bounded run of the simulator in which none may break, and planted bugs that each must be
// caught. `npm run -s sim -- --hours 20` is the long form.
import { describe, expect, it } from 'vitest';
import { mutants } from './mutants.js';
import { World } from './world.js';

describe('the laws hold under crashes', () => {
  it.each([101, 102])('laws 1 to 6: an hour of seed %i breaks none', async (seed) => {
    const report = await new World({ seed }).run(1);
    expect(report.violations).toEqual([]);
    expect(report.crashes).toBeGreaterThan(3);
    expect(report.acked).toBeGreaterThan(1000);
  });

  it('law 6: the same seed is the same run', async () => {
    const runs = await Promise.all(
      [new World({ seed: 7 }), new World({ seed: 7 })].map(async (world) => [await world.run(0.3), world.scheduler.traceHash]),
    );
    expect(runs[0]).toEqual(runs[1]);
  });
});

describe('a planted bug is caught', () => {
  it.each(mutants.map((mutant) => [mutant.name, mutant] as const))('%s', async (_, mutant) => {
    const report = await new World({ seed: 1, mutant, pauseMs: 2000, crashEveryMs: 3 * 60_000 }).run(2);
    expect(report.violations.length).toBeGreaterThan(0);
  });
});
