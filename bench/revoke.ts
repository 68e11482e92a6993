// How soon a withdrawal holds, beside a stream of events: until it is acknowledged, and from then until what is served of the person and
// what others are served from their data is gone. README.md defines the probe.
import { demand } from './complaint.js';
import { postRequest, type Connection } from './connection.js';
import { checkDecision, questionOf } from './people.js';
import { percentile, rounded } from './percentile.js';
import { probed, viewAs } from './probe.js';

const probeMsMax = 5_000;

interface Probe {
  readonly toAckMs: number;
  readonly toRepublishedMs: number;
}

export async function revoke(options: { readonly data: string | null; readonly small: boolean }): Promise<object> {
  const probes = await probed(options, 43, probeOnce);
  const of = (pick: (probe: Probe) => number, share: number): number => rounded(percentile(probes.map(pick), share), 2);
  return {
    bench: 'revoke',
    request_to_ack_p99_ms: of(({ toAckMs }) => toAckMs, 0.99),
    ack_to_republished_p99_ms: of(({ toRepublishedMs }) => toRepublishedMs, 0.99),
    request_to_ack_p50_ms: of(({ toAckMs }) => toAckMs, 0.5),
    ack_to_republished_p50_ms: of(({ toRepublishedMs }) => toRepublishedMs, 0.5),
  };
}

async function probeOnce(connection: Connection, probe: number): Promise<Probe> {
  const [x, y, a, b] = ['x', 'y', 'a', 'b'].map((name) => `revoke-${name}-${probe}`) as [string, string, string, string]; // four names
  await viewAs(connection, b, x, 0);
  await viewAs(connection, a, x, 0);
  await viewAs(connection, a, y, 1);
  const [ofOther, ofThem] = [questionOf(b), questionOf(a)];
  const sought = Buffer.from(`"item":"${y}"`);
  const personal = Buffer.from('"mode":"personal"');
  const taught = await connection.ask(ofOther);
  const known = await connection.ask(ofThem);
  checkDecision(taught);
  checkDecision(known);
  demand(taught.body.includes(sought) && known.body.includes(personal), 'nothing was learned of the person who is to withdraw');
  const wish = { subject: a, choices: { personalise: 'withdrawn', train: 'withdrawn' }, origin: 'bench' };
  const request = postRequest('/v1/consents', JSON.stringify(wish));
  const askedMs = performance.now();
  const { status } = await connection.ask(request);
  const ackMs = performance.now();
  demand(status === 200, `the withdrawal was answered with ${status}`);
  while (true) {
    const others = await connection.ask(ofOther);
    const theirs = await connection.ask(ofThem);
    const nowMs = performance.now();
    if (!others.body.includes(sought) && !theirs.body.includes(personal))
      return { toAckMs: ackMs - askedMs, toRepublishedMs: nowMs - ackMs };
    demand(nowMs - ackMs < probeMsMax, `after ${probeMsMax} ms the withdrawal had no effect`);
  }
}
