// How many events the server takes, one by one and in batches, with everything that an acknowledgement promises, beside a bare server that
// only parses them. README.md defines the load and each field.
import { Acknowledgements } from './acknowledgements.js';
import { Child } from './child.js';
import { closedLoop, type ClosedLoop } from './closed-loop.js';
import { demand } from './complaint.js';
import { Connection, postRequest, type Answer } from './connection.js';
import { EventRequest, itemDigits, subjectDigits, TimeText } from './event-request.js';
import type { Fault } from './fault.js';
import { eventsInLog } from './health.js';
import { rounded } from './percentile.js';
import { say } from './progress.js';
import { roundsInTurns } from './rounds.js';
import { makeScratchFolder, removeScratchFolder, sayDiskSpeed } from './scratch-folder.js';
import { SeededRandom } from './seeded-random.js';
import { Zipf } from './zipf.js';

const batchEvents = 100;
const singleConnections = 64;
const batchConnections = 16;

interface Shape {
  readonly subjects: number;
  readonly items: number;
  readonly pairs: number;
  readonly warmMs: number;
  readonly measureMs: number;
  readonly serversWarmMs: number;
}

const full: Shape = { subjects: 50_000, items: 10_000, pairs: 6, warmMs: 300, measureMs: 3_000, serversWarmMs: 3_000 };
const small: Shape = { subjects: 500, items: 200, pairs: 1, warmMs: 50, measureMs: 300, serversWarmMs: 100 };

/** Draws who does what, far ahead of the load: batches of different subjects. Ids never repeat in a run. */
class Draws {
  readonly #batches: Uint16Array;
  readonly #items: Uint16Array;
  readonly #repeats: boolean;
  #batch = 0;
  #item = 0;
  #ids = 0;
  #asked = 0;

  constructor(shape: Shape, repeats: boolean) {
    const random = new SeededRandom(11);
    const subjects = new Zipf(shape.subjects, random);
    const items = new Zipf(shape.items, random);
    const batches = shape === full ? 4_096 : 64;
    this.#repeats = repeats;
    this.#batches = new Uint16Array(batches * batchEvents);
    const seen = new Set<number>();
    for (let at = 0; at < this.#batches.length; at += 1) {
      if (at % batchEvents === 0) seen.clear();
      let subject = subjects.draw();
      while (seen.has(subject)) subject = subjects.draw();
      seen.add(subject);
      this.#batches[at] = subject;
    }
    this.#items = Uint16Array.from({ length: 1 << 18 }, () => items.draw());
  }

  subject(): number {
    this.#batch = (this.#batch + 1) % this.#batches.length;
    return this.#batches[this.#batch] ?? 0;
  }

  /** The next subjects are those of one batch from its start. */
  startBatch(): void {
    this.#batch = (Math.ceil((this.#batch + 1) / batchEvents) * batchEvents - 1) % this.#batches.length;
  }

  item(): number {
    this.#item = (this.#item + 1) % this.#items.length;
    return this.#items[this.#item] ?? 0;
  }

  id(): number {
    this.#ids += 1;
    return this.#ids;
  }

  /** Is the next event to be the same as before (a planted fault)? */
  repeat(): boolean {
    this.#asked += 1;
    return this.#repeats && this.#asked % 10 === 0;
  }
}

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

/** Every subject allows it, by an event that carries the choice. */
async function grantAll(port: number, shape: Shape, acknowledged: Acknowledgements): Promise<void> {
  const context = { consent: { categoryPreferences: { personalise: true, train: true } } };
  const connection = await Connection.open(port);
  for (let from = 0; from < shape.subjects; from += batchEvents) {
    const batch = Array.from({ length: Math.min(batchEvents, shape.subjects - from) }, (_, index) => ({
      type: 'track',
      event: 'item.viewed',
      userId: `s-${(from + index).toString().padStart(subjectDigits, '0')}`,
      messageId: `grant-${from + index}`,
      properties: { product_id: `i-${((from + index) % shape.items).toString().padStart(itemDigits, '0')}` },
      context,
    }));
    acknowledged.take(await connection.ask(postRequest('/v1/batch', JSON.stringify({ batch }))), batch.length);
  }
  connection.close();
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
