// `npm run -s test:merges -- --histories 100000 --seed 1`: the laws of merging over random histories. Ends with one line of JSON.
import { parseArgs } from 'node:util';
import { MergeHistory, nobodyErased } from './merges.js';

const { values } = parseArgs({ options: { histories: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } } });
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const histories = Number(values.histories);
const suppressions = await nobodyErased();
let violations = 0;
for (let done = 0; done < histories; done += 1) {
  const seed = Number(values.seed) * 10_000_000 + done;
  for (const problem of new MergeHistory(seed, suppressions).run()) {
    violations += 1;
    if (violations <= 20) say(`VIOLATION ${problem} (seed ${seed})`);
  }
  if ((done + 1) % Math.ceil(histories / 10) === 0) say(`${done + 1} of ${histories} histories`);
}
process.stdout.write(`${JSON.stringify({ histories, violations })}\n`);
process.exitCode = violations === 0 ? 0 : 1;
