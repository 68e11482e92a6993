// How soon a withdrawal holds, beside a stream of events: until it is acknowledged, and from then until what is served of the person and
// what others are served from their data is gone. README.md defines the probe.
import { Acknowledgements } from './acknowledgements.js';
import { Child } from './child.js';
import { demand } from './complaint.js';
import { Connection, postRequest } from './connection.js';
import { fill } from './decide.js';
import { openLoop } from './open-loop.js';
import { checkDecision, People, questionOf } from './people.js';
import { percentile, rounded } from './percentile.js';
import { pause, viewAs } from './probe.js';
import { say } from './progress.js';
import { makeScratchFolder, removeScratchFolder, sayDiskSpeed } from './scratch-folder.js';
import { visitsFrom, visitSource } from './visit-source.js';

const eventsPerSecond = 500;
const eventConnections = 32;
const warmMs = 2_000;
const probeMsMax = 5_000;
const pauseMs = 40;

interface Probe {
  readonly toAckMs: number;
  readonly toRepublishedMs: number;
}

export async function revoke(options: { readonly data: string | null; readonly small: boolean }): Promise<object> {
  const count = options.small ? 20 : 250;
  sayDiskSpeed();
  const source = visitSource(options.data, options.small);
  const { test } = visitsFrom(source);
  const folder = makeScratchFolder();
  try {
    await fill(folder, source);
    const server = Child.start('server-child.js', [folder], true);
    try {
      const port = await server.port();
      const people = new People(test, 200, 'beside', new Acknowledgements());
      const stream = { perSecond: eventsPerSecond, connections: eventConnections, seed: 43, next: () => people.nextEvent() };
      const probes: Probe[] = [];
      const [beside = []] = await openLoop(port, [stream], 0, 0, async () => {
        const connection = await Connection.open(port);
        await pause(options.small ? 100 : warmMs);
        for (let probe = 0; probe < count; probe += 1) {
          probes.push(await probeOnce(connection, probe));
          await pause(pauseMs);
        }
        connection.close();
      });
      say(`${probes.length} withdrawals beside ${beside.length} events (p99 ${percentile(beside, 0.99).toFixed(2)} ms)`);
      const of = (pick: (probe: Probe) => number, share: number): number => rounded(percentile(probes.map(pick), share), 2);
      return {
        bench: 'revoke',
        request_to_ack_p99_ms: of(({ toAckMs }) => toAckMs, 0.99),
        ack_to_republished_p99_ms: of(({ toRepublishedMs }) => toRepublishedMs, 0.99),
        request_to_ack_p50_ms: of(({ toAckMs }) => toAckMs, 0.5),
        ack_to_republished_p50_ms: of(({ toRepublishedMs }) => toRepublishedMs, 0.5),
      };
    } finally {
      await server.stop();
    }
  } finally {
    removeScratchFolder(folder);
  }
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
