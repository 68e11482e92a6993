// How soon one person's event changes another's ranking, beside a stream of events. README.md defines the probe.
import { demand } from './complaint.js';
import type { Connection } from './connection.js';
import { checkDecision, questionOf } from './people.js';
import { percentile, rounded } from './percentile.js';
import { probed, viewAs } from './probe.js';

const probeMsMax = 5_000;

export async function freshness(options: { readonly data: string | null; readonly small: boolean }): Promise<object> {
  const times = await probed(options, 41, probeOnce);
  return { bench: 'freshness', p50_ms: rounded(percentile(times, 0.5), 2), p99_ms: rounded(percentile(times, 0.99), 2) };
}

/** ms from the acknowledgement of A's view of y to the first ranking of B that holds y. */
async function probeOnce(connection: Connection, probe: number): Promise<number> {
  const x = `probe-x-${probe}`;
  const y = `probe-y-${probe}`;
  const a = `probe-a-${probe}`;
  const b = `probe-b-${probe}`;
  await viewAs(connection, b, x, 0);
  await viewAs(connection, a, x, 0);
  const question = questionOf(b);
  const sought = Buffer.from(`"item":"${y}"`);
  const before = await connection.ask(question);
  checkDecision(before);
  demand(!before.body.includes(sought), 'the item was in the ranking before anybody saw it');
  await viewAs(connection, a, y, 1);
  const fromMs = performance.now();
  while (true) {
    const answer = await connection.ask(question);
    const tookMs = performance.now() - fromMs;
    checkDecision(answer);
    if (answer.body.includes(sought)) return tookMs;
    demand(tookMs < probeMsMax, `after ${probeMsMax} ms the event had no effect`);
  }
}
