// What a decision takes: in process, over HTTP beside a stream of events in an open loop, and how many there are in a closed one.
// README.md defines the load and each field.
import { Acknowledgements } from './acknowledgements.js';
import { Child } from './child.js';
import { closedLoop, type ClosedLoop } from './closed-loop.js';
import { demand } from './complaint.js';
import { Connection, type Answer } from './connection.js';
import { openLoop } from './open-loop.js';
import { checkDecision, People, questionOf } from './people.js';
import { percentile, rounded } from './percentile.js';
import { say } from './progress.js';
import { roundsInTurns } from './rounds.js';
import { makeScratchFolder, removeScratchFolder, sayDiskSpeed } from './scratch-folder.js';
import { visitsFrom, visitSource } from './visit-source.js';

interface Shape {
  readonly calls: number;
  readonly warmCalls: number;
  readonly people: number;
  readonly openWarmMs: number;
  readonly openMs: number;
  readonly pairs: number;
  readonly warmMs: number;
  readonly measureMs: number;
}

const full: Shape = {
  calls: 10_000,
  warmCalls: 1_000,
  people: 200,
  openWarmMs: 3_000,
  openMs: 20_000,
  pairs: 6,
  warmMs: 300,
  measureMs: 3_000,
};
const small: Shape = { calls: 100, warmCalls: 10, people: 20, openWarmMs: 100, openMs: 500, pairs: 1, warmMs: 50, measureMs: 300 };
const decisionsPerSecond = 1_000;
const eventsPerSecond = 500;
const connections = 64;
const eventConnections = 32;

export async function decide(options: { readonly data: string | null; readonly small: boolean }): Promise<object> {
  const shape = options.small ? small : full;
  sayDiskSpeed();
  const source = visitSource(options.data, options.small);
  const { test } = visitsFrom(source);
  const folder = makeScratchFolder();
  try {
    await fill(folder, source);
    const inProcess = await rankInProcess(folder, source, shape);
    say(`in process: p50 ${inProcess.p50Ms.toFixed(3)} ms, p99 ${inProcess.p99Ms.toFixed(3)} ms`);
    const http = await overHttp(folder, test, shape);
    return {
      bench: 'decide',
      in_process_p50_ms: rounded(inProcess.p50Ms, 3),
      in_process_p99_ms: rounded(inProcess.p99Ms, 3),
      http_p50_ms: rounded(percentile(http.times, 0.5), 2),
      http_p99_ms: rounded(percentile(http.times, 0.99), 2),
      http_per_s: Math.round(http.perSecond),
      http_vs_echo: rounded(http.vsEcho, 3),
    };
  } finally {
    removeScratchFolder(folder);
  }
}

/** Imports the training visits into a folder. */
export async function fill(folder: string, source: string): Promise<void> {
  const child = Child.start('import-child.js', [folder, source], false);
  await child.message();
  await child.ended();
}

async function rankInProcess(folder: string, source: string, shape: Shape): Promise<{ readonly p50Ms: number; readonly p99Ms: number }> {
  const child = Child.start('rank-child.js', [folder, source, `${shape.calls}`, `${shape.warmCalls}`], true);
  const said = await child.message();
  await child.ended();
  const { p50Ms, p99Ms } =
    typeof said === 'object' && said !== null && 'p50Ms' in said && 'p99Ms' in said ? said : { p50Ms: null, p99Ms: null };
  demand(typeof p50Ms === 'number' && typeof p99Ms === 'number', 'rank-child.js says its times');
  return { p50Ms, p99Ms };
}

async function overHttp(
  folder: string,
  test: readonly (readonly string[])[],
  shape: Shape,
): Promise<{ readonly times: readonly number[]; readonly perSecond: number; readonly vsEcho: number }> {
  const server = Child.start('server-child.js', [folder], true);
  let echo: Child | null = null;
  try {
    const port = await server.port();
    const people = new People(test, shape.people, 'http', new Acknowledgements());
    // Everybody's first view, so that there is somebody to ask about from the first moment.
    const connection = await Connection.open(port);
    for (let at = 0; at < shape.people * 3; at += 1) {
      const next = people.nextEvent();
      demand(next !== null, 'nobody waits');
      next.done(await connection.ask(next.request));
    }
    connection.close();
    const events = { perSecond: eventsPerSecond, connections: eventConnections, seed: 31, next: () => people.nextEvent() };
    const decisions = { perSecond: decisionsPerSecond, connections, seed: 37, next: () => people.nextQuestion() };
    const [decided = [], acknowledged = []] = await openLoop(port, [decisions, events], shape.openWarmMs, shape.openMs);
    const tail = (times: readonly number[]): string =>
      `${times.length}, p50 ${percentile(times, 0.5).toFixed(2)} p99 ${percentile(times, 0.99).toFixed(2)} ms`;
    say(`open loop: decisions ${tail(decided)}; events ${tail(acknowledged)}`);
    const questions = people.questions();
    const typical = await Connection.askOnce(port, questions[0] ?? questionOf(''));
    say(`an answer has ${typical.body.length} bytes`);
    echo = Child.start('echo-child.js', [`${typical.body.length}`], false);
    const bare = closed(await echo.port(), questions, shape, ({ status }) => demand(status === 200, 'the echo server answers'));
    const engine = closed(port, questions, shape, checkDecision);
    for (const loop of [bare, engine]) await closedLoop({ ...loop, measureMs: shape.measureMs / 2 });
    const rounds = await roundsInTurns('decide', shape.pairs, bare, engine);
    return { times: decided, perSecond: rounds.perSecond, vsEcho: rounds.vsEcho };
  } finally {
    await Promise.all([server.stop(), echo?.stop()]);
  }
}

function closed(port: number, questions: readonly Buffer[], shape: Shape, check: (answer: Answer) => void): ClosedLoop {
  let asked = 0;
  return {
    port,
    connections,
    warmMs: shape.warmMs,
    measureMs: shape.measureMs,
    check,
    next: () => {
      asked += 1;
      return questions[asked % questions.length] ?? questionOf('');
    },
  };
}
