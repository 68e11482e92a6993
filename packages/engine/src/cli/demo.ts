// ethogram demo (npm start): a fresh engine with a shop of SYNTHETIC people, streaming through the public HTTP API.
// The first screen shows the whole loop: an event, the profile it changed, a decision with its reasons, one without consent, lines to try.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KeyRing } from '../access/key-ring.js';
import { KeyStore } from '../access/key-store.js';
import { makeFolderPath, NodeDisk } from '../adapters/node-disk.js';
import { SystemClock } from '../adapters/system-clock.js';
import { SystemEntropy } from '../adapters/system-entropy.js';
import { must } from '../base/assert.js';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { Door } from '../http/door.js';
import type { ProfileView } from '../runtime/engine-options.js';
import { Arguments } from './arguments.js';
import { dataOption, type Command } from './command.js';
import { DataFolder } from './data-folder.js';
import { decisionLines } from './decision-text.js';
import { DemoStream } from './demo-stream.js';
import { exitCode } from './exit-code.js';
import { helpersGiveWay } from './helper-threads.js';
import { Interrupt } from './interrupt.js';
import { profileLines } from './profile-text.js';
import { processVitals } from './process-vitals.js';
import { ProgressBar } from './progress-bar.js';
import { Remote } from './remote.js';
import { SyntheticWorld, worldDefaults, type Shopper, type WorldEvent } from './synthetic-world.js';
import type { Terminal } from './terminal.js';

const firstPort = 4040;
const dayMs = 86_400_000;
/** Pause between the events of the live stream, and between its lines in a pipe. */
const stepMs = 300;
const lineMs = 10_000;

export const demo: Command = {
  name: 'demo',
  summary: 'a shop of synthetic people, live, and lines to try',
  synopsis: 'demo [--port 4040] [--seed 1] [--once]',
  help: [
    'Everybody in it is made up: ids start with "synthetic-", events carry the source "synthetic".',
    'A folder that has keys is served with them: the demo needs a key of kind admin then, as --key or ETHOGRAM_KEY.',
  ],
  examples: ['ethogram demo', 'ethogram demo --once --seed 7'],
  options: {
    data: { type: 'string', value: 'DIR', help: 'keep it there (default: a fresh folder under ./.ethogram, removed at the end)' },
    port: { type: 'string', value: 'N', help: '0 takes any free port (default 4040, or the next free one)' },
    seed: { type: 'string', value: 'N', help: `another world (default ${worldDefaults.seed})` },
    once: { type: 'boolean', help: 'end after the first screen' },
    key: { type: 'string', value: 'KEY', help: 'a key of the folder, of kind admin (better: in the environment as ETHOGRAM_KEY)' },
  },
  argument: { kind: 'none' },
  shape: ['url, data, seed, accepted, refused: {code: count}, decisionId; printed once the first screen is done'],
  async run(args, terminal) {
    args.none();
    helpersGiveWay();
    const kept = args.text('data');
    const folder = kept ?? freshFolder();
    const interrupt = new Interrupt(() => terminal.note('\nstopping'));
    terminal.onLost(() => interrupt.ask());
    try {
      await show(args, folder, kept === undefined, terminal, interrupt);
    } finally {
      interrupt.release();
      if (kept === undefined) rmSync(folder, { recursive: true, force: true });
    }
    return exitCode.ok;
  },
};

function freshFolder(): string {
  const parent = './.ethogram';
  makeFolderPath(parent);
  return mkdtempSync(join(parent, 'demo-'));
}

