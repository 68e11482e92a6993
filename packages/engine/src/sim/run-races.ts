// `npm run -s test:races -- --schedules 10000 --seed 1`: withdrawals and erasures against everything else, in many orders. Ends with one
// line of JSON.
import { parseArgs } from 'node:util';
import { runRaces } from './races.js';

const { values } = parseArgs({ options: { schedules: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } } });
const say = (line: string): void => void process.stderr.write(`${line}\n`);
let told = 0;
const report = await runRaces({
  schedules: Number(values.schedules),
  seed: Number(values.seed),
  onProgress: (done, total) => {
    if (done - told < total / 20 && done < total) return;
    told = done;
    say(`${done} of ${total} schedules`);
  },
});
for (const { seed, narrowing, sentence } of report.violations.slice(0, 20)) say(`VIOLATION ${sentence} (${narrowing}, seed ${seed})`);
const { schedules, interleavings, violations } = report;
process.stdout.write(`${JSON.stringify({ schedules, interleavings, violations: violations.length })}\n`);
process.exitCode = violations.length === 0 ? 0 : 1;
