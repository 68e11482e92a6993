// A closed loop: each of n connections sends its next request when the answer to its last has come. Measures one round.
import { Connection, type Answer } from './connection.js';

export interface Round {
  /** Answers that came within the measured time, per second. */
  readonly perSecond: number;
  /** ms from the write of the request to the whole answer, of those. */
  readonly times: number[];
}

export interface ClosedLoop {
  readonly port: number;
  readonly connections: number;
  /** The next request of this connection; it may reuse the buffer of the connection's last one. */
  readonly next: (connection: number) => Buffer;
  /** Looks at every answer, also at those outside the measured time; throws to end the run. */
  readonly check: (answer: Answer, connection: number, within: boolean) => void;
  readonly warmMs: number;
  readonly measureMs: number;
}

export async function closedLoop(loop: ClosedLoop): Promise<Round> {
  let broken: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    broken = reject;
  });
  const connections = await Promise.all(Array.from({ length: loop.connections }, () => Connection.open(loop.port, broken)));
  const fromMs = performance.now() + loop.warmMs;
  const untilMs = fromMs + loop.measureMs;
  const times: number[] = [];
  const finished = connections.map(
    (connection, index) =>
      new Promise<void>((resolve) => {
        const send = (): void => {
          const sentMs = performance.now();
          if (sentMs >= untilMs) return resolve();
          connection.send(loop.next(index), (answer) => {
            const nowMs = performance.now();
            const within = nowMs >= fromMs && nowMs < untilMs;
            if (within) times.push(nowMs - sentMs);
            try {
              loop.check(answer, index, within);
            } catch (error) {
              return broken(error);
            }
            send();
          });
        };
        send();
      }),
  );
  try {
    await Promise.race([Promise.all(finished), failed]);
  } finally {
    for (const connection of connections) connection.close();
  }
  return { perSecond: (times.length / loop.measureMs) * 1000, times };
}