async function show(args: Arguments, path: string, temporary: boolean, terminal: Terminal, interrupt: Interrupt): Promise<void> {
  const seed = args.integer('seed', 0, 0xffff_ffff) ?? worldDefaults.seed;
  const clock = new SystemClock();
  const folder = new DataFolder(new Arguments(['--data', path], dataOption));
  const engine = await folder.open(terminal, { make: true, tickMs: limits.tickMs });
  const onError = (error: unknown): void => terminal.complain(error instanceof Error ? (error.stack ?? error.message) : 'a bug');
  const disk = new NodeDisk(folder.path);
  let keys: KeyRing | undefined;
  let door: Door | undefined;
  try {
    keys = new KeyRing({ store: new KeyStore(disk, new SystemEntropy()), clock, onError });
    keys.watch();
    door = new Door({ engine, clock, keys, vitals: processVitals(), onError });
    const url = await listen(door, args.integer('port', 0, 65_535));
    folder.noteAddress(url);
    const world = new SyntheticWorld({ seed, startAt: clock.now() - worldDefaults.days * dayMs });
    const remote = new Remote(url, args.text('key'));
    const stream = new DemoStream(remote, world, seed);
    terminal.say(terminal.bold('Ethogram') + ' is listening on ' + terminal.bold(url));
    terminal.say(`data folder ${path}${temporary ? ' (temporary: removed when this ends)' : ''}`);
    terminal.say(
      terminal.bold('[SYNTHETIC]') +
        ` ${world.shoppers.length} made-up shoppers and ${world.items.length} made-up items, seed ${seed}. Nobody below exists.`,
    );
    const decisionId = await firstScreen(world, stream, remote, clock, terminal, interrupt);
    const refused = Object.fromEntries(stream.refused);
    terminal.result({ url, data: path, seed, accepted: stream.accepted, refused, decisionId }, () => []);
    if (!args.flag('once')) await keepStreaming(stream, clock, terminal, interrupt);
  } finally {
    folder.forgetAddress();
    await door?.close();
    keys?.close();
    await engine.close();
  }
}

/** The wished port, or the first free one from 4040. */
async function listen(door: Door, wished: number | undefined): Promise<string> {
  for (let port = wished ?? firstPort; ; port += 1) {
    try {
      return (await door.listen({ port })).url;
    } catch (error) {
      const free =
        error instanceof CodedError && error.code === 'listen_failed' && wished === undefined && port < firstPort + limits.portsTried;
      if (!free) throw error;
    }
  }
}

async function firstScreen(
  world: SyntheticWorld,
  stream: DemoStream,
  remote: Remote,
  clock: SystemClock,
  terminal: Terminal,
  interrupt: Interrupt,
): Promise<string | null> {
  const heading = (text: string): void => terminal.say(`\n${terminal.bold(text)}`);
  await stream.sendItems();
  const hero = must(
    world.shoppers.find((shopper) => !shopper.ungranted && !shopper.private && shopper.withdrawsAt === null),
    'somebody grants everything',
  );
  const stranger = must(
    world.shoppers.find((shopper) => shopper.ungranted),
    'somebody grants nothing',
  );
  const startAt = clock.now() - worldDefaults.days * dayMs;
  await stream.choose(hero.subject, { personalise: 'granted', train: 'granted' }, startAt);
  const first = must(world.visit(hero, startAt + 60_000)[0], 'a visit has a first event');
  const sentMs = clock.elapsedMs();
  await stream.send([first]);
  heading('1. The first event');
  const title = world.items.find(({ id }) => id === first.properties['product_id'])?.title ?? '';
  terminal.say(
    `   ${hero.subject} viewed "${title}": accepted, synced to disk and folded in ${(clock.elapsedMs() - sentMs).toFixed(1)} ms`,
  );
  heading('2. The profile that it changed');
  for (const line of profileLines(await remote.get<ProfileView>(`/v1/subjects/${hero.subject}`))) terminal.say(`   ${line}`);

  const bar = new ProgressBar(terminal, 'three days of history');
  const historyMs = clock.elapsedMs();
  await stream.replay(progressing(world.actions(), clock.now(), startAt, bar), clock.now(), () => interrupt.asked);
  bar.end();
  if (interrupt.asked) return null;
  heading('3. Three days of history, through the same door');
  terminal.say(`   ${stream.accepted} events accepted in ${((clock.elapsedMs() - historyMs) / 1000).toFixed(1)} s`);
  for (const [code, count] of stream.refused) terminal.say(`   ${count} refused: ${refusalMeans[code] ?? code}`);

  const visit = viewsOf(world, hero, clock.now());
  const viewed = visit.map(({ properties }) => properties['product_id']);
  await stream.send(visit.map((event) => ({ ...event, timestamp: new Date(clock.now()).toISOString() })));
  heading(`4. A decision for ${hero.subject}, who just viewed ${viewed.join(', ')} and permits personalising`);
  const decision = await stream.decide({ userId: hero.subject, exclude: viewed, limit: 3 });
  for (const line of decisionLines(decision)) terminal.say(`   ${line}`);
  heading(`5. A decision for ${stranger.subject}, who permits nothing and is on the page of ${String(viewed.at(-1))}`);
  const item = viewed.at(-1);
  for (const line of decisionLines(
    await stream.decide({ userId: stranger.subject, context: { items: [item] }, exclude: [item], limit: 2 }),
  ))
    terminal.say(`   ${line}`);
  await stream.show(hero, must(visit[0], 'a visit has a first event'), clock.now());
  heading('6. Try it');
  for (const line of tryLines(remote.url, String(item), decision.decisionId)) terminal.say(`   ${line}`);
  return decision.decisionId;
}

