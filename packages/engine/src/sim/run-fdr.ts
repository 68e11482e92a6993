// npm run -s fdr -- [--seeds N] [--people N]: how often insights are wrong, as one JSON line. Exit code 1 when the rate is not kept.
import { parseArgs } from 'node:util';
import { measureFdr } from './fdr.js';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '200' }, people: { type: 'string', default: '300' } } });
const figures = measureFdr(Number(values.seeds), Number(values.people), (seed) => {
  if (seed % 20 === 0) process.stderr.write(`${seed} seeds\n`);
});
process.stdout.write(`${JSON.stringify(figures)}\n`);
// Three deviations of a share that is as it should be.
const slack = 3 * Math.sqrt((figures.rate * (1 - figures.rate)) / (3 * figures.seeds));
process.exitCode = figures.fdr <= figures.rate + slack && figures.noise <= figures.rate + slack && figures.found > 0.8 ? 0 : 1;
