// npm run -s vectors -- FILE...: published test vectors through the engine's own code. What failed or is not known is told on stderr, at
// most a few of each; the last line on stdout is {"vectors", "passed", "failed", "unknown"}: which kinds there were, and counts of vectors.
// Exit code 1 when something failed, or when nothing passed.
import { outcomesOf } from './files.js';
import type { Outcome, Verdict } from './outcome.js';

const toldMax = 20;

function count(outcomes: readonly Outcome[], verdict: Verdict): number {
  return outcomes.filter((each) => each.verdict === verdict).length;
}

const paths = process.argv.slice(2);
if (paths.length === 0) process.stderr.write('usage: npm run -s vectors -- FILE...\n');
const outcomes = outcomesOf(paths);
for (const verdict of ['failed', 'unknown'] as const) {
  const some = outcomes.filter((each) => each.verdict === verdict);
  for (const { name, why = '' } of some.slice(0, toldMax)) process.stderr.write(`${verdict}: ${name}: ${why}\n`);
  if (some.length > toldMax) process.stderr.write(`${verdict}: ${some.length - toldMax} more\n`);
}
const kinds = [...new Set(outcomes.map(({ kind }) => kind))].sort();
const [passed, failed, unknown] = [count(outcomes, 'passed'), count(outcomes, 'failed'), count(outcomes, 'unknown')];
process.stdout.write(`${JSON.stringify({ vectors: kinds.join(',') || 'none', passed, failed, unknown })}\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