/** Different items that a shopper views in one visit, two or three of them. */
function viewsOf(world: SyntheticWorld, shopper: Shopper, at: number): WorldEvent[] {
  for (;;) {
    const seen = new Map<unknown, WorldEvent>();
    for (const event of world.visit(shopper, at)) if (event.event === 'Product Viewed') seen.set(event.properties['product_id'], event);
    if (seen.size > 1) return [...seen.values()].slice(0, 3);
  }
}

const refusalMeans: Readonly<Record<string, string>> = {
  no_grant: 'the person permits nothing, so nothing was kept (no_grant)',
  duplicate: 'sent twice, counted once (duplicate)',
};

function tryLines(url: string, item: string, decision: string): string[] {
  const view = { type: 'track', event: 'Product Viewed', userId: 'you', messageId: 'm1', properties: { product_id: item } };
  return [
    `curl -s ${url}/v1/consents -d '{"subject":"you","choices":{"personalise":"granted","train":"granted"}}'`,
    `curl -s ${url}/v1/batch -d '${JSON.stringify(view)}'`,
    `curl -s ${url}/v1/decide/home -d '{"userId":"you","limit":3}'`,
    `curl -s ${url}/v1/subjects/you`,
    `curl -s ${url}/v1/decisions/${decision}`,
    `curl -s -X DELETE ${url}/v1/subjects/you`,
  ];
}

/** Passes actions on, and moves the bar by their time. */
function* progressing<T extends { readonly at: number }>(actions: Iterable<T>, until: number, from: number, bar: ProgressBar): Iterable<T> {
  for (const action of actions) {
    bar.update((action.at - from) / (until - from), () => '');
    yield action;
  }
}

/** A few events a second until Ctrl-C, with one line that says so. */
async function keepStreaming(stream: DemoStream, clock: SystemClock, terminal: Terminal, interrupt: Interrupt): Promise<void> {
  terminal.say(`\nStreaming a few ${terminal.bold('synthetic')} events a second. Ctrl-C stops it.`);
  let saidMs = clock.elapsedMs();
  while (!interrupt.asked) {
    await stream.step(clock.now());
    const refused = [...stream.refused.values()].reduce((sum, count) => sum + count, 0);
    const line = `[synthetic] ${stream.accepted} events accepted, ${refused} refused, ${stream.decisions} decisions`;
    if (terminal.redraws) terminal.redraw(line);
    else if (clock.elapsedMs() - saidMs >= lineMs) {
      saidMs = clock.elapsedMs();
      terminal.note(line);
    }
    await interrupt.wait(stepMs);
  }
}
