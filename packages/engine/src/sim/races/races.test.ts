// Nothing is learned from or decided for a person after a withdrawal or an erasure was acknowledged, whatever ran beside it: a bounded run
// of the race suite, and planted races that each must be caught. `npm run -s test:races -- --schedules 10000` is the long form.
import { describe, expect, it } from 'vitest';
import { raceMutants } from './race-mutants.js';
import { caught, races } from './races.js';
import { casts, drawn, listed } from './schedules.js';

describe('withdrawal and erasure between the steps of everything else', () => {
  it('every order of the small casts, then drawn schedules: nothing is found', async () => {
    const report = await races({ schedules: 900, seed: 20_000, listedMax: 500 });
    expect(report.violations).toEqual([]);
    expect(report.schedules).toBeGreaterThanOrEqual(900);
    expect(report.interleavings).toBe(report.schedules);
  });

  it('the small casts are listed whole, no order twice', async () => {
    for (const cast of casts) {
      const traces = new Set<string>();
      const { schedules, complete } = await listed(cast, 1_000, ({ trace }) => traces.add(trace));
      expect(complete, cast.name).toBe(true);
      expect(traces.size, cast.name).toBe(schedules);
    }
  });

  it('law 6: the same seed is the same schedule', async () => {
    expect(await drawn(5)).toEqual(await drawn(5));
    expect((await drawn(6)).trace).not.toBe((await drawn(5)).trace);
  });

  // What the suite found when it was new.
  it.each([
    ['an answer that was scored before somebody else was forgotten', 2],
    ['an answer, on a declared basis, that was scored before its person was erased', 6],
    ['a decision that came while an erasure waited for a checkpoint', 111],
    ['a checkpoint that began beside the one of an erasure', 286],
  ])('%s: seed %i', async (_, seed) => {
    expect((await drawn(seed)).problems).toEqual([]);
  });
});

describe('a planted race is caught within a thousand schedules', () => {
  it.each(raceMutants.map((mutant) => [mutant.name, mutant] as const))('%s', async (_, mutant) => {
    expect(await caught(mutant, 1, 1_000)).not.toBeNull();
  });
});
