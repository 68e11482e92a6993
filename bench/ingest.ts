// How many events the server takes, one by one and in batches, with everything that an acknowledgement promises, beside a bare server that
// only parses them. README.md defines the load and each field.
import { Acknowledgements } from './acknowledgements.js';
import { Child } from './child.js';
import { closedLoop, type ClosedLoop } from './closed-loop.js';
import { demand } from './complaint.js';
import type { Answer } from './connection.js';
import { batchEvents, Draws, grantAll } from './event-draws.js';
import { EventRequest, TimeText } from './event-request.js';
import type { Fault } from './fault.js';
import { eventsInLog } from './health.js';
import { rounded } from './percentile.js';
import { say } from './progress.js';
import { roundsInTurns } from './rounds.js';
import { makeScratchFolder, removeScratchFolder, sayDiskSpeed } from './scratch-folder.js';

const singleConnections = 64;
const batchConnections = 16;

interface Shape {
  readonly subjects: number;
  readonly items: number;
  readonly batches: number;
  readonly pairs: number;
  readonly warmMs: number;
  readonly measureMs: number;
  readonly serversWarmMs: number;
}

const full: Shape = { subjects: 50_000, items: 10_000, batches: 4_096, pairs: 6, warmMs: 300, measureMs: 3_000, serversWarmMs: 3_000 };
const small: Shape = { subjects: 500, items: 200, batches: 64, pairs: 1, warmMs: 50, measureMs: 300, serversWarmMs: 100 };

/** A closed loop of single events (`events` null) or batches. */
function load(port: number, events: number | null, draws: Draws, shape: Shape, check: (answer: Answer) => void): ClosedLoop {
  const connections = events === null ? singleConnections : batchConnections;
  const requests = Array.from({ length: connections }, () => new EventRequest(events));
  const used = new Set<number>();
  const time = new TimeText();
  return {
    port,
    connections,
    warmMs: shape.warmMs,
    measureMs: shape.measureMs,
    check,
    next: (connection) => {
      const request = requests[connection] ?? new EventRequest(events);
      const now = time.now();
      if (events !== null) draws.startBatch();
      for (let index = 0; index < (events ?? 1); index += 1) {
        if (draws.repeat() && used.has(connection)) continue;
        request.set(index, { subject: draws.subject(), item: draws.item(), id: draws.id() }, now);
      }
      used.add(connection);
      return request.buffer;
    },
  };
}

export async function ingest(options: { readonly small: boolean; readonly fault: Fault | null }): Promise<object> {
  const shape = options.small ? small : full;
  sayDiskSpeed();
  const folder = makeScratchFolder();
  const server = Child.start('server-child.js', [folder], true);
  const echo = Child.start('echo-child.js', ['0'], false);
  try {
    const [enginePort, echoPort] = await Promise.all([server.port(), echo.port()]);
    const acknowledged = new Acknowledgements();
    await grantAll(enginePort, shape, acknowledged);
    say(`${shape.subjects} subjects have granted`);
    const before = (await eventsInLog(enginePort)) - acknowledged.accepted;
    const draws = new Draws(shape, options.fault === 'repeat-ids');
    const ignore = (answer: Answer): void => demand(answer.status === 200, `the echo server answered ${answer.status}`);
    const loops = (events: number | null): { readonly bare: ClosedLoop; readonly engine: ClosedLoop } => ({
      bare: load(echoPort, events, draws, shape, ignore),
      engine: load(enginePort, events, draws, shape, (answer) => acknowledged.take(answer, events ?? 1)),
    });
    const singles = loops(null);
    const batches = loops(batchEvents);
    for (const loop of [singles.bare, singles.engine, batches.bare, batches.engine])
      await closedLoop({ ...loop, measureMs: shape.serversWarmMs });
    const single = await roundsInTurns('single', shape.pairs, singles.bare, singles.engine);
    const batch = await roundsInTurns('batch', shape.pairs, batches.bare, batches.engine);
    const held = (await eventsInLog(enginePort)) - before;
    demand(held >= acknowledged.accepted, `${acknowledged.accepted} events were acknowledged, the log holds ${held}`);
    return {
      bench: 'ingest',
      single_per_s: Math.round(single.perSecond),
      single_vs_echo: rounded(single.vsEcho, 3),
      single_p99_ms: rounded(single.p99Ms, 2),
      batch_events_per_s: Math.round(batch.perSecond * batchEvents),
      batch_vs_echo: rounded(batch.vsEcho, 3),
      batch_p99_ms: rounded(batch.p99Ms, 2),
    };
  } finally {
    await Promise.all([server.stop(), echo.stop()]);
    removeScratchFolder(folder);
  }
}
