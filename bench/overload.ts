// What becomes of a server that is offered five times what it can take: how much of its peak it still does, how long what it takes has to
// wait, and whether decisions suffer. README.md defines the load and each field.
import { Acknowledgements } from './acknowledgements.js';
import { Child } from './child.js';
import { closedLoop } from './closed-loop.js';
import { demand } from './complaint.js';
import type { Answer } from './connection.js';
import { batchEvents, Draws, grantAll } from './event-draws.js';
import { EventRequest, TimeText } from './event-request.js';
import { openLoop, type Stream } from './open-loop.js';
import { checkDecision, questionOf } from './people.js';
import { percentile, rounded } from './percentile.js';
import { say } from './progress.js';
import { makeScratchFolder, removeScratchFolder, sayDiskSpeed } from './scratch-folder.js';

const peakConnections = 16;
const floodConnections = 600;
/** Few enough that none rests until the server gives it up. */
const calmConnections = 64;
const decisionsPerSecond = 100;
const decisionConnections = 32;
const calmShare = 0.7;
const floodTimes = 5;

const full = { subjects: 50_000, items: 10_000, batches: 4_096, warmMs: 3_000, peakMs: 8_000, calmMs: 10_000, floodMs: 15_000 };
const small = { subjects: 500, items: 200, batches: 64, warmMs: 200, peakMs: 500, calmMs: 600, floodMs: 800 };

/** A stream of batches that may be refused. */
class Offers {
  sent = 0;
  refused = 0;
  /** Events accepted by answers that came within the measured time. */
  accepted = 0;
  readonly #draws: Draws;
  readonly #time = new TimeText();
  readonly #idle: EventRequest[] = [];

  constructor(draws: Draws) {
    this.#draws = draws;
  }

  fill(request: EventRequest): Buffer {
    const now = this.#time.now();
    this.#draws.startBatch();
    for (let index = 0; index < batchEvents; index += 1)
      request.set(index, { subject: this.#draws.subject(), item: this.#draws.item(), id: this.#draws.id() }, now);
    return request.buffer;
  }

  stream(perSecond: number, connections: number, seed: number): Stream {
    return {
      perSecond,
      connections,
      seed,
      counts: ({ status }) => status === 200,
      next: () => {
        const request = this.#idle.pop() ?? new EventRequest(batchEvents);
        this.sent += 1;
        return {
          request: this.fill(request),
          done: (answer, within) => {
            this.#idle.push(request);
            this.take(answer, within);
          },
        };
      },
    };
  }

  take({ status, body }: Answer, within: boolean): void {
    if (status === 200) {
      demand(body.includes(`"accepted":${batchEvents},`), `a batch was taken in part: ${body.toString('utf8').slice(0, 200)}`);
      if (within) this.accepted += batchEvents;
      return;
    }
    demand(status === 503 && body.includes('"overloaded"'), `the server answered ${status}: ${body.toString('utf8').slice(0, 200)}`);
    this.refused += 1;
  }
}

export async function overload(options: { readonly small: boolean }): Promise<object> {
  const shape = options.small ? small : full;
  sayDiskSpeed();
  const folder = makeScratchFolder();
  const server = Child.start('server-child.js', [folder], true);
  try {
    const port = await server.port();
    await grantAll(port, shape, new Acknowledgements());
    say(`${shape.subjects} subjects have granted`);
    const draws = new Draws({ ...shape, even: true }, false);
    const decisions = decisionStream(shape.subjects);
    const peak = await peakOf(port, draws, shape, decisions(50));
    say(`peak: ${peak.toFixed(0)} events/s`);
    const calm = new Offers(draws);
    const [calmWaits = []] = await openLoop(
      port,
      [calm.stream((peak * calmShare) / batchEvents, calmConnections, 51), decisions(52)],
      shape.warmMs,
      shape.calmMs,
    );
    say(`at ${calmShare} of it: p99 ${percentile(calmWaits, 0.99).toFixed(1)} ms, ${calm.refused} of ${calm.sent} batches refused`);
    const rssStart = (await server.resident()) / 1e6;
    const flood = new Offers(draws);
    const fromMs = performance.now();
    const [floodWaits = [], decided = []] = await openLoop(
      port,
      [flood.stream((peak * floodTimes) / batchEvents, floodConnections, 53), decisions(54)],
      shape.warmMs,
      shape.floodMs,
    );
    const offered = (flood.sent * batchEvents * 1000) / (performance.now() - fromMs);
    const rssEnd = (await server.resident()) / 1e6;
    const peakAfter = await peakOf(port, draws, shape, decisions(55));
    say(`peak after the flood: ${peakAfter.toFixed(0)} events/s`);
    const meanPeak = (peak + peakAfter) / 2;
    const goodput = (flood.accepted * 1000) / shape.floodMs;
    const p99 = percentile(floodWaits, 0.99);
    say(`offered ${offered.toFixed(0)} events/s (${(offered / peak).toFixed(1)}x), taken ${goodput.toFixed(0)}, p99 ${p99.toFixed(1)} ms`);
    if (!options.small) demand(offered >= peak * floodTimes * 0.9, 'the load generator could not offer what was asked for');
    return {
      bench: 'overload',
      peak_per_s: Math.round(meanPeak),
      goodput: rounded(goodput / meanPeak, 3),
      p99_ratio: rounded(p99 / percentile(calmWaits, 0.99), 2),
      decide_p99_ms: rounded(percentile(decided, 0.99), 2),
      rss_mb_start: Math.round(rssStart),
      rss_mb_end: Math.round(rssEnd),
    };
  } finally {
    await server.stop();
    removeScratchFolder(folder);
  }
}

/** Events a second taken in a closed loop that keeps the server busy, with the same decisions beside it as in the other phases. What is
 * refused there (the disk may stall, and then sixteen batches wait too long) is not counted. */
async function peakOf(port: number, draws: Draws, shape: typeof full, decisions: Stream): Promise<number> {
  const offers = new Offers(draws);
  const requests = Array.from({ length: peakConnections }, () => new EventRequest(batchEvents));
  await openLoop(port, [decisions], shape.warmMs, shape.peakMs, async () => {
    await closedLoop({
      port,
      connections: peakConnections,
      warmMs: shape.warmMs,
      measureMs: shape.peakMs,
      next: (connection) => offers.fill(requests[connection] ?? new EventRequest(batchEvents)),
      check: (answer, _connection, within) => offers.take(answer, within),
    });
  });
  return (offers.accepted * 1000) / shape.peakMs;
}

/** Questions about people who have granted and viewed something. */
function decisionStream(subjects: number): (seed: number) => Stream {
  const questions = Array.from({ length: Math.min(subjects, 1_000) }, (_, index) => questionOf(`s-${index.toString().padStart(5, '0')}`));
  let asked = 0;
  return (seed) => ({
    perSecond: decisionsPerSecond,
    connections: decisionConnections,
    seed,
    next: () => {
      asked += 1;
      return { request: questions[asked % questions.length] ?? questionOf(''), done: checkDecision };
    },
  });
}
