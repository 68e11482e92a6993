// `npm run -s sim -- --hours 20 --seed 1 [--mutants]`: the laws under simulated crashes; with --mutants, the planted bugs and when each was
// caught. Ends with one line of JSON.
import { parseArgs } from 'node:util';
import { mutants } from './mutants.js';
import { World } from './world.js';

const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    mutants: { type: 'boolean', default: false },
  },
});
const hours = Number(values.hours);
const seed = Number(values.seed);

const say = (line: string): void => void process.stderr.write(`${line}\n`);

if (values.mutants) {
  let caught = 0;
  for (const mutant of mutants) {
    const report = await new World({ seed, mutant, pauseMs: 2000, crashEveryMs: 3 * 60_000 }).run(hours);
    if (report.violations.length > 0) caught += 1;
    const [first = 'no law was seen broken'] = report.violations;
    say(`${report.violations.length > 0 ? 'caught' : 'MISSED'}  ${mutant.name}: ${first} (crash ${report.crashes})`);
  }
  process.stdout.write(`${JSON.stringify({ sim: 'mutants', planted: mutants.length, caught })}\n`);
  process.exitCode = caught === mutants.length ? 0 : 1;
} else {
  const world = new World({ seed });
  const report = await world.run(hours, (hour, so) =>
    say(`hour ${hour}: ${so.events} events, ${so.crashes} crashes, ${so.decisions} decisions`),
  );
  for (const violation of report.violations.slice(0, 20)) say(`VIOLATION ${violation}`);
  const { checks: _checks, violations, ...counts } = report;
  process.stdout.write(`${JSON.stringify({ sim: 'laws', hours, seed, ...counts, violations: violations.length })}\n`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
