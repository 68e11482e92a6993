// `npm run -s test:races -- --schedules N --seed N [--mutants]`: withdrawal and erasure at every place between the steps of everything
// else. First the listed schedules, then drawn ones until there are N. Ends with one line of JSON.
import { parseArgs } from 'node:util';
import { raceMutants } from './race-mutants.js';
import { caught, races } from './races.js';

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    mutants: { type: 'boolean', default: false },
  },
});
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const schedules = Number(values.schedules);
const seed = Number(values.seed);

if (values.mutants) {
  let missed = 0;
  for (const mutant of raceMutants) {
    const found = await caught(mutant, seed, schedules);
    if (found === null) missed += 1;
    say(found === null ? `MISSED  ${mutant.name}` : `caught  ${mutant.name}: schedule ${found.after}: ${found.problem}`);
  }
  process.stdout.write(`${JSON.stringify({ races: 'mutants', planted: raceMutants.length, caught: raceMutants.length - missed })}\n`);
  process.exitCode = missed === 0 ? 0 : 1;
} else {
  const report = await races({ schedules, seed, onProgress: say });
  for (const violation of report.violations) say(`VIOLATION ${violation}`);
  process.stdout.write(
    `${JSON.stringify({ schedules: report.schedules, interleavings: report.interleavings, violations: report.violations.length })}\n`,
  );
  process.exitCode = report.violations.length === 0 ? 0 : 1;
}
