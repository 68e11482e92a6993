// How soon one person's event changes another's ranking, beside a stream of events. README.md defines the probe.
import { Acknowledgements } from './acknowledgements.js';
import { Child } from './child.js';
import { demand } from './complaint.js';
import { Connection } from './connection.js';
import { fill } from './decide.js';
import { openLoop } from './open-loop.js';
import { checkDecision, People, questionOf } from './people.js';
import { pause, viewAs as view } from './probe.js';
import { percentile, rounded } from './percentile.js';
import { say } from './progress.js';
import { makeScratchFolder, removeScratchFolder, sayDiskSpeed } from './scratch-folder.js';
import { visitsFrom, visitSource } from './visit-source.js';

const eventsPerSecond = 500;
const eventConnections = 32;
const warmMs = 2_000;
const probeMsMax = 5_000;
const pauseMs = 40;

export async function freshness(options: { readonly data: string | null; readonly small: boolean }): Promise<object> {
  const probes = options.small ? 20 : 250;
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
      const stream = { perSecond: eventsPerSecond, connections: eventConnections, seed: 41, next: () => people.nextEvent() };
      const times: number[] = [];
      const [beside = []] = await openLoop(port, [stream], 0, 0, async () => {
        const connection = await Connection.open(port);
        await pause(options.small ? 100 : warmMs);
        for (let probe = 0; probe < probes; probe += 1) {
          times.push(await probeOnce(connection, probe));
          await pause(pauseMs);
        }
        connection.close();
      });
      say(`${times.length} probes beside ${beside.length} events (p99 ${percentile(beside, 0.99).toFixed(2)} ms)`);
      return { bench: 'freshness', p50_ms: rounded(percentile(times, 0.5), 2), p99_ms: rounded(percentile(times, 0.99), 2) };
    } finally {
      await server.stop();
    }
  } finally {
    removeScratchFolder(folder);
  }
}

/** ms from the acknowledgement of A's view of y to the first ranking of B that holds y. */
async function probeOnce(connection: Connection, probe: number): Promise<number> {
  const x = `probe-x-${probe}`;
  const y = `probe-y-${probe}`;
  const a = `probe-a-${probe}`;
  const b = `probe-b-${probe}`;
  await view(connection, b, x, 0);
  await view(connection, a, x, 0);
  const question = questionOf(b);
  const sought = Buffer.from(`"item":"${y}"`);
  const before = await connection.ask(question);
  checkDecision(before);
  demand(!before.body.includes(sought), 'the item was in the ranking before anybody saw it');
  await view(connection, a, y, 1);
  const fromMs = performance.now();
  while (true) {
    const answer = await connection.ask(question);
    const tookMs = performance.now() - fromMs;
    checkDecision(answer);
    if (answer.body.includes(sought)) return tookMs;
    demand(tookMs < probeMsMax, `after ${probeMsMax} ms the event had no effect`);
  }
}
