// ethogram serve: the engine behind HTTP until Ctrl-C.
import { SystemClock } from '../adapters/system-clock.js';
import { limits } from '../base/limits.js';
import { Door } from '../http/door.js';
import { dataHelp, dataOption, type Command } from './command.js';
import { DataFolder } from './data-folder.js';
import { exitCode } from './exit-code.js';
import { Interrupt } from './interrupt.js';

export const serve: Command = {
  name: 'serve',
  summary: 'serve a data folder over HTTP',
  synopsis: 'serve [--port 4040] [--host 127.0.0.1] [--open-to-network]',
  help: [
    '--port N      0 takes any free port',
    '--host ADDR   an address of this machine; other machines need --open-to-network',
    '--open-to-network  there are no keys yet: whoever reaches the port may read, write and erase',
    dataHelp,
  ],
  examples: ['ethogram serve', 'ethogram serve --data /srv/shop --port 8080'],
  options: { ...dataOption, port: { type: 'string' }, host: { type: 'string' }, 'open-to-network': { type: 'boolean' } },
  async run(args, terminal) {
    args.none();
    const port = args.integer('port', 0, 65_535) ?? 4040;
    const host = args.text('host');
    const folder = new DataFolder(args);
    const clock = new SystemClock();
    const engine = await folder.open(terminal, { make: true, tickMs: limits.tickMs });
    const door = new Door({
      engine,
      clock,
      onError: (error) => terminal.complain(error instanceof Error ? (error.stack ?? error.message) : 'a bug'),
    });
    try {
      const { url } = await door.listen({ port, ...(host === undefined ? {} : { host }), openToNetwork: args.flag('open-to-network') });
      folder.noteAddress(url);
      const { events, items } = engine.health();
      terminal.result({ url, data: folder.path, events, items }, () => [
        `listening on ${url}`,
        `data folder ${folder.path}: ${events} events, ${items} items`,
        'Ctrl-C stops it.',
      ]);
      const interrupt = new Interrupt(() => terminal.note('stopping'));
      await interrupt.wait();
      interrupt.release();
      folder.forgetAddress();
      await door.close();
    } finally {
      await engine.close();
    }
    return exitCode.ok;
  },
};
