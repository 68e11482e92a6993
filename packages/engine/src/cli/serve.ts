// ethogram serve: the engine behind HTTP until Ctrl-C.
import { NodeDisk } from '../adapters/node-disk.js';
import { SystemClock } from '../adapters/system-clock.js';
import { SystemEntropy } from '../adapters/system-entropy.js';
import { isLive, KeyRing } from '../access/key-ring.js';
import { KeyStore, type Key } from '../access/key-store.js';
import { Rejects } from '../access/rejects.js';
import { limits } from '../base/limits.js';
import { Door, refuseListening } from '../http/door.js';
import { accountsOf } from './account-settings.js';
import { dataOption, type Command } from './command.js';
import { DataFolder } from './data-folder.js';
import { portalTickets } from '../runtime/open.js';
import { exitCode } from './exit-code.js';
import { helpersGiveWay } from './helper-threads.js';
import { Interrupt } from './interrupt.js';
import { packsOption } from './pack-file.js';
import { processVitals } from './process-vitals.js';
import { SyntheticDemo } from './synthetic-demo.js';

export const serve: Command = {
  name: 'serve',
  summary: 'serve a data folder over HTTP',
  synopsis: 'serve [--port 4040] [--host 127.0.0.1 | --open-to-network] [--packs LIST] [--deployment FILE]',
  help: [
    'Without keys it is for this machine alone; `ethogram keys add` makes one, and then every caller needs a key.',
    'It speaks plain HTTP: before a network put a proxy that speaks TLS.',
    'ETHOGRAM_OIDC_ISSUER and its like let people into the portal by their account: docs/portal.md.',
  ],
  examples: [
    'ethogram serve',
    'ethogram serve --data ./shop --port 8080',
    'ethogram serve --packs travel,./gym.pack.mjs',
    'ethogram serve --open-to-network --allow-origin https://shop.example',
  ],
  options: {
    ...dataOption,
    port: { type: 'string', value: 'N', help: '0 takes any free port (default 4040)' },
    host: { type: 'string', value: 'ADDR', help: 'an address of this machine (default 127.0.0.1); one that others reach needs keys' },
    'open-to-network': { type: 'boolean', help: 'listen on every address; needs keys' },
    'allow-origin': {
      type: 'string',
      value: 'LIST',
      help: 'origins whose pages may send events and ask for decisions (default * with keys)',
    },
    deployment: {
      type: 'string',
      value: 'FILE',
      help: 'what the deployment says of itself (default deployment.json in the folder); what the law forbids does not start',
    },
    ...packsOption,
    log: { type: 'boolean', help: 'a JSON line on stderr for each request: no ids, no values, no keys' },
  },
  argument: { kind: 'none' },
  shape: ['url, data, events, items, keys (how many open something), once it listens'],
  async run(args, terminal) {
    args.none();
    helpersGiveWay();
    const port = args.integer('port', 0, 65_535) ?? 4040;
    const host = args.text('host') ?? (args.flag('open-to-network') ? '0.0.0.0' : undefined);
    const origins = args.list('allow-origin');
    const accounts = accountsOf(process.env);
    const folder = new DataFolder(args);
    const clock = new SystemClock();
    const onError = (error: unknown): void => terminal.complain(error instanceof Error ? (error.stack ?? error.message) : 'a bug');
    // What is refused leaves no folder behind; whoever may come in stands in the folder, so one that is not there has no keys.
    if (!folder.isThere) await refuseListening({ port, ...(host === undefined ? {} : { host }) });
    const engine = await folder.open(terminal, { make: true, tickMs: limits.tickMs });
    const disk = new NodeDisk(folder.path);
    const entropy = new SystemEntropy();
    const rejects = new Rejects(clock, disk);
    let keys: KeyRing | undefined;
    let address = '';
    const demo = new SyntheticDemo({ engine, clock, url: () => address, complain: (sentence) => terminal.complain(sentence) });
    try {
      // Who may come in is part of the history (docs/ledger.md): what the log lacks of the keys is logged.
      const onKeys = (all: readonly Key[]): void => {
        const now = clock.now();
        engine.answers.noteKeys(all.map((key) => ({ id: key.id, kind: key.kind, isLive: isLive(key, now) }))).catch(onError);
      };
      keys = new KeyRing({ store: new KeyStore(disk, entropy), clock, onError, onKeys });
      keys.watch();
      const door = new Door({
        engine,
        clock,
        onError,
        keys,
        rejects,
        vitals: processVitals(),
        demo,
        portal: { tickets: await portalTickets(disk, entropy), entropy, accounts },
        ...(origins.length === 0 ? {} : { allowOrigins: origins }),
        ...(args.flag('log') ? { log: (line: string): void => void process.stderr.write(`${line}\n`) } : {}),
      });
      const { url } = await door.listen({ port, ...(host === undefined ? {} : { host }) });
      address = url;
      folder.noteAddress(url);
      const { events, items } = engine.health();
      const { live } = keys;
      terminal.result({ url, data: folder.path, events, items, keys: live }, () => [
        `listening on ${url}`,
        `data folder ${folder.path}: ${events} events, ${items} items`,
        door.needsKeys
          ? `${live} ${live === 1 ? 'key' : 'keys'}: every caller needs one.`
          : 'No keys: whoever is on this machine may do everything. `ethogram keys add` makes one.',
        'Ctrl-C stops it.',
      ]);
      const interrupt = new Interrupt(() => terminal.note('stopping'));
      await interrupt.wait();
      interrupt.release();
      demo.end();
      folder.forgetAddress();
      await door.close();
    } finally {
      keys?.close();
      rejects.close();
      await engine.close();
    }
    return exitCode.ok;
  },
};
