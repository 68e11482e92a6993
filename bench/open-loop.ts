// An open loop: requests fall due at times of a seeded Poisson process, whatever the answers do. Latency counts from the due time, so that
// a server that stalls cannot hide it. Between turns the thread rests for restMs by a futex (a timer's millisecond would show in the
// figures): a generator that spins takes a whole processor from the server that it measures. What the rest adds counts against the server.
import { Connection, type Answer } from './connection.js';
import { SeededRandom } from './seeded-random.js';

const restMs = 0.1;
const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));

export interface Stream {
  readonly perSecond: number;
  readonly connections: number;
  readonly seed: number;
  /** Does the time of this answer count? All do, if absent. */
  readonly counts?: (answer: Answer) => boolean;
  /**
   * The next request and who takes its answer (`within`: it came in the measured time); null: nobody can send just now, it is asked again
   * at the next turn and stays due.
   */
  readonly next: () => { readonly request: Buffer; readonly done: (answer: Answer, within: boolean) => void } | null;
}

/** ms from the due time to the whole answer, per stream, for requests that fell due after `warmMs`. */
export async function openLoop(
  port: number,
  streams: readonly Stream[],
  warmMs: number,
  measureMs: number,
  also?: () => Promise<void>,
): Promise<number[][]> {
  let failure: unknown = null;
  const broken = (error: unknown): void => {
    failure ??= error;
  };
  const lanes = await Promise.all(
    streams.map(async (stream) => {
      const all = await Promise.all(Array.from({ length: stream.connections }, () => Connection.open(port, broken)));
      return {
        stream,
        all,
        idle: [...all],
        random: new SeededRandom(stream.seed),
        dueMs: 0,
        due: new Array<number>(),
        answering: 0,
        times: new Array<number>(),
      };
    }),
  );
  const startMs = performance.now();
  const fromMs = startMs + warmMs;
  const untilMs = fromMs + measureMs;
  for (const lane of lanes) lane.dueMs = startMs + lane.random.gap(1000 / lane.stream.perSecond);
  // `also` runs beside the streams and, when given, says when they end.
  let alsoDone = also === undefined;
  const beside = also?.()
    .catch(broken)
    .finally(() => {
      alsoDone = true;
    });
  const turn = (): boolean => {
    const nowMs = performance.now();
    const over = also === undefined ? nowMs >= untilMs : alsoDone;
    let open = !over;
    for (const lane of lanes) {
      while (!over && lane.dueMs <= nowMs && lane.dueMs < (also === undefined ? untilMs : Number.POSITIVE_INFINITY)) {
        lane.due.push(lane.dueMs);
        lane.dueMs += lane.random.gap(1000 / lane.stream.perSecond);
      }
      while (lane.due.length > 0 && lane.idle.length > 0) {
        const next = lane.stream.next();
        if (next === null) break;
        // The one that has rested longest: none may rest until the server gives it up.
        const connection = lane.idle.shift();
        const dueMs = lane.due.shift();
        if (connection === undefined || dueMs === undefined) break;
        lane.answering += 1;
        connection.send(next.request, (answer) => {
          const cameMs = performance.now();
          if (dueMs >= fromMs && (lane.stream.counts?.(answer) ?? true)) lane.times.push(cameMs - dueMs);
          lane.idle.push(connection);
          lane.answering -= 1;
          try {
            next.done(answer, cameMs >= fromMs && cameMs < untilMs);
          } catch (error) {
            broken(error);
          }
        });
      }
      // Nothing is due any more: while the last answers are waited for, the server may give up connections that rest.
      if (over && lane.due.length === 0) for (const connection of lane.idle.splice(0)) connection.close();
      if (lane.due.length > 0 || lane.answering > 0) open = true;
    }
    return open && failure === null;
  };
  await new Promise<void>((resolve) => {
    const spin = (): void => {
      if (!turn()) return resolve();
      Atomics.wait(nobodyWakes, 0, 0, restMs);
      setImmediate(spin);
    };
    spin();
  });
  for (const lane of lanes) for (const connection of lane.all) connection.close();
  await beside;
  if (failure !== null) throw failure;
  return lanes.map(({ times }) => times);
}
